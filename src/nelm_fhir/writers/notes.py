"""The annotations and the mitigation of an assessment: what a reader must see beside the verdict.

In: an Assessment, one of its verdicts, and a voice. Out: lines of plain text. No
published figure is among them: beside one patient's verdict a reader could take it for the
patient's own (rules 13, 5).
Source: terminology 6.2 (`note`, `mitigation`), rules 1.6, 13.
"""

from collections.abc import Container, Iterator

from nelm_fhir.assessment.criterion_sentences import criterion_sentence, needs_words
from nelm_fhir.assessment.result import Assessment, CriterionResult, SetVerdict, Verdict
from nelm_fhir.assessment.voice import Voice
from nelm_fhir.core.evidence import SetAside
from nelm_fhir.writers.rationale import set_aside_sentence

_WITH_MISSING = frozenset({Verdict.INDETERMINATE, Verdict.DEFERRED})


def notes(assessment: Assessment, verdict: SetVerdict, voice: Voice) -> Iterator[str]:
    """Yield the standard notice, flags with their id, options, and what was set aside."""
    yield assessment.notice
    if not assessment.neuroendocrine:
        yield "The record holds no neuroendocrine finding."
    for flag in dict.fromkeys((*verdict.notes, *verdict.flags, *assessment.flags)):
        yield _flag(assessment, flag)
    if options := [name for name, on in assessment.options.items() if on]:
        yield f"Options of the center that were on: {', '.join(options)}."
    for aside in _set_aside(verdict):
        yield set_aside_sentence(aside, voice)


def _flag(assessment: Assessment, flag: str) -> str:
    text = assessment.texts.get(flag)
    return flag if text is None else f"{flag}: {text.text}"


def _set_aside(verdict: SetVerdict) -> tuple[SetAside, ...]:
    """Return the evidence that was set aside, each once, in the order of the criteria."""
    return tuple(dict.fromkeys(item for result in verdict.criteria for item in result.set_aside))


def mitigation(verdict: SetVerdict, voice: Voice) -> str | None:
    """Return what is missing and the earliest date of a running clock.

    None where no answer could change the verdict.
    """
    if verdict.verdict not in _WITH_MISSING:
        return None
    lines = [] if verdict.earliest is None else [_waiting(verdict, voice)]
    return " ".join([*lines, *missing(verdict, voice)]) or None


def missing(verdict: SetVerdict, voice: Voice, said: Container[str] = ()) -> list[str]:
    """Return why each missing datum is missing and what would settle it.

    Of criteria that were `said` already only the latter.
    """
    results = {result.id: result for result in verdict.criteria}
    return [
        f"{item.criterion}: {_missing(results[item.criterion], voice, said=item.criterion in said)}"
        for item in verdict.missing
    ]


def _missing(result: CriterionResult, voice: Voice, *, said: bool) -> str:
    need = needs_words(result, voice)
    return need if said and need else criterion_sentence(result, voice, settle=True)


def _waiting(verdict: SetVerdict, voice: Voice) -> str:
    clocks, earliest = ", ".join(verdict.deciding), voice.say(verdict.earliest)
    return f"Waiting time of {clocks}: {earliest} at the earliest, if nothing else changes."
