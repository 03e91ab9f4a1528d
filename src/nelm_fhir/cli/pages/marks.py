"""Marks and words for statuses and verdicts; they say the same without color."""

from typing import Final

from nelm_fhir.assessment.result import CriterionResult, Verdict
from nelm_fhir.cli.page import Words
from nelm_fhir.core.logic import Status
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.report.marks import MARKS

_COLORS: Final = {
    Verdict.CRITERIA_MET: "green",
    Verdict.CRITERIA_NOT_MET: "red",
    Verdict.DEFERRED: "yellow",
    Verdict.INDETERMINATE: "cyan",
    Verdict.NOT_APPLICABLE: "dim",
}
VERDICTS: Final = {one: (*MARKS[one], color) for one, color in _COLORS.items()}
STATUSES: Final = {
    Status.MET: ("✓", "met", "green"),
    Status.NOT_MET: ("✗", "not met", "red"),
    Status.UNKNOWN: ("?", "unknown", "cyan"),
    Status.NOT_APPLICABLE: ("–", "does not apply", "dim"),
}
RUNNING: Final = ("…", "running", "yellow")
FLAG: Final = ("!", "yellow")
BULLET: Final = "•"


def verdict_words(verdict: Verdict) -> Words:
    """Return mark and short word of a verdict, with its color."""
    mark, word, color = VERDICTS[verdict]
    return f"{mark} {word}", color


def verdict_in_full(verdict: Verdict, catalogue: Catalogue) -> Words:
    """Return mark and words of a verdict, with its color."""
    mark, word, color = VERDICTS[verdict]
    return f"{mark} {catalogue.texts.verdicts.get(str(verdict), word)}", color


def status_words(result: CriterionResult) -> tuple[str, str, str]:
    """Return mark, word and color of a criterion; a clock that runs has its own."""
    return RUNNING if result.running else STATUSES[result.status]
