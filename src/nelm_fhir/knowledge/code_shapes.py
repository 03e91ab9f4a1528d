"""The shape of a ConceptMap or ValueSet as far as we read one, checked before anybody does.

A hospital's JSON comes from outside: a text where a list belongs must be a fault with its path and
not a crash. Elements that nobody reads are not looked at. Source: FHIR R4 ConceptMap, ValueSet.
"""

from typing import Any, Final

import msgspec
from msgspec import UNSET, Struct, UnsetType

Text = str | UnsetType
"""A text or nothing; FHIR JSON has no null here."""


class _Target(Struct):
    code: Text = UNSET
    equivalence: Text = UNSET


class _Element(Struct):
    code: Text = UNSET
    display: Text = UNSET
    target: list[_Target] = []


class _Group(Struct):
    source: Text = UNSET
    target: Text = UNSET
    element: list[_Element] = []


class _ConceptMap(Struct):
    id: Text = UNSET
    url: Text = UNSET
    targetCanonical: Text = UNSET  # noqa: N815 # FHIR's own name
    targetUri: Text = UNSET  # noqa: N815 # FHIR's own name
    group: list[_Group] = []


class _Concept(Struct):
    code: Text = UNSET
    display: Text = UNSET


class _Include(Struct):
    system: Text = UNSET
    concept: list[_Concept] = []
    valueSet: list[str] = []  # noqa: N815 # FHIR's own name


class _Compose(Struct):
    include: list[_Include] = []


class _ValueSet(Struct):
    id: Text = UNSET
    url: Text = UNSET
    compose: _Compose | UnsetType = UNSET


_SHAPES: Final[dict[str, type[Struct]]] = {"ConceptMap": _ConceptMap, "ValueSet": _ValueSet}


def shape_fault(resource: dict[str, Any]) -> str | None:
    """Return what is wrong with the shape of a resource, with its path; None if nothing is."""
    shape = _SHAPES.get(str(resource.get("resourceType")))
    if shape is None:
        return "is neither a ConceptMap nor a ValueSet"
    try:
        msgspec.convert(resource, shape)
    except msgspec.ValidationError as error:
        return str(error)
    return None
