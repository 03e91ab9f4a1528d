"""The rationale of a prediction and the sentence of set-aside evidence, in plain text.

In: results, and the words for reasons. Out: the sentence of `assessment.sentences` with what a
resource adds: when it was recorded and where the limit stands. Source: terminology 6.2.
"""

from collections.abc import Iterator
from typing import Final

from nelm_fhir.assessment.result import CriterionResult
from nelm_fhir.assessment.sentences import Words, criterion_sentence, reason_words
from nelm_fhir.core.evidence import SetAside

_DAY: Final = len("YYYY-MM-DD")


def rationale(result: CriterionResult, reasons: Words) -> str:
    """Return value, limit, reason, dates and citation of one criterion."""
    sentence = criterion_sentence(result, reasons, settle=False)
    return " ".join([sentence, *_recorded(result), *_source(result)])


def _recorded(result: CriterionResult) -> Iterator[str]:
    """Yield the first and last clinical date of the evidence, unless the value states them."""
    value = result.value or ""
    days = sorted({item.recorded[:_DAY] for item in result.evidence if item.recorded})
    if days and not all(day in value for day in days):
        yield f"Recorded {' to '.join(dict.fromkeys((days[0], days[-1])))}."


def _source(result: CriterionResult) -> Iterator[str]:
    if cited := citation(result):
        yield f"Source: {cited}."


def citation(result: CriterionResult) -> str:
    """Return source and place of the criterion; where it has none, what it is based on."""
    return result.source or ", ".join(result.basis)


def set_aside_sentence(aside: SetAside, reasons: Words) -> str:
    """Return what was read and not used, with date and value as recorded, and why."""
    evidence = aside.evidence
    details = ", ".join(part for part in (evidence.recorded, evidence.text) if part)
    shown = f"{evidence.reference} ({details})" if details else evidence.reference
    return f"Set aside: {shown}; {reason_words(aside.reason, reasons)}."
