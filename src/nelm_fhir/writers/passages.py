"""What a person reads of one result where a system shows no structured data, before any markup.

In: an Assessment, one of its verdicts, and a voice. Out: passages of plain words: set, version,
as-of date, verdict, deciding criteria, missing data, notice. The narrative and the message are made
from them. Source: terminology 6.2 (`text`), 6.5.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from nelm_fhir.assessment.criterion_sentences import criterion_sentence
from nelm_fhir.assessment.result import Assessment, CriterionResult, SetVerdict
from nelm_fhir.assessment.sentences import verdict_sentence
from nelm_fhir.assessment.voice import Voice
from nelm_fhir.core.unknown import NotApplicable
from nelm_fhir.writers.notes import missing


@dataclass(frozen=True, slots=True)
class Passage:
    """One paragraph, and the lines of the list below it, if any."""

    text: str
    lines: tuple[str, ...] = ()


def passages(
    assessment: Assessment, verdict: SetVerdict, voice: Voice, *, test_data: bool
) -> Iterator[Passage]:
    """Yield what is said of one result, the verdict first and the notice last."""
    if test_data:
        yield Passage("Test data.")
    yield Passage(f"{version(verdict)}, as of {assessment.as_of.isoformat()}.")
    yield Passage(verdict_sentence(verdict, voice))
    if deciding := tuple(_deciding(assessment, verdict, voice)):
        yield Passage("Deciding:", deciding)
    if lacking := tuple(missing(verdict, voice, said=verdict.deciding)):
        yield Passage("Missing:", lacking)
    yield Passage(assessment.notice)


def version(verdict: SetVerdict) -> str:
    """Return the set with its version."""
    return f"{verdict.title}, version {verdict.version}"


def _deciding(assessment: Assessment, verdict: SetVerdict, voice: Voice) -> Iterator[str]:
    """Yield the sentence of each deciding criterion, or of each id of the scope gate."""
    results = {result.id: result for result in verdict.criteria if not _outside_scope(result)}
    for name in verdict.deciding:
        text = assessment.texts.get(name)
        if name in results:
            yield f"{name}: {criterion_sentence(results[name], voice)}"
        else:
            yield name if text is None else f"{name}: {text.text}"


def _outside_scope(result: CriterionResult) -> bool:
    return result.reason == NotApplicable.OUTSIDE_SCOPE
