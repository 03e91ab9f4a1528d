"""Every chosen resource, and every one contained in it, through the usable gate.

In: the strictly read entries. Out: the usable Resources with their keys; what is dropped is noted
in the part, with an issue where the reader of the result should know.
Source: terminology 2.3 (asked after every hop), rules 1.7.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from nelm_fhir.fhir_r4 import head
from nelm_fhir.fhir_r4.notices import notice
from nelm_fhir.fhir_r4.part import Entry, Part
from nelm_fhir.fhir_r4.record import Resource
from nelm_fhir.fhir_r4.required import fault
from nelm_fhir.fhir_r4.shapes import identifies, misshapen
from nelm_fhir.fhir_r4.usable import Drop, usable

Data = Mapping[str, Any]
_SHOWN: Final = {
    "modifier-extension": "modifier-extension",
    "implicit-rules": "resource-implicit-rules",
}


def keys(entries: Sequence[Entry]) -> list[str]:
    """Return a unique key per entry: `Type/id`, else the fullUrl, else the place.

    Two resources of the same type and id (of two servers, or without an order) are told apart by
    their fullUrl or place.
    """
    result = [entry.name or entry.full_url or entry.place for entry in entries]
    if len(set(result)) == len(result):
        return result
    taken: set[str] = set()
    for n in sorted(range(len(entries)), key=lambda n: entries[n].raw):  # not by order (I1)
        options = (result[n], entries[n].full_url, entries[n].place)
        result[n] = next(option for option in options if option and option not in taken)
        taken.add(result[n])
    return result


def admit(
    part: Part, entry: Entry, key: str, data: Data, mapped: frozenset[str]
) -> Resource | None:
    """Return the resource of a read entry; None if the gate drops it, which is then noted."""
    return _admit(part, key, data, entry.place, mapped, wrong=entry.wrong, raw=entry.raw)


def contained(
    part: Part, container: Resource, mapped: frozenset[str]
) -> Iterator[tuple[Resource, head.Head]]:
    """Yield the usable resources contained in a used one, each with its head."""
    for number, item in enumerate(held_in(container.data)):
        place = f"{container.location}.contained[{number}]"
        found = head.of(item) if isinstance(item, dict) else None
        if found is None or found[0].resource_type is None:
            part.damage("no-resource-type", place)
            continue
        kind = _fault(*found, item) if found[0].resource_type in mapped else None
        if kind is not None:
            part.damage(kind, place, found[0].resource_type)
            continue
        key = f"{container.key}#{found[0].id}"
        resource = _admit(part, key, item, place, mapped, wrong=found[1])
        if resource is not None:
            yield resource, found[0]


def held_in(container: Data) -> list[Any]:
    """Return what a resource contains; one resource without a list counts as a list of one."""
    held = container.get("contained")
    if isinstance(held, list):
        return held
    return [] if held is None else [held]


def _admit(
    part: Part,
    key: str,
    data: Data,
    place: str,
    mapped: frozenset[str],
    *,
    wrong: head.Wrong,
    raw: bytes | None = None,
) -> Resource | None:
    resource_type = data["resourceType"]
    use = usable(data, raw)
    if isinstance(use, Drop):
        _note(part, use, place, resource_type, matters=_concerns(data, mapped))
        return None
    if resource_type in mapped:
        part.issues.extend(notice("wrong-shape", f"{place}.{one}") for one in _odd(data, wrong))
    if resource_type == "Patient" and not identifies(data):
        part.incomplete("wrong-type", f"{place}.identifier")
    meta = data.get("meta")
    return Resource(
        key=key,
        type=resource_type,
        id=_text(data.get("id")),
        version=_text(meta.get("versionId")) if isinstance(meta, dict) else None,
        data=data,
        location=place,
        reading=use.reading,
        flagged=use.flagged,
    )


def _odd(data: Data, wrong: head.Wrong) -> Iterator[str]:
    """Yield the places of what is of another JSON type, below the resource, each element once.

    `wrong` are elements that the head could not take; one object without a list is no fault.
    """
    places = tuple(misshapen(data))
    yield from places
    told = {place.partition("[")[0] for place in places}
    yield from (n for n in sorted(wrong - told) if not isinstance(data[n], dict))


def _fault(its: head.Head, wrong: head.Wrong, item: Data) -> str | None:
    return fault(its, wrong, msgspec.json.encode(item), contained=True)


def _concerns(data: Data, mapped: frozenset[str]) -> bool:
    """Whether a resource, or one that it contains, is of a type that some mapper reads."""
    inner = [item.get("resourceType") for item in held_in(data) if isinstance(item, dict)]
    kinds = (kind for kind in inner if isinstance(kind, str))
    return data["resourceType"] in mapped or any(kind in mapped for kind in kinds)


def _note(part: Part, drop: Drop, place: str, resource_type: str, *, matters: bool) -> None:
    if drop.damage and matters:
        part.damage(drop.reason, place, resource_type)
        return
    if drop.reason in _SHOWN and matters:
        part.incomplete(_SHOWN[drop.reason], place)  # it may say the opposite, or the worst
    elif drop.reason in _SHOWN:
        part.issues.append(notice(_SHOWN[drop.reason], place))
    part.set_aside(drop.reason, place, resource_type)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
