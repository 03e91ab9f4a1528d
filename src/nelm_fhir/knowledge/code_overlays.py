"""A hospital's own codes: ConceptMaps to our words or standard codes, ValueSets that include ours.

In: the parsed ConceptMaps and ValueSets of one overlay. Out: lines of certainty `site`. A local
code may stand for a code of our own attested-element or attested-answer system, or for a standard
code of our lists, and then means what that one means. A map whose `targetCanonical` is
`{base}/ValueSet/attested-<element>` holds for answers to that element only (attested-entry 4).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from nelm_fhir.core.canonical import BASE
from nelm_fhir.core.codes import Code
from nelm_fhir.core.evidence import Match
from nelm_fhir.knowledge.code_files import KEEPING, LOOSE, WITHOUT_TARGET, Json, includes, rows
from nelm_fhir.knowledge.code_systems import Systems
from nelm_fhir.knowledge.codes import Hit, Member

SITE: Final = "site"
ALL_WEAK: Final = "*"
ATTESTED: Final = f"{BASE}/ValueSet/attested-"
_VALUE_SET: Final = f"{BASE}/ValueSet/"


@dataclass(frozen=True, slots=True)
class OverlayCodes:
    """The codes of one overlay: its name, its parsed JSON by file name, weak codes switched off.

    `switched_off` holds `system|code`, or `*` for every weak code. Files of other resource types
    are not looked at.
    """

    name: str
    files: Mapping[str, Any] = field(default_factory=dict)
    switched_off: tuple[str, ...] = ()


class Ours(Struct, frozen=True):
    """What an overlay can name: our hits by code, our plain lists, and the systems we know.

    `answers` are the words that each attested element admits.
    """

    systems: Systems
    hits: Mapping[Code, tuple[Hit, ...]]
    plain: frozenset[str]
    answers: Mapping[str, frozenset[str]]
    faults: list[str]


class _Map(Struct, frozen=True):
    """One group of a ConceptMap: where it stands, its systems, and the element it is limited to."""

    file: str
    source: str | None
    target: str | None
    element: str | None


def sources(overlay: OverlayCodes) -> Iterator[str]:
    """Yield every system whose codes the overlay gives a meaning."""
    for resource in overlay.files.values():
        if resource.get("resourceType") == "ConceptMap":
            yield from (part.get("source") or "" for part in rows(resource, "group"))
        yield from (include.get("system") or "" for include in includes(resource))


def read_overlay(overlay: OverlayCodes, ours: Ours) -> Iterator[Member]:
    """Yield the lines of one overlay, their hits all of match `site`.

    `note` of a line is the code that the local one stands for.
    """
    for name, resource in sorted(overlay.files.items()):
        file = f"{overlay.name}/{name}"
        if resource.get("resourceType") == "ConceptMap":
            yield from _concept_map(file, resource, ours)
        elif resource.get("resourceType") == "ValueSet":
            yield from _value_set(file, resource, ours)


def _concept_map(file: str, resource: Json, ours: Ours) -> Iterator[Member]:
    canonical = resource.get("targetCanonical") or resource.get("targetUri") or ""
    name = canonical.partition("|")[0]
    element = name.removeprefix(ATTESTED) if name.startswith(ATTESTED) else None
    if element is not None and element not in ours.answers:
        ours.faults.append(f"{file}: targetCanonical: {canonical} is none of our value sets")
    for part in rows(resource, "group"):
        group = _Map(file, part.get("source"), part.get("target"), element)
        for entry in rows(part, "element"):
            yield from _entry(group, entry, ours)


def _entry(group: _Map, entry: Json, ours: Ours) -> Iterator[Member]:
    code = ours.systems.normalize(group.source, entry.get("code"))
    if code is None:
        ours.faults.append(f"{group.file}: group: needs a source system, each element a code")
        return
    for target in rows(entry, "target"):
        meant = ours.systems.normalize(group.target, target.get("code"))
        for hit in _meanings(group, code, meant, target.get("equivalence"), ours):
            line = _site_line(code, hit, entry, str(meant))
            yield replace(line, element=group.element)


def _meanings(
    group: _Map, code: Code, meant: Code | None, equivalence: Any, ours: Ours
) -> Iterator[Hit]:
    where = f"{group.file}: {code}"
    if equivalence in WITHOUT_TARGET:
        return
    if equivalence not in KEEPING | LOOSE:
        ours.faults.append(f"{where}: equivalence: unknown")
        return
    hits = ours.hits.get(meant, ()) if meant else ()
    if not hits:
        ours.faults.append(f"{where}: target {meant}: none of our codes")
    admitted = ours.answers.get(group.element) if group.element else None
    for hit in hits:
        if admitted is not None and hit.word not in admitted:
            ours.faults.append(f"{where}: target {meant}: no answer to {group.element}")
            return
        exact = hit.exact and equivalence in KEEPING
        yield Hit(hit.group, hit.word, Match.SITE, exact, group.file)


def _value_set(file: str, resource: Json, ours: Ours) -> Iterator[Member]:
    groups = [g for include in includes(resource) for g in _included(file, include, ours)]
    if not groups:
        ours.faults.append(f"{file}: compose: includes none of our value sets")
    for include in includes(resource):
        for concept in rows(include, "concept"):
            code = ours.systems.normalize(include.get("system"), concept.get("code"))
            if code is None:
                ours.faults.append(f"{file}: include: needs a system, each concept a code")
                continue
            for group in groups:
                hit = Hit(group, None, Match.SITE, exact=True, source=file)
                yield _site_line(code, hit, concept, f"{_VALUE_SET}{group}")


def _included(file: str, include: Json, ours: Ours) -> Iterator[str]:
    for canonical in include.get("valueSet", ()):
        group = canonical.partition("|")[0].removeprefix(_VALUE_SET)
        if group in ours.plain:
            yield group
        else:
            ours.faults.append(f"{file}: compose: {canonical} is none of our value sets")


def _site_line(code: Code, hit: Hit, entry: Json, meant: str) -> Member:
    return Member(
        code=code,
        group=hit.group,
        word=hit.word,
        certainty=SITE,
        source=hit.source,
        file=hit.source,
        hit=hit,
        display=entry.get("display"),
        note=meant,
    )
