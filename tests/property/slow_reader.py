"""A slow and obvious reader: the standard library, everything read, no index, no choice.

In: the text of a Bundle of one patient. Out: a Record of every usable resource of the patient, as
the mappers need it. With the fast reader it shares the gate (`usable`), which of two resources with
one business identifier replaces the other (`identity.replaced`), the list of elements that are
followed (`references.links`), and the shapes Record and Resource. It shares nothing of intake,
splitting, heads, strict JSON, versions, choosing, finding out whose the record is, damage, and
resolving references: these are written here a second time, in the plainest way.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from nelm_fhir.fhir_r4.head import Reference
from nelm_fhir.fhir_r4.identity import replaced
from nelm_fhir.fhir_r4.record import Record, Resource
from nelm_fhir.fhir_r4.references import links, reference_of
from nelm_fhir.fhir_r4.usable import Drop, usable

NO_STATUS = {"Condition", "Patient", "Specimen", "Medication"}
NO_SUBJECT = {"Specimen", "Medication", "Patient"}
COUNTED = (None, "match")


class Members(dict):
    """A JSON object that remembers whether a key was repeated in it."""

    repeated = False


def members(pairs: list[tuple[str, Any]]) -> Members:
    found = Members(pairs)
    found.repeated = len(found) < len(pairs)
    return found


def repeats(value: Any) -> bool:
    if isinstance(value, Members):
        return value.repeated or any(map(repeats, value.values()))
    return isinstance(value, list) and any(map(repeats, value))


@dataclass
class One:
    """An entry, or a resource contained in one."""

    key: str
    place: str
    data: Mapping[str, Any]
    url: str | None = None
    inside: str | None = None

    @property
    def name(self) -> str | None:
        number = self.data.get("id")
        return f"{self.data['resourceType']}/{number}" if number else None

    @property
    def base(self) -> str:
        name = self.name
        known = self.url and name and self.url.endswith(f"/{name}")
        return self.url.removesuffix(name) if known else ""


@dataclass
class Everything:
    """All entries; resolves a reference by looking at every one."""

    entries: list[One] = field(default_factory=list)

    def key(self, source: str, reference: Reference) -> str | None:
        return self.find(source.partition("#")[0], reference)

    def find(self, source: str, reference: Reference) -> str | None:
        text = reference.reference
        if text and text.startswith("#"):
            return source + text
        (base,) = [one.base for one in self.entries if one.key == source]
        named = self.named(text.partition("/_history/")[0], base) if text else []
        if not named and reference.identifier:
            named = self.identified(reference.identifier.system, reference.identifier.value)
        fitting = [one.key for one in named if reference.type in {None, one.data["resourceType"]}]
        return fitting[0] if len(fitting) == 1 else None

    def named(self, text: str, base: str) -> list[One]:
        by_url = [one for one in self.entries if one.url and one.url in {text, base + text}]
        if by_url or text.startswith("urn:"):
            return by_url
        tail = "/".join(text.split("/")[-2:])
        absolute = "://" in text
        return [
            one
            for one in self.entries
            if one.name == tail and not (one.base and (absolute or base))
        ]

    def identified(self, system: str | None, value: str | None) -> list[One]:
        if not system or not value:
            return []
        return [one for one in self.entries if (system, value) in identifiers(one.data)]


def identifiers(data: Mapping[str, Any]) -> set[tuple[Any, Any]]:
    value = data.get("identifier", [])
    items = value if isinstance(value, list) else [value]
    return {(item.get("system"), item.get("value")) for item in items}


def slow_record(text: str | bytes, mapped: frozenset[str]) -> Record:
    """Return the record of the one patient of a Bundle, by the longest way."""
    bundle = json.loads(text, parse_float=Decimal, object_pairs_hook=members)
    every = Everything(list(newest(entries_of(bundle))))
    damaged = lacks_pages(bundle)
    patient = {one.key for one in every.entries if one.data["resourceType"] == "Patient"}
    good: list[Resource] = []
    for one in every.entries:
        subject = whom(one.data)
        told = every.find(one.key, reference_of(subject)) if subject else None
        kind = one.data["resourceType"]
        if told not in patient and kind not in NO_SUBJECT and kind in mapped:
            damaged = damaged or (kind not in NO_STATUS and "status" not in one.data)
            continue
        if kind in mapped and (repeats(one.data) or lacks(one.data)):
            damaged = True
            continue
        for resource, is_damage in admitted(one, mapped):
            damaged = damaged or is_damage
            good += [resource] if resource else []
    gone, _ = replaced([resource for resource in good if "#" not in resource.key])
    good = [resource for resource in good if resource.key not in gone]
    by_key = {resource.key: resource for resource in good}
    return Record(
        resources=tuple(good),
        subject=None,
        patients=tuple(resource for resource in good if resource.type == "Patient"),
        issues=(),
        read={},
        passed_over={},
        unusable={},
        damaged=damaged,
        named=(),
        resolver=every,
        referring=referring(by_key, every),
        by_key=by_key,
    )


def entries_of(bundle: Mapping[str, Any]) -> Iterator[One]:
    for n, entry in enumerate(bundle["entry"]):
        data, place = entry["resource"], f"Bundle.entry[{n}].resource"
        one = One("", place, data, entry.get("fullUrl"))
        one.key = one.name or one.url or place
        yield one


def newest(entries: Iterator[One]) -> Iterator[One]:
    """Of several entries of one name the last updated; equal ones are one."""
    by_name: dict[str, One] = {}
    for one in entries:
        other = by_name.get(one.key)
        if other is None or updated(other) < updated(one):
            by_name[one.key] = one
    yield from by_name.values()


def updated(one: One) -> str:
    return str(one.data.get("meta", {}).get("lastUpdated", ""))


def whom(data: Mapping[str, Any]) -> Any:
    return data.get("subject") or data.get("patient")


def lacks(data: Mapping[str, Any]) -> bool:
    """Whether a resource lacks its status or what it is about."""
    kind = data["resourceType"]
    about = {"Observation": "code", "DiagnosticReport": "code"}.get(kind)
    return (kind not in NO_STATUS and "status" not in data) or bool(about and not data.get(about))


def lacks_pages(bundle: Mapping[str, Any]) -> bool:
    if any(link["relation"] in {"next", "prev", "previous"} for link in bundle.get("link", [])):
        return True
    modes = [entry.get("search", {}).get("mode") for entry in bundle["entry"]]
    matches = sum(mode in COUNTED for mode in modes)
    return bundle["type"] == "searchset" and bundle.get("total", 0) > matches


def admitted(one: One, mapped: frozenset[str]) -> Iterator[tuple[Resource | None, bool]]:
    """Yield the resource and all it contains as the gate lets them through; True for damage."""
    inner = [
        One(f"{one.key}#{data['id']}", f"{one.place}.contained[{n}]", data)
        for n, data in enumerate(one.data.get("contained", []))
    ]
    for here in (one, *inner):
        use = usable(here.data)
        kind = here.data["resourceType"]
        if isinstance(use, Drop):
            shown = use.reason in {"modifier-extension", "implicit-rules"}
            yield None, kind in mapped and (use.damage or shown)
            if here is one:
                return
            continue
        version = here.data.get("meta", {}).get("versionId")
        number = here.data.get("id")
        yield (
            Resource(
                here.key, kind, number, version, here.data, here.place, use.reading, use.flagged
            ),
            False,
        )


def referring(
    by_key: Mapping[str, Resource], every: Everything
) -> dict[str, tuple[tuple[str, str], ...]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for resource in by_key.values():
        for element, link in links(resource.data):
            key = every.key(resource.key, reference_of(link))
            if key in by_key and (resource.key, element) not in found.get(key, []):
                found.setdefault(key, []).append((resource.key, element))
    return {key: tuple(pairs) for key, pairs in found.items()}
