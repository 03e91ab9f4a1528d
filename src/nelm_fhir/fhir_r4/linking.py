"""The links between the usable resources of a record, resolved once in both directions.

In: the usable resources, their references, the index of entries. Out: who refers to whom, by
element, and an issue per element that leads to nothing that can be used.
Source: architecture 1 (Assembly), terminology 2.7.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from msgspec import Struct

from nelm_fhir.core.canonical import BASE
from nelm_fhir.core.issues import Issue
from nelm_fhir.fhir_r4.head import Reference
from nelm_fhir.fhir_r4.notices import notice
from nelm_fhir.fhir_r4.record import Resource
from nelm_fhir.fhir_r4.references import ANSWER, Index

_ATTESTED: Final = f"{BASE}/CodeSystem/attested-element"


class Keys(Struct, frozen=True):
    """Which key a Reference found in a resource means (record.Resolver)."""

    index: Index
    keys: Sequence[str]
    numbers: Mapping[str, int]

    def key(self, source: str, reference: Reference) -> str | None:
        """Return the key; None if the reference leads to nothing that was sent."""
        container = source.partition("#")[0]
        if reference.reference and reference.reference.startswith("#"):
            return container + reference.reference.removesuffix("#")
        found = self.index.find(reference, self.numbers[container])
        return None if found is None else self.keys[found]


@dataclass(slots=True)
class Linked:
    """Who refers to a key, with the element; and what leads nowhere."""

    referring: dict[str, tuple[tuple[str, str], ...]]
    issues: list[Issue]


def link(
    resources: Mapping[str, Resource],
    references: Iterable[tuple[str, str, Reference]],
    resolver: Keys,
) -> Linked:
    """Resolve every (key of the source, element, Reference) of the usable resources."""
    referring: dict[str, list[tuple[str, str]]] = {}
    lost: dict[str, None] = {}
    for source, element, reference in references:
        key = resolver.key(source, reference)
        if key is not None and key in resources:
            referring.setdefault(key, []).append((source, element))
        elif not _names_a_thing(element, reference, resources[source]):
            lost[f"{resources[source].location}.{element}"] = None
    issues = [notice("unresolved-reference", place) for place in lost]
    return Linked({key: tuple(dict.fromkeys(found)) for key, found in referring.items()}, issues)


def _names_a_thing(element: str, reference: Reference, source: Resource) -> bool:
    """Whether a thing is named by identifier alone, as attested entries may (sections 1 and 3)."""
    if reference.reference or reference.identifier is None:
        return False
    return element in {"focus", ANSWER} or (element == "specimen" and _is_attested(source))


def _is_attested(source: Resource) -> bool:
    code = source.data.get("code")
    codings = code.get("coding") if isinstance(code, dict) else None
    listed = codings if isinstance(codings, list) else []
    return any(isinstance(one, dict) and one.get("system") == _ATTESTED for one in listed)
