"""All code lists joined into `CodeTables`, every fault collected.

In: parsed JSON by file name (our ValueSets and ConceptMaps, the CodeSystems whose words they use,
the ValueSets of attested answers), the parsed `systems.toml`, and overlays. Out: the tables, and
every fault as "file: key: what"; the caller raises. Source: terminology 1, 2.1, 2.2;
attested-entry 4; architecture section 3.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from nelm_fhir.core.codes import Code
from nelm_fhir.core.evidence import Match
from nelm_fhir.knowledge.code_conflicts import check_site
from nelm_fhir.knowledge.code_files import (
    NEVER,
    SEVERAL_WORDS,
    Json,
    Reading,
    extensions,
    includes,
    read_list,
    rows,
)
from nelm_fhir.knowledge.code_overlays import (
    ALL_WEAK,
    ATTESTED,
    Ours,
    OverlayCodes,
    read_overlay,
    sources,
)
from nelm_fhir.knowledge.code_systems import read_systems
from nelm_fhir.knowledge.codes import CodeTables, Hit, Hits, Member

SYSTEMS_FILE: Final = "codes/systems.toml"
OWN: Final = "own"
TERMS: Final = "fhir/"
LISTS: Final = frozenset({"ValueSet", "ConceptMap"})


def build_code_tables(
    files: Mapping[str, Any],
    systems: Mapping[str, Any],
    overlays: Sequence[OverlayCodes] = (),
) -> tuple[CodeTables, tuple[str, ...]]:
    """Return the tables and all faults; with faults the tables are incomplete.

    `files` must hold our own CodeSystems too (attested-element, attested-answer, mapping-word,
    organ-name): their codes are the only words a map may target, and are found as groups of the
    id of their system. ValueSets `attested-<element>` tell what an overlay may answer.
    """
    faults: list[str] = []
    shipped = _read_shipped(files, systems, faults)
    local = _local_systems(shipped.reading, overlays)
    named = shipped.reading.systems.with_uris(dict.fromkeys(sorted(local), ""))
    lines = _switched_off(shipped.lines, overlays, faults)
    ours = Ours(named, _by_code(lines), shipped.plain, shipped.answers, faults)
    site = {overlay.name: list(read_overlay(overlay, ours)) for overlay in overlays}
    check_site(lines, site, faults)
    everything = [*lines, *(line for found in site.values() for line in found)]
    by_element = _by_element(everything)
    tables = CodeTables(
        systems=named,
        listed=tuple(everything),
        local_systems=local,
        by_code=_by_code(everything),
        by_family=_by_code(line for line in everything if line.family),
        by_element=by_element,
        limited=frozenset(code for _, code in by_element),
    )
    return tables, tuple(faults)


class _Shipped(Struct, frozen=True):
    """Our own lists as read: lines, plain groups, and the words each attested element admits."""

    reading: Reading
    lines: list[Member]
    plain: frozenset[str]
    answers: Mapping[str, frozenset[str]]


def _read_shipped(
    files: Mapping[str, Any], systems: Mapping[str, Any], faults: list[str]
) -> _Shipped:
    own = {f: r for f, r in files.items() if r.get("resourceType") == "CodeSystem"}
    answers = {f: r for f, r in files.items() if _answers_element(r)}
    lists = {f: r for f, r in files.items() if _is_list(f, r)}
    known = read_systems(systems, SYSTEMS_FILE, faults)
    known = known.with_uris({r.get("url", ""): r.get("title", "") for r in own.values()})
    words = {r.get("url", ""): frozenset(_codes(r)) for r in own.values()}
    reading = Reading(known, words, faults)
    lines = [line for file, r in sorted(own.items()) for line in _own_lines(file, r)]
    for file, resource in sorted(lists.items()):
        found = list(read_list(file, resource, reading))
        _check_twice(file, resource, found, faults)
        lines.extend(found)
    plain = {r.get("id", "") for r in lists.values() if r["resourceType"] == "ValueSet"}
    return _Shipped(reading, lines, frozenset(plain - {NEVER}), _admitted(answers.values()))


def _is_list(file: str, resource: Json) -> bool:
    # What lies in fhir/ defines our own terms; it lists no codes of others.
    return resource.get("resourceType") in LISTS and not file.startswith(TERMS)


def _answers_element(resource: Json) -> bool:
    is_value_set = resource.get("resourceType") == "ValueSet"
    return is_value_set and str(resource.get("url", "")).startswith(ATTESTED)


def _admitted(value_sets: Iterable[Json]) -> Mapping[str, frozenset[str]]:
    return {
        value_set["url"].removeprefix(ATTESTED): frozenset(
            word for include in includes(value_set) for word in _codes(include)
        )
        for value_set in value_sets
    }


def _codes(element: Json) -> list[str]:
    return [concept["code"] for concept in rows(element, "concept") if "code" in concept]


def _own_lines(file: str, resource: Json) -> Iterable[Member]:
    group, url = resource.get("id", ""), resource.get("url", "")
    for concept in rows(resource, "concept"):
        if word := concept.get("code"):
            hit = Hit(group, word, Match.EXACT, exact=True, source=OWN)
            display = concept.get("display")
            yield Member(Code(url, word), group, word, "V", OWN, file, hit, display)


def _check_twice(file: str, resource: Json, lines: list[Member], faults: list[str]) -> None:
    several = extensions(resource).get(SEVERAL_WORDS) is True
    seen: dict[tuple[Code, str | None], str | None] = {}
    for line in lines:
        key = (line.code, line.word if several else None)
        if key in seen:
            what = "listed twice" if seen[key] == line.word else "has two meanings"
            faults.append(f"{file}: {line.group}: {line.code}: {what}")
        seen[key] = line.word


def _switched_off(
    lines: list[Member], overlays: Sequence[OverlayCodes], faults: list[str]
) -> list[Member]:
    off = {name for overlay in overlays for name in overlay.switched_off}
    weak = {str(line.code) for line in lines if line.certainty == "W"}
    for overlay in overlays:
        unknown = sorted(set(overlay.switched_off) - weak - {ALL_WEAK})
        faults.extend(f"{overlay.name}: switched off: {name}: not weak" for name in unknown)
    off_codes = weak if ALL_WEAK in off else off
    return [
        replace(line, hit=None) if line.certainty == "W" and str(line.code) in off_codes else line
        for line in lines
    ]


def _local_systems(reading: Reading, overlays: Sequence[OverlayCodes]) -> frozenset[str]:
    named = {uri for overlay in overlays for uri in sources(overlay)}
    return frozenset(uri for uri in named if uri and reading.systems.find(uri) is None)


def _by_code(lines: Iterable[Member]) -> Mapping[Code, Hits]:
    found: dict[Code, dict[tuple[str, str | None], Hit]] = defaultdict(dict)
    for line in lines:
        if line.hit and line.element is None:
            found[line.code].setdefault((line.group, line.word), line.hit)
    return MappingProxyType({code: tuple(hits.values()) for code, hits in found.items()})


def _by_element(lines: Iterable[Member]) -> Mapping[tuple[str, Code], Hits]:
    found: dict[tuple[str, Code], dict[tuple[str, str | None], Hit]] = defaultdict(dict)
    for line in lines:
        if line.hit and line.element is not None:
            found[line.element, line.code].setdefault((line.group, line.word), line.hit)
    return MappingProxyType({key: tuple(hits.values()) for key, hits in found.items()})
