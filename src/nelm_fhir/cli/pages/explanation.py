"""The page of `nelm explain`: the facts once, then every criterion of every set in one sentence.

In: an Assessment and the catalogue. Out: the text of the page. First the facts with their evidence,
numbered; then by set the criteria, deciding ones first: what is asked, what was found and in which
facts, what was set aside, what would settle or change it, the published words. So a fact that seven
sets ask for is told once, and a reviewer can check every verdict by hand.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from nelm_fhir.assessment.criterion_sentences import (
    changes_words,
    criterion_sentence,
    deciding,
    needs_words,
)
from nelm_fhir.assessment.published import notes_of
from nelm_fhir.assessment.result import Assessment, CriterionResult, SetVerdict, Verdict
from nelm_fhir.assessment.sentences import set_name
from nelm_fhir.assessment.told import Fact
from nelm_fhir.assessment.voice import Voice, capitalized
from nelm_fhir.cli.page import DIM, HEADING, Line, Page, Words
from nelm_fhir.cli.pages.assessment import write_header, write_missing, write_verdicts
from nelm_fhir.cli.pages.beside import sourced
from nelm_fhir.cli.pages.closing import write_closing
from nelm_fhir.cli.pages.facts import write_facts
from nelm_fhir.cli.pages.marks import BULLET, FLAG, status_words, verdict_in_full
from nelm_fhir.cli.pages.view import View
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.report.evidence import Facts, facts_of

HOW_TO_READ: Final = (
    "A number in brackets, [1], points to a fact below, with resource, version and text as"
    " recorded. Words in quotation marks are those of the record or of a publication."
)
DECIDING: Final = "Deciding the verdict"
OTHERS: Final = "The other criteria"
ALL: Final = "All criteria"
OUTSIDE: Final = "Not applicable, not judged"
FLAGS: Final = "Flags and notes"
BESIDE: Final = "Shown beside, never counting"


def explanation_page(assessment: Assessment, catalogue: Catalogue, view: View) -> str:
    """Return the page of one assessment."""
    page = Page(view.width, color=view.color)
    voice = Voice(catalogue.texts.wording)
    facts = facts_of(assessment, voice)
    write_header(page, assessment, catalogue, view)
    write_verdicts(page, assessment)
    page.space()
    page.line((HOW_TO_READ, DIM))
    if facts.numbers:
        write_facts(page, facts, voice, catalogue.codes.systems)
    judged = [one for one in assessment.verdicts if one.verdict is not Verdict.NOT_APPLICABLE]
    for verdict in judged:
        _set(page, verdict, assessment, catalogue, facts)
    outside = [one for one in assessment.verdicts if one not in judged]
    _outside(page, outside, assessment, facts, voice)
    write_missing(page, assessment, catalogue)
    write_closing(page, assessment, catalogue)
    return page.text()


def _set(
    page: Page, verdict: SetVerdict, assessment: Assessment, catalogue: Catalogue, facts: Facts
) -> None:
    voice = Voice(catalogue.texts.wording)
    page.heading(f"{verdict.title}, version {verdict.version}")
    page.line(verdict_in_full(verdict.verdict, catalogue))
    if outlook := " ".join(_outlook(verdict, voice)):
        page.line(outlook)
    page.line((verdict.citation, DIM))
    for heading, results in _groups(verdict):
        page.space()
        page.line((heading, HEADING))
        for position, result in enumerate(results):
            if position:
                page.space()
            _criterion(page, result, voice, facts)
    _beside(page, verdict, assessment)


def _outside(
    page: Page,
    verdicts: Sequence[SetVerdict],
    assessment: Assessment,
    facts: Facts,
    voice: Voice,
) -> None:
    """Write once why sets do not apply that share the reason; their criteria were not judged."""
    if not verdicts:
        return
    page.heading(OUTSIDE)
    for scope in dict.fromkeys(verdict.deciding for verdict in verdicts):
        its = [verdict for verdict in verdicts if verdict.deciding == scope]
        used = facts.cited(f for v in its for c in v.criteria for a in c.answers for f in a.used)
        page.entries(
            [("–", name, f"{assessment.texts[name].text} {used}".rstrip()) for name in scope]
        )
        cited = [(BULLET, "", f"{set_name(one, voice)}: {one.citation}") for one in its]
        page.entries(cited, indent=2)


def _outlook(verdict: SetVerdict, voice: Voice) -> Iterator[str]:
    """Yield what would have to happen before the verdict could change."""
    if verdict.verdict is Verdict.CRITERIA_NOT_MET:
        yield _counted(voice, "not-met", len(verdict.deciding))
    if verdict.earliest is not None:
        yield voice.phrase("outlook", "deferred", earliest=voice.say(verdict.earliest))
    if verdict.missing:
        yield _counted(voice, "open", len(verdict.missing))


def _counted(voice: Voice, key: str, number: int) -> str:
    return voice.phrase("outlook", f"{key}-{'one' if number == 1 else 'more'}", number=str(number))


def _groups(verdict: SetVerdict) -> Iterator[tuple[str, list[CriterionResult]]]:
    """Yield the criteria: those that decide, the others that count, those that never do."""
    counting = [result for result in verdict.criteria if result.counts]
    decide = [result for result in counting if result.id in verdict.deciding]
    others = [result for result in counting if result.id not in verdict.deciding]
    relative = [result for result in verdict.criteria if not result.counts]
    groups = ((DECIDING, decide), (OTHERS if decide else ALL, others), (BESIDE, relative))
    yield from ((heading, results) for heading, results in groups if results)


def _criterion(page: Page, result: CriterionResult, voice: Voice, facts: Facts) -> None:
    mark, _, color = status_words(result)
    page.block((mark, color), list(_lines(result, voice, facts)))


def _lines(result: CriterionResult, voice: Voice, facts: Facts) -> Iterator[Line]:
    """Yield what is asked, the answer, what was set aside, what would change it, the source."""
    _, word, color = status_words(result)
    yield 0, [(f"{result.id}  {result.statement}", HEADING)]
    sentence = criterion_sentence(result, voice)
    used = facts.cited(fact for answer in deciding(result) for fact in answer.used)
    yield 2, [(f"{capitalized(word)}. ", color), f"{sentence} {used}".rstrip()]
    if aside := _aside(result, voice, facts):
        yield 2, [f"Set aside: {aside}."]
    for line in (needs_words(result, voice), changes_words(result, voice)):
        if line:
            yield 2, [line]
    yield 2, [(_published(result, voice), DIM)]


def _aside(result: CriterionResult, voice: Voice, facts: Facts) -> str:
    """Return what was seen and not used, by reason: too old [4] [5]; lower [7]."""
    by_reason: dict[str, list[Fact]] = {}
    told = {fact.id for answer in deciding(result) for fact in answer.used}
    for answer in deciding(result):
        for aside in answer.aside:
            if aside.fact.id not in told:
                told.add(aside.fact.id)
                by_reason.setdefault(aside.reason, []).append(aside.fact)
    return "; ".join(
        f"{voice.aside(reason)} {facts.cited(those)}" for reason, those in by_reason.items()
    )


def _published(result: CriterionResult, voice: Voice) -> str:
    """Return the published words, where they stand, and how they were available."""
    basis = [voice.wording.word("basis", name) or name for name in result.basis]
    place = "; ".join(part for part in (result.source, *basis) if part)
    return f"“{result.quote}” ({place})" if result.quote else f"Basis: {place}"


def _beside(page: Page, verdict: SetVerdict, assessment: Assessment) -> None:
    """Write flags and notes of the set; neither changes the verdict."""
    rows: list[tuple[Words, str, Words]]
    rows = [(FLAG, flag, sourced(assessment.texts[flag])) for flag in verdict.flags]
    rows += [(BULLET, name, sourced(text)) for name, text in notes_of(assessment, verdict)]
    if rows:
        page.space()
        page.line((FLAGS, HEADING))
        page.entries(rows)
