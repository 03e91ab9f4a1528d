"""The line of one patient in the worklist: each set's verdict, why, and what to get next.

In: an Assessment and the words of the catalogue. Out: WorklistLine, which every form of the
worklist is made of (`.ndjson`, `.html`, `.csv`, `.parquet`), and which tells by itself where the
patient stands in it. Nothing is judged here and no verdicts are combined: a patient's place comes
from the best single verdict.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final

import msgspec
from msgspec import Struct

from nelm_fhir.assessment.criterion_sentences import criterion_sentence, needs_words
from nelm_fhir.assessment.missing_data import Settled, missing_data
from nelm_fhir.assessment.result import Assessment, CriterionResult, SetVerdict, Verdict
from nelm_fhir.assessment.voice import Voice
from nelm_fhir.knowledge.catalogue import Catalogue


class Place(StrEnum):
    """Where a patient stands in the worklist, in its order."""

    MET = str(Verdict.CRITERIA_MET)
    INDETERMINATE = str(Verdict.INDETERMINATE)
    DEFERRED = str(Verdict.DEFERRED)
    OTHER = "other"


PLACES: Final = tuple(Place)


class Criterion(Struct, frozen=True):
    """A criterion with its short name, why it has its status, and what would settle it."""

    id: str
    label: str
    why: str
    settle: str | None = None


class SetLine(Struct, frozen=True):
    """The verdict of one set: the criteria it rests on, and those that are unknown."""

    set: str
    version: str
    title: str
    verdict: str
    earliest: str | None
    deciding: tuple[Criterion, ...]
    missing: tuple[Criterion, ...]
    flags: tuple[str, ...]


class Settles(Struct, frozen=True):
    """A criterion that something would settle; `partly`: together with something else."""

    title: str
    criterion: str
    condition: str
    partly: bool


class Lacking(Struct, frozen=True):
    """Something that has to be found or done: what it is about, what it is, what it settles."""

    datum: str
    settle: str
    settles: tuple[Settles, ...]


class Flag(Struct, frozen=True):
    """A flag that a set or the patient raised, with its sentence; it changes no verdict."""

    id: str
    text: str


class WorklistLine(Struct, frozen=True):
    """One patient of the worklist."""

    patient: str
    as_of: str
    place: Place
    earliest: str | None
    verdicts: tuple[SetLine, ...]
    missing: tuple[Lacking, ...]
    flags: tuple[Flag, ...]
    issues: int
    input_digest: str
    notice: str


def worklist_line(assessment: Assessment, catalogue: Catalogue) -> WorklistLine:
    """Return the line of a patient."""
    voice = Voice(catalogue.texts.wording)
    verdicts = tuple(_set(verdict, assessment, voice) for verdict in assessment.verdicts)
    return WorklistLine(
        patient=assessment.subject.reference or "",
        as_of=assessment.as_of.isoformat(),
        place=_place(verdicts),
        earliest=min((one.earliest for one in verdicts if one.earliest), default=None),
        verdicts=verdicts,
        missing=tuple(_lacking(assessment, voice, catalogue)),
        flags=tuple(_flags(assessment)),
        issues=len(assessment.issues),
        input_digest=assessment.input_digest,
        notice=assessment.notice,
    )


def encoded(line: WorklistLine) -> bytes:
    """Return the line as JSON without line end; the same line gives the same bytes."""
    return msgspec.json.encode(line)


_DECODER: Final = msgspec.json.Decoder(WorklistLine)


def decoded(line: bytes) -> WorklistLine:
    """Return a line that was encoded."""
    return _DECODER.decode(line)


def order(line: WorklistLine) -> tuple[int, int, str]:
    """Return what lines are sorted by, before the patient's id.

    Of those that cannot be judged yet whoever lacks the fewest data comes first, of those who wait
    whoever waits the shortest.
    """
    lacking = len(line.missing) if line.place is Place.INDETERMINATE else 0
    earliest = (line.earliest or "") if line.place is Place.DEFERRED else ""
    return PLACES.index(line.place), lacking, earliest


def _place(verdicts: Iterable[SetLine]) -> Place:
    found = {one.verdict for one in verdicts}
    return next((place for place in PLACES if place in found), Place.OTHER)


def _set(verdict: SetVerdict, assessment: Assessment, voice: Voice) -> SetLine:
    results = {result.id: result for result in verdict.criteria}
    outside = verdict.verdict is Verdict.NOT_APPLICABLE
    deciding = [_deciding(name, None if outside else results.get(name), assessment, voice)
                for name in verdict.deciding]  # fmt: skip
    return SetLine(
        set=verdict.set,
        version=verdict.version,
        title=verdict.title,
        verdict=str(verdict.verdict),
        earliest=verdict.earliest.isoformat() if verdict.earliest else None,
        deciding=tuple(deciding),
        missing=tuple(_criterion(results[one.criterion], voice) for one in verdict.missing),
        flags=verdict.flags,
    )


def _deciding(
    name: str, result: CriterionResult | None, assessment: Assessment, voice: Voice
) -> Criterion:
    """Return a criterion, or what puts the patient outside of the scope of the set."""
    if result is not None:
        return _criterion(result, voice)
    text = assessment.texts.get(name)
    return Criterion(name, "", text.text if text else "")


def _criterion(result: CriterionResult, voice: Voice) -> Criterion:
    settle = needs_words(result, voice) or None
    return Criterion(result.id, result.label, criterion_sentence(result, voice), settle)


def _lacking(assessment: Assessment, voice: Voice, catalogue: Catalogue) -> Iterator[Lacking]:
    families = catalogue.definitions.staging.families
    for datum in missing_data(assessment, voice, families):
        for one in datum.settlings:
            settles = tuple(named for settled in one.settles for named in _settles(settled))
            yield Lacking(datum.name, one.settle, settles)


def _settles(settled: Settled) -> Iterator[Settles]:
    for one in settled.criteria:
        yield Settles(one.title, one.id, settled.condition, one.partly)


def _flags(assessment: Assessment) -> Iterator[Flag]:
    of_sets = (name for verdict in assessment.verdicts for name in verdict.flags)
    for name in dict.fromkeys((*assessment.flags, *of_sets)):
        yield Flag(name, assessment.texts[name].text)
