"""What an overlay that loads may still have wrong: warnings, each with its place and what to do.

In: the files of an overlay, the catalogue, and the codes that a coverage report saw. Out: warnings.
Source: attested-entry 4; mappings/codes/README.md, Overlays.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from nelm_fhir.core.canonical import BASE
from nelm_fhir.core.codes import Code
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.knowledge.code_files import WITHOUT_TARGET, rows
from nelm_fhir.knowledge.code_overlays import ATTESTED
from nelm_fhir.knowledge.code_shapes import shape_fault
from nelm_fhir.knowledge.faults import Faults
from nelm_fhir.knowledge.overlay import read_json
from nelm_fhir.mappers.attested_values import ANSWER, ELEMENT

_ANSWERS: Final = f"{BASE}/CodeSystem/{ANSWER}"
_WHOLE: Final = frozenset({f"{ATTESTED}element", f"{ATTESTED}component", f"{ATTESTED}answer"})
_ELEMENTS: Final = f"{BASE}/CodeSystem/{ELEMENT}"

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that loads and will not do what it seems to."""

    file: str
    key: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.what}"


def doubts(
    folder: str,
    content: Mapping[str, bytes],
    catalogue: Catalogue,
    seen: frozenset[Code] | None = None,
) -> Iterator[Doubt]:
    """Yield every warning of one overlay; without `seen` no code is looked for in a report."""
    texts = {name: body for name, body in content.items() if name.endswith(".json")}
    for name, resource in sorted(read_json(texts, Faults()).items()):
        if shape_fault(resource) is None and resource.get("resourceType") == "ConceptMap":
            yield from _of_map(f"{folder}/{name}", resource, catalogue, seen)


def _of_map(
    file: str, resource: Json, catalogue: Catalogue, seen: frozenset[Code] | None
) -> Iterator[Doubt]:
    canonical = str(resource.get("targetCanonical") or resource.get("targetUri") or "")
    yield from _whole_list(file, canonical.partition("|")[0], resource)
    for group in rows(resource, "group"):
        for entry in rows(group, "element"):
            code = catalogue.codes.normalize(group.get("source"), entry.get("code"))
            if code is None:
                continue
            if not _is_mapped(entry):
                yield Doubt(
                    file,
                    str(code),
                    "has no target yet",
                    "Fill in code and equivalence of its target, or delete it.",
                )
            elif seen is not None and code not in seen:
                yield Doubt(
                    file,
                    str(code),
                    "is mapped and the report does not name it",
                    "Check its spelling; a report made with --overlay names all that it saw.",
                )


def _is_mapped(entry: Json) -> bool:
    targets = rows(entry, "target")
    return any(t.get("code") and t.get("equivalence") not in WITHOUT_TARGET for t in targets)


def _whole_list(file: str, canonical: str, resource: Json) -> Iterator[Doubt]:
    """Yield a warning for a map that aims at a whole list where one element is meant."""
    if canonical in _WHOLE:
        yield Doubt(
            file,
            "targetCanonical",
            f"{canonical.removeprefix(BASE + '/')} is a whole list and no element: nothing matches",
            f"Leave it out in a map of questions; for answers give {ATTESTED}<element>.",
        )
    elif not canonical and _maps_answers(resource):
        yield Doubt(
            file,
            "targetCanonical",
            "the answers are not limited to one element: they hold under every question",
            f"Give {ATTESTED}<element>, one map per element.",
        )


def _maps_answers(resource: Json) -> bool:
    groups = (group for group in rows(resource, "group") if group.get("target") == _ANSWERS)
    return any(_is_mapped(entry) for group in groups for entry in rows(group, "element"))
