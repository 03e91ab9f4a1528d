"""The rationale of a prediction and the sentence of set-aside evidence, in plain text.

In: results, and a voice. Out: the sentence of the criterion with what a resource adds: where the
limit stands. Source: terminology 6.2.
"""

from collections.abc import Iterator

from nelm_fhir.assessment.criterion_sentences import criterion_sentence
from nelm_fhir.assessment.result import CriterionResult
from nelm_fhir.assessment.voice import Voice
from nelm_fhir.core.evidence import SetAside


def rationale(result: CriterionResult, voice: Voice) -> str:
    """Return value, limit, reason, dates and citation of one criterion."""
    return " ".join([criterion_sentence(result, voice), *_source(result)])


def _source(result: CriterionResult) -> Iterator[str]:
    if cited := citation(result):
        yield f"Source: {cited}."


def citation(result: CriterionResult) -> str:
    """Return source and place of the criterion; where it has none, what it is based on."""
    return result.source or ", ".join(result.basis)


def set_aside_sentence(aside: SetAside, voice: Voice) -> str:
    """Return what was read and not used, with date and value as recorded, and why."""
    evidence = aside.evidence
    details = ", ".join(part for part in (evidence.recorded, evidence.text) if part)
    shown = f"{evidence.reference} ({details})" if details else evidence.reference
    return f"Set aside: {shown}; {voice.aside(aside.reason)}."
