"""The page of `nelm explain`: every criterion, what it rests on, why met and why not.

In: an Assessment and the catalogue. Out: the text of the page. Everything that a reviewer needs to
check a verdict by hand: value, resource version and element, what was set aside, quote, source.
"""

from typing import Final

from nelm_fhir.assessment.published import notes_of
from nelm_fhir.assessment.result import Assessment, CriterionResult, SetVerdict, Verdict
from nelm_fhir.assessment.sentences import criterion_sentence, reason_words
from nelm_fhir.cli.page import DIM, HEADING, Page, Words
from nelm_fhir.cli.pages.assessment import write_header
from nelm_fhir.cli.pages.beside import sourced
from nelm_fhir.cli.pages.marks import BULLET, FLAG, status_words, verdict_in_full
from nelm_fhir.cli.pages.view import View
from nelm_fhir.core.canonical import BASE
from nelm_fhir.core.evidence import Evidence, SetAside
from nelm_fhir.core.logic import Status
from nelm_fhir.knowledge.catalogue import Catalogue

OURS: Final = f"{BASE}/CodeSystem/"


def explanation_page(assessment: Assessment, catalogue: Catalogue, view: View) -> str:
    """Return the page of one assessment, set by set."""
    page = Page(view.width, color=view.color)
    write_header(page, assessment, catalogue, view)
    for verdict in assessment.verdicts:
        _set(page, verdict, assessment, catalogue)
    page.space()
    page.line(assessment.notice)
    return page.text()


def _set(page: Page, verdict: SetVerdict, assessment: Assessment, catalogue: Catalogue) -> None:
    page.heading(f"{verdict.title}, version {verdict.version}")
    page.line(verdict_in_full(verdict.verdict, catalogue))
    page.line((verdict.citation, DIM))
    page.space()
    if verdict.verdict is Verdict.NOT_APPLICABLE:
        page.entries([("–", name, assessment.texts[name].text) for name in verdict.deciding])
        page.line("Its criteria were not judged.")
        return
    for result in verdict.criteria:
        _criterion(page, result, verdict, catalogue)
    page.entries([(FLAG, flag, assessment.texts[flag].text) for flag in verdict.flags])
    notes = notes_of(assessment, verdict)
    page.entries([(BULLET, name, sourced(text)) for name, text in notes])


def _criterion(
    page: Page, result: CriterionResult, verdict: SetVerdict, catalogue: Catalogue
) -> None:
    mark, word, color = status_words(result)
    deciding = ", decides the verdict" if result.id in verdict.deciding else ""
    page.line(
        (f"{mark} {result.id}  ", color),
        (result.label, HEADING),
        (f"  {result.kind}, {word}{deciding}", DIM),
    )
    page.line(result.statement, indent=4)
    page.pairs(_rows(result, catalogue), indent=4)
    page.space()


def _rows(result: CriterionResult, catalogue: Catalogue) -> list[tuple[str, Words | list[str]]]:
    reasons = catalogue.texts.reasons
    evidence = [evidence_words(item) for item in result.evidence]
    aside = [_aside_words(item, catalogue) for item in result.set_aside]
    rows: list[tuple[str, Words | list[str]]] = [
        ("Why", criterion_sentence(result, reasons, settle=False, asked=False))
    ]
    if evidence:
        rows.append(("Evidence", list(dict.fromkeys(evidence))))
    if aside:
        rows.append(("Set aside", list(dict.fromkeys(aside))))
    if result.status is Status.UNKNOWN and result.settle:
        rows.append(("To settle", result.settle))
    if result.paths:
        rows.append(("Lacking", ", ".join(result.paths)))
    if result.quote:
        rows.append(("Quote", f"“{result.quote}”"))
    rows.append(("Source", _source_words(result, catalogue)))
    return rows


def evidence_words(item: Evidence) -> str:
    """Return resource version, element, date, text and code of one piece of evidence."""
    where = ", ".join(part for part in (reference_words(item), item.path, item.recorded) if part)
    recorded = f", recorded as “{item.text}”" if item.text else ""
    code = f", {item.code.removeprefix(OURS)} ({item.match})" if item.code else ""
    return f"{where}{recorded}{code}"


def reference_words(item: Evidence) -> str:
    """Return a resource and its version."""
    return f"{item.resource} version {item.version}" if item.version else item.resource


def _aside_words(item: SetAside, catalogue: Catalogue) -> str:
    why = reason_words(str(item.reason), catalogue.texts.reasons)
    return f"{evidence_words(item.evidence)}: {why}"


def _source_words(result: CriterionResult, catalogue: Catalogue) -> str:
    """Return where the text stands, how it was available, and each policy in words."""
    policies = [
        f"{name}: {catalogue.policies[name]}" for name in result.basis if name in catalogue.policies
    ]
    basis = [name for name in result.basis if name not in catalogue.policies]
    first = ", ".join(part for part in (result.source, *basis) if part)
    return "\n".join(part for part in (first, *policies) if part) or "this project"
