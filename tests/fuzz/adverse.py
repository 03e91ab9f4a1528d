"""What spoke against the patient: the exception of invariant I6, kept as narrow as it can be told.

A verdict may turn into `criteria-met` only if a mutation LOST a statement (dropped or voided it,
made it a suspicion, gave it another subject, code or link) and the resource it touched, for that
very set and in the original, either

- stands among the evidence or what was set aside of a criterion that counts and was not `met`; or
- stands among the facts that such a criterion is told to have used or set aside; or
- is contained in such a resource or contains it, or is joined with one by a single reference, in
  either direction; or
- gives the listing status (I6); or
- is made to refer to one of these: then it says a new thing of what spoke against the patient.

A statement that was DAMAGED has this exception only where the result tells of it (`telling.py`):
what spoke against the patient must never vanish without a word. Repetition has none.
"""

from collections.abc import Iterator
from enum import Enum

from tests.fuzz.line import Outcome
from tests.fuzz.mutation import Touch

from nelm_fhir.assessment.result import CriterionResult
from nelm_fhir.core.logic import Status
from nelm_fhir.profile.provenance import sources


class Excuse(Enum):
    """By which of the ways a touched resource spoke against the patient."""

    EVIDENCE = "evidence"
    CONSIDERED = "considered"
    LINKED = "linked"
    LISTING = "listing"
    RELINKED = "relinked"


def excuse(touches: list[Touch], set_id: str, before: Outcome, after: Outcome) -> Excuse | None:
    """Return why the verdict of a set may have turned into `criteria-met`; None if it may not."""
    touched = {key for touch in touches for key in _keys(touch, before)}
    adverse = _adverse(before, set_id)
    named = {key for result in adverse for key in _named(result)}
    if touched & named:
        return Excuse.EVIDENCE
    considered = {key for result in adverse for key in _considered(result)}
    if touched & considered:
        return Excuse.CONSIDERED
    if touched & {other for key in named for other in _joined(key, before)}:
        return Excuse.LINKED
    if touched & {e.resource for e in sources(before.profile.listing, "status")}:
        return Excuse.LISTING
    now = {other for key in touched for other in _joined(key, after)}
    return Excuse.RELINKED if now & (named | considered) else None


def _keys(touch: Touch, before: Outcome) -> Iterator[str]:
    """Yield the key of the touched resource and of what is contained in it."""
    place = f"Bundle.entry[{touch.origin}].resource"
    for resource in before.record.resources:
        if resource.location == place or resource.location.startswith(f"{place}."):
            yield resource.key


def _adverse(before: Outcome, set_id: str) -> list[CriterionResult]:
    criteria = before.assessment.verdict_of(set_id).criteria
    return [one for one in criteria if one.counts and one.status is not Status.MET]


def _named(result: CriterionResult) -> Iterator[str]:
    yield from (item.resource for item in result.evidence)
    yield from (item.evidence.resource for item in result.set_aside)


def _considered(result: CriterionResult) -> Iterator[str]:
    for answer in result.answers:
        for fact in (*answer.used, *(aside.fact for aside in answer.aside)):
            for element in fact.elements:
                yield from (item.resource for item in element.evidence)
                yield from (item.evidence.resource for item in element.set_aside)


def _joined(key: str, before: Outcome) -> Iterator[str]:
    """Yield what a resource is contained in, what refers to it, and what it refers to."""
    yield key.partition("#")[0]
    yield from (source for source, _ in before.record.referring.get(key, ()))
    for target, found in before.record.referring.items():
        if any(source == key for source, _ in found):
            yield target
