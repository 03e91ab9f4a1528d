"""Which criteria answer otherwise than before, and which resources behind them are others.

In: one patient's assessments and profiles of two runs, as the JSON forms hold them. Out: the
criteria that turned the verdict of a set, and the resource versions that appeared, changed or
vanished among what it rests on. What a profile names as evidence is what the record held, also
where it was set aside: that a criterion looks elsewhere now is no change of the record.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from nelm_fhir.batch.outputs.changes import Datum, Fate, Turned

EVIDENCE: Final = "evidence"
_LISTS: Final = ("sources", "set_aside")


class _Evidence(Struct, frozen=True):
    resource: str


class _Criterion(Struct, frozen=True):
    id: str
    label: str
    status: str
    reason: str | None
    running: bool
    evidence: tuple[_Evidence, ...]
    set_aside: tuple[_Evidence, ...]

    @property
    def outcome(self) -> str:
        return "running" if self.running else self.status


class _Lacking(Struct, frozen=True):
    criterion: str


class Judgment(Struct, frozen=True):
    """The verdict of one set, as far as changes are told from it."""

    set: str
    deciding: tuple[str, ...]
    missing: tuple[_Lacking, ...]
    criteria: tuple[_Criterion, ...]

    @property
    def named(self) -> frozenset[str]:
        """The criteria that the verdict rests on or waits for."""
        return frozenset((*self.deciding, *(one.criterion for one in self.missing)))


class _Assessment(Struct, frozen=True):
    verdicts: tuple[Judgment, ...]


_DECODER: Final = msgspec.json.Decoder(_Assessment)


class _State(Struct):
    """What a profile says of one resource."""

    version: str | None
    recorded: str | None
    said: set[tuple[str, str, str]]


def judgment(assessment: bytes, name: str) -> Judgment:
    """Return the verdict of one set out of an assessment; KeyError if it was not judged."""
    for one in _DECODER.decode(assessment).verdicts:
        if one.set == name:
            return one
    raise KeyError(name)


def turned(before: Judgment, after: Judgment) -> tuple[Turned, ...]:
    """Return the criteria that a verdict names, then or now, and that answer otherwise."""
    old, named = {one.id: one for one in before.criteria}, before.named | after.named
    return tuple(
        Turned(new.id, new.label, was.outcome, was.reason, new.outcome, new.reason)
        for new in after.criteria
        if new.id in named
        and (was := old.get(new.id))
        and (was.outcome, was.reason) != (new.outcome, new.reason)
    )


def changed_data(
    before: Judgment, after: Judgment, profile_before: bytes, profile: bytes
) -> tuple[Datum, ...]:
    """Return the resources behind a change, by name.

    Of the criteria that a verdict names; if these rest on nothing that changed, of the whole
    record, without criteria.
    """
    looked_at = _looked_at((before, after), before.named | after.named)
    found = tuple(_differences(_states(profile_before), _states(profile), looked_at))
    near = tuple(one for one in found if one.criteria)
    return near or found


def _looked_at(
    judgments: tuple[Judgment, Judgment], names: Collection[str]
) -> Mapping[str, tuple[str, ...]]:
    """Return by resource the criteria that rest on it, or set it aside, in either judgment."""
    found: dict[str, dict[str, None]] = {}
    for one in (criterion for judged in judgments for criterion in judged.criteria):
        if one.id in names:
            for item in (*one.evidence, *one.set_aside):
                found.setdefault(item.resource, {})[one.id] = None
    return {resource: tuple(criteria) for resource, criteria in found.items()}


def _states(profile: bytes) -> Mapping[str, _State]:
    states: dict[str, _State] = {}
    for item in _evidence(msgspec.json.decode(profile)):
        state = states.setdefault(
            item["resource"], _State(item.get("version"), item.get("recorded"), set())
        )
        state.said.add((item.get("path", ""), item.get("text", ""), item.get("code", "")))
    return states


def _evidence(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every piece of evidence of a profile, used or set aside."""
    if not isinstance(value, dict):
        return
    for key, member in value.items():
        if key != EVIDENCE:
            yield from _evidence(member)
        elif isinstance(member, dict):
            for note in member.values():
                yield from (item for name in _LISTS for item in note.get(name, ()))


def _differences(
    before: Mapping[str, _State],
    after: Mapping[str, _State],
    looked_at: Mapping[str, tuple[str, ...]],
) -> Iterator[Datum]:
    for resource in sorted(before.keys() | after.keys()):
        was, now = before.get(resource), after.get(resource)
        fate = _fate(was, now)
        if fate is not None:
            yield Datum(
                resource=resource,
                fate=fate,
                version_before=was.version if was else None,
                version=now.version if now else None,
                recorded=now.recorded if now else was.recorded if was else None,
                criteria=looked_at.get(resource, ()),
            )


def _fate(was: _State | None, now: _State | None) -> Fate | None:
    if was is None:
        return Fate.APPEARED
    if now is None:
        return Fate.VANISHED
    if was.version and now.version:
        return None if was.version == now.version else Fate.CHANGED
    return None if was.said == now.said else Fate.CHANGED
