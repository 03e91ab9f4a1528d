"""One ValueSet or ConceptMap of `mappings/codes/` as lines of a code list.

In: parsed FHIR R4 JSON. Out: `Member`s, and every fault as "file: key: what". A ValueSet is plain
membership, a ConceptMap gives each code a word. The group is the resource's id. Certainty and
source stand in extensions of each code; unverified codes stand in extensions of the resource and
never match.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from nelm_fhir.core.canonical import BASE
from nelm_fhir.core.codes import Code
from nelm_fhir.core.evidence import Match
from nelm_fhir.knowledge.code_systems import CERTAINTIES, Systems
from nelm_fhir.knowledge.codes import UNVERIFIED, Hit, Member

Json = Mapping[str, Any]

CERTAINTY: Final = f"{BASE}/StructureDefinition/certainty"
CODE_SOURCE: Final = f"{BASE}/StructureDefinition/code-source"
CODE_FAMILY: Final = f"{BASE}/StructureDefinition/code-family"
SEVERAL_WORDS: Final = f"{BASE}/StructureDefinition/several-words"
UNVERIFIED_CODE: Final = f"{BASE}/StructureDefinition/unverified-code"
NOTE: Final = "http://hl7.org/fhir/StructureDefinition/valueset-concept-comments"

NEVER: Final = "never"
"""The group of codes that look like ours and must never match."""

# FHIR R4 ConceptMap.equivalence is read from the source: "wider" means the target is broader than
# the source, so whatever has the code has the word.
KEEPING: Final = frozenset({"equal", "equivalent", "wider", "subsumes"})
LOOSE: Final = frozenset({"narrower", "specializes", "inexact", "relatedto"})
COMMENTED: Final = frozenset({"narrower", "inexact"})
WITHOUT_TARGET: Final = frozenset({"unmatched", "disjoint"})


class Reading(Struct, frozen=True):
    """What reading a list needs: the systems, the words of our own systems, and room for faults."""

    systems: Systems
    words: Mapping[str, frozenset[str]]
    faults: list[str]


def read_list(file: str, resource: Json, reading: Reading) -> Iterator[Member]:
    """Yield the lines of one shipped list."""
    where = f"{file}: {resource.get('id', '?')}"
    for key in ("id", "url", "version", "status", "title", "description"):
        if not resource.get(key):
            reading.faults.append(f"{where}: {key}: missing")
    if resource["resourceType"] == "ValueSet":
        yield from _value_set(file, resource, reading)
    else:
        yield from _concept_map(file, resource, reading)
    yield from _unverified(file, resource, reading)


def _value_set(file: str, resource: Json, reading: Reading) -> Iterator[Member]:
    group = resource.get("id", "")
    for include in includes(resource):
        if "concept" not in include:
            reading.faults.append(f"{file}: {group}: include: must list its concepts")
        for concept in rows(include, "concept"):
            line = _line(file, group, include.get("system"), concept, reading)
            if line:
                yield _matching(line, None, "equal")


def _concept_map(file: str, resource: Json, reading: Reading) -> Iterator[Member]:
    for part in rows(resource, "group"):
        for element in rows(part, "element"):
            line = _line(file, resource.get("id", ""), part.get("source"), element, reading)
            if line is None:
                continue
            for target in rows(element, "target"):
                yield from _mapped(line, part.get("target"), target, reading)


def _mapped(line: Member, system: str | None, target: Json, reading: Reading) -> Iterator[Member]:
    where = f"{line.file}: {line.group}: {line.code}"
    equivalence, word = target.get("equivalence"), target.get("code")
    if equivalence not in KEEPING | LOOSE | WITHOUT_TARGET:
        reading.faults.append(f"{where}: equivalence: unknown")
    elif equivalence in WITHOUT_TARGET:
        yield line
    elif system is None or word not in reading.words.get(system, frozenset()):
        reading.faults.append(f"{where}: {word}: not a word of {system}")
    elif equivalence in COMMENTED and not target.get("comment"):
        reading.faults.append(f"{where}: {equivalence}: needs a comment (cmd-1)")
    else:
        yield _matching(_noted(line, target.get("comment")), word, equivalence)


def _line(
    file: str, group: str, system: str | None, concept: Json, reading: Reading
) -> Member | None:
    where = f"{file}: {group}: {concept.get('code', '?')}"
    said = extensions(concept)
    certainty, source = said.get(CERTAINTY), said.get(CODE_SOURCE)
    if certainty not in CERTAINTIES:
        reading.faults.append(f"{where}: certainty: must be V or W")
    if not source:
        reading.faults.append(f"{where}: source: missing")
    code = _shipped_code(where, system, concept.get("code"), reading)
    if code is None or certainty not in CERTAINTIES or not source:
        return None
    return Member(
        code=code,
        group=group,
        word=None,
        certainty=certainty,
        source=source,
        file=file,
        display=concept.get("display"),
        note=said.get(NOTE),
        family=said.get(CODE_FAMILY) is True,
    )


def _shipped_code(
    where: str, system: str | None, code: str | None, reading: Reading
) -> Code | None:
    known = reading.systems.find(system) if system else None
    if known is None or system != known.uri:
        reading.faults.append(f"{where}: system: {system} is not a canonical URI of systems.toml")
        return None
    if not code or known.code(code) != code:
        reading.faults.append(f"{where}: code: not in its normal form")
        return None
    return Code(system, code)


def _matching(line: Member, word: str | None, equivalence: str) -> Member:
    if line.group == NEVER:
        return line
    match = Match.EXACT if equivalence == "equal" else Match.MAPPED
    if line.certainty == "W":
        match = Match.WEAK
    hit = Hit(line.group, word, match, equivalence in KEEPING, line.source)
    return replace(line, word=word, hit=hit)


def _noted(line: Member, comment: str | None) -> Member:
    return replace(line, note=comment) if comment else line


def _unverified(file: str, resource: Json, reading: Reading) -> Iterator[Member]:
    group = resource.get("id", "")
    for extension in rows(resource, "extension"):
        if extension.get("url") != UNVERIFIED_CODE:
            continue
        parts = extensions(extension)
        if not parts.get("code") or not parts.get("note"):
            reading.faults.append(f"{file}: {group}: unverified-code: needs code and note")
            continue
        code = Code(parts.get("system", ""), parts["code"])
        yield Member(code, group, None, UNVERIFIED, "", file, note=parts["note"])


def rows(element: Json, key: str) -> list[Json]:
    """Return the objects of a repeating element; what has another shape is none."""
    found = element.get(key)
    return [r for r in found if isinstance(r, Mapping)] if isinstance(found, list) else []


def includes(resource: Json) -> list[Json]:
    """Return the includes of a ValueSet; of anything else none."""
    compose = resource.get("compose")
    if resource.get("resourceType") != "ValueSet" or not isinstance(compose, Mapping):
        return []
    return rows(compose, "include")


def extensions(element: Json) -> dict[str, Any]:
    """Return the simple extensions of an element as value by url; the last of several counts."""
    return {
        extension.get("url", ""): value
        for extension in rows(element, "extension")
        for key, value in extension.items()
        if key.startswith("value")
    }
