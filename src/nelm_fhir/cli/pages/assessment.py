"""The page of `nelm assess`: verdicts side by side, why, what is missing, what stands beside them.

In: an Assessment and the catalogue's words. Out: the text of the page. Order of a coordinator's
questions: whose record, what came out, why, what to get next, what else to know.
"""

from collections.abc import Sequence
from typing import Final

from rich.text import Text

from nelm_fhir.assessment.criterion_sentences import criterion_sentence
from nelm_fhir.assessment.missing_data import Named, Settled, missing_data
from nelm_fhir.assessment.result import Assessment, CriterionResult, SetVerdict, Verdict
from nelm_fhir.assessment.voice import Voice, capitalized
from nelm_fhir.cli.page import DIM, HEADING, Page, Words, styled
from nelm_fhir.cli.pages.beside import Unused, write_beside, write_record
from nelm_fhir.cli.pages.marks import FLAG, status_words, verdict_in_full, verdict_words
from nelm_fhir.cli.pages.view import View
from nelm_fhir.cli.version import short_digest
from nelm_fhir.core.logic import Status
from nelm_fhir.knowledge.catalogue import Catalogue

TITLE: Final = "Liver transplantation for neuroendocrine liver metastases"
SUBTITLE: Final = "The documented data of one record, compared with published criteria"
NOTHING_NEUROENDOCRINE: Final = (
    "This record holds no neuroendocrine finding. It was judged like any other: what is not"
    " documented is unknown, never absent."
)
MORE: Final = "Evidence and quotes: nelm explain. Citations and counts: --verbose."
SHOWN_DECIDING: Final = 4
ALIKE: Final = 3
"""From how many criteria on one sentence says for all of them why they are unknown."""


def assessment_page(
    assessment: Assessment,
    catalogue: Catalogue,
    view: View,
    unused: Sequence[Unused] = (),
) -> str:
    """Return the page of one assessment; `unused` are the resources that --verbose names."""
    page = Page(view.width, color=view.color)
    write_header(page, assessment, catalogue, view)
    write_verdicts(page, assessment)
    _reasons(page, assessment, catalogue)
    write_missing(page, assessment, catalogue)
    write_beside(page, assessment, catalogue)
    write_record(page, assessment, catalogue, view, unused)
    page.space()
    if not view.verbose:
        page.line((MORE, DIM))
        page.space()
    page.line(assessment.notice)
    return page.text()


def write_header(page: Page, assessment: Assessment, catalogue: Catalogue, view: View) -> None:
    """Write whose record it is, for which day, with which program and knowledge."""
    page.title(TITLE)
    page.line((SUBTITLE, DIM))
    page.space()
    if not assessment.neuroendocrine:
        page.entries([(FLAG, "", (NOTHING_NEUROENDOCRINE, HEADING))])
        page.space()
    as_of = assessment.as_of.isoformat() + (" (today)" if view.today else "")
    on = [name for name, value in assessment.options.items() if value]
    page.pairs(
        [
            ("Patient", assessment.subject.reference or "not named in the record"),
            ("As of", as_of),
            *([("Options", ", ".join(on))] if on else []),
            *(("Overlay", f"{one.name} {one.version}") for one in catalogue.overlays),
            ("Program", f"{assessment.program}, {short_digest(assessment.catalogue_digest)}"),
        ]
    )


def write_verdicts(page: Page, assessment: Assessment) -> None:
    """Write the verdicts side by side with their deciding criteria."""
    columns = [("Criteria set", 20), ("Version", 7), ("Verdict", 16), ("Deciding criteria", None)]
    page.space()
    page.table(columns, [_verdict_row(verdict) for verdict in assessment.verdicts])


def _verdict_row(verdict: SetVerdict) -> list[Text]:
    earliest = f"\nfrom {verdict.earliest}" if verdict.earliest else ""
    return [
        styled(verdict.title),
        styled((verdict.version, DIM)),
        styled(verdict_words(verdict.verdict), earliest),
        styled("\n".join(_deciding(verdict)) or ("–", DIM)),
    ]


def _deciding(verdict: SetVerdict) -> list[str]:
    labels = {result.id: result.label for result in verdict.criteria}
    named = [f"{name} {labels.get(name, '')}".rstrip() for name in verdict.deciding]
    if len(named) <= SHOWN_DECIDING:
        return named
    shown = SHOWN_DECIDING - 1
    return [*named[:shown], f"and {len(named) - shown} more, see below"]


