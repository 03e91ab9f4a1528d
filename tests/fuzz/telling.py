"""Whether a result tells that part of a record could not be used: by its place, or by its name.

In: what was sent, what was touched, the outcomes before and after. Out: whether an issue or what
was left out names the place of the entry; or the profile newly holds, for one of its resources, a
value that is unknown for a reason, or a focus that is only suspected; or a criterion newly sets it
aside, with the reason. That nobody reads a resource (passed over) tells nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.fuzz.line import Outcome
from tests.fuzz.mutation import Touch
from tests.fuzz.sent import Sent

from nelm_fhir.assessment.told import Fact
from nelm_fhir.fhir_r4.part import UNWANTED
from nelm_fhir.profile.provenance import sources


def is_told(sent: Sent, touch: Touch, before: Outcome, after: Outcome) -> bool:
    """Whether the outcome names the touched entry."""
    places = [sent.place(n) for n, p in enumerate(sent.pieces) if p.origin == touch.origin]
    keys = {r.key for r in after.record.resources if _is_in(r.location, places)}
    named = [one.location for one in after.record.named if one.reason != UNWANTED]
    if any(_is_in(place, places) for place in named):
        return True
    old = {(issue.kind, issue.location) for issue in before.assessment.issues}
    issues = {(issue.kind, issue.location) for issue in after.assessment.issues} - old
    if any(_is_in(place, places) or place.split(" ")[0] in keys for _, place in issues):
        return True
    unknown = {*_unknown(after), *_suspected(after)} - {*_unknown(before), *_suspected(before)}
    aside = set(_set_aside(after)) - set(_set_aside(before))
    return bool(keys & unknown) or any(key in keys for key, _ in aside)


def _is_in(place: str, places: list[str]) -> bool:
    return any(place == one or place.startswith(f"{one}.") for one in places)


def _set_aside(outcome: Outcome) -> Iterator[tuple[str, str]]:
    """Yield the resources that a criterion set aside, each with the reason."""
    for verdict in outcome.assessment.verdicts:
        for result in verdict.criteria:
            yield from ((item.evidence.resource, item.reason) for item in result.set_aside)
            for answer in result.answers:
                for aside in answer.aside:
                    yield from ((key, str(aside.reason)) for key in _of_fact(aside.fact))


def _of_fact(fact: Fact) -> Iterator[str]:
    return (item.resource for element in fact.elements for item in element.evidence)


def _unknown(outcome: Outcome) -> Iterator[str]:
    """Yield the resources that the profile names beside a value that is unknown for a reason."""
    yield from _aside(outcome.profile.to_record())


def _suspected(outcome: Outcome) -> Iterator[str]:
    """Yield the resources by which the profile holds a focus that is only suspected."""
    for focus in outcome.profile.extrahepatic.values():
        if focus.status == "suspected":
            yield from (item.resource for item in sources(focus, "status"))


def _aside(part: Any) -> Iterator[str]:
    if not isinstance(part, Mapping):
        return
    for key, member in part.items():
        if key == "evidence":
            yield from _with_reason(member)
        else:
            yield from _aside(member)


def _with_reason(evidence: Any) -> Iterator[str]:
    for note in evidence.values():
        if isinstance(note, Mapping):
            yield from (str(item.get("resource")) for item in note.get("set_aside", ()))