def _reasons(page: Page, assessment: Assessment, catalogue: Catalogue) -> None:
    """Write what each verdict rests on; sets with nothing of their own to say share a line."""
    page.heading("Why")
    outside: dict[tuple[str, ...], list[SetVerdict]] = {}
    plain: list[str] = []
    for verdict in assessment.verdicts:
        if verdict.verdict is Verdict.NOT_APPLICABLE:
            outside.setdefault(verdict.deciding, []).append(verdict)
        elif verdict.verdict is Verdict.CRITERIA_MET and not verdict.flags:
            plain.append(verdict.title)
        else:
            _set_reasons(page, verdict, assessment, catalogue)
    for scope, verdicts in outside.items():
        _outside(page, scope, verdicts, assessment, catalogue)
    if plain:
        page.line(("✓ ", "green"), (", ".join(plain), HEADING))
        page.line("Every criterion that counts is met or does not apply; no flags.", indent=2)


def _set_reasons(
    page: Page, verdict: SetVerdict, assessment: Assessment, catalogue: Catalogue
) -> None:
    words, voice = verdict_in_full(verdict.verdict, catalogue), Voice(catalogue.texts.wording)
    page.line((verdict.title, HEADING), "  ", words)
    named = _explained(verdict)
    results = [result for result in verdict.criteria if result.id in named]
    alike = _alike(results)
    rows: list[tuple[Words, str, Words]] = []
    for result in results:
        if result.reason not in alike or result.value is not None:
            mark, _, color = status_words(result)
            sentence = criterion_sentence(result, voice)
            rows.append(((mark, color), result.id, sentence))
    rows += [(FLAG, flag, assessment.texts[flag].text) for flag in verdict.flags]
    page.entries(rows, indent=2)
    for reason, several in alike.items():
        why = voice.word("reasons", reason)
        listed = "; ".join(f"{result.id} {result.label}" for result in several)
        sentence = f"{len(several)} criteria cannot be judged, each because {why}: {listed}."
        page.entries([(status_words(several[0])[::2], "", sentence)], indent=2)
    page.space()


def _alike(results: Sequence[CriterionResult]) -> dict[str, list[CriterionResult]]:
    """Return unknown criteria without any value, by the reason that many of them share."""
    shared: dict[str, list[CriterionResult]] = {}
    for result in results:
        if result.status is Status.UNKNOWN and result.value is None and result.reason:
            shared.setdefault(result.reason, []).append(result)
    return {reason: several for reason, several in shared.items() if len(several) >= ALIKE}


def _outside(
    page: Page,
    scope: tuple[str, ...],
    verdicts: Sequence[SetVerdict],
    assessment: Assessment,
    catalogue: Catalogue,
) -> None:
    """Write once why sets do not apply that share the reason."""
    page.line((", ".join(verdict.title for verdict in verdicts), HEADING))
    page.line(verdict_in_full(Verdict.NOT_APPLICABLE, catalogue), indent=2)
    page.entries([("–", name, assessment.texts[name].text) for name in scope], indent=2)
    page.space()


def _explained(verdict: SetVerdict) -> list[str]:
    """Return the deciding criteria, and of a deferred set what is missing besides."""
    missing = [missing.criterion for missing in verdict.missing]
    return list(dict.fromkeys([*verdict.deciding, *missing]))


def write_missing(page: Page, assessment: Assessment, catalogue: Catalogue) -> None:
    """Write what has to be found or done, and what each of it would settle."""
    families = catalogue.definitions.staging.families
    data = missing_data(assessment, Voice(catalogue.texts.wording), families)
    if not data:
        return
    page.heading("What is missing, and what it would settle")
    for position, datum in enumerate(data):
        if position:
            page.space()
        page.line((datum.name, HEADING))
        for settling in datum.settlings:
            page.entries([("?", "", capitalized(settling.settle))], indent=2)
            rows = [f"would settle{_when(one)} {_settled(one)}" for one in settling.settles]
            rows += [f"a {one.condition} would do for {_settled(one)}" for one in settling.lesser]
            page.entries([("→", "", (row, DIM)) for row in rows], indent=4)


def _when(settled: Settled) -> str:
    return f", {settled.condition}:" if settled.condition else ""


def _settled(settled: Settled) -> str:
    """Return the criteria that something would settle, set by set."""
    by_set: dict[str, list[str]] = {}
    for named in settled.criteria:
        by_set.setdefault(named.title, []).append(_id(named))
    return "; ".join(f"{title} {', '.join(ids)}" for title, ids in by_set.items())


def _id(named: Named) -> str:
    return f"{named.id} (in part)" if named.partly else named.id
