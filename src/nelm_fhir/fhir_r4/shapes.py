"""Elements that are of another JSON type than FHIR R4 has them.

In: a used resource. Out: the places below it of every such element among those that mappers read.
They are read as if they were not there, so whoever sends them must be told. Not damage: the finding
stands without them (rules 1.7). One object in the place of a list counts as a list of one. A
component without a code is one of them: FHIR has none. Also whether a patient can be identified.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

_OBJECTS: Final = frozenset(
    {
        "activity",
        "bodySite",
        "code",
        "collection",
        "component",
        "conclusionCode",
        "contained",
        "derivedFrom",
        "extension",
        "focus",
        "hasMember",
        "imagingStudy",
        "item",
        "medicationReference",
        "method",
        "modality",
        "outcome",
        "partOf",
        "period",
        "procedureReference",
        "reasonCode",
        "reasonReference",
        "result",
        "specimen",
        "valueCodeableConcept",
    }
)
_TEXTS: Final = frozenset({"authored", "authoredOn", "birthDate", "created", "started"})
_CHOICES: Final = ("collected", "deceased", "effective", "occurrence", "onset", "performed")
_TEXT_ENDS: Final = ("DateTime", "Instant", "String")
_CODED: Final = ("system", "code")
_NAMING: Final = ("system", "value")
_WITHIN: Final = ("collection", "component")


def misshapen(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield the place of every element of a wrong JSON type, below the resource."""
    for name, value in data.items():
        if name in _OBJECTS or name.endswith("Period"):
            yield from _not_objects(name, value)
        elif (name in _TEXTS or _is_text(name)) and not isinstance(value, str | None):
            yield name


def identifies(patient: Mapping[str, Any]) -> bool:
    """Whether every identifier can be read; statements may name the patient by one alone.

    If they do, they pass for somebody else's, and what they say against him is lost.
    """
    found = patient.get("identifier", [])
    return isinstance(found, list) and all(
        isinstance(one, dict) and _are_texts(one, _NAMING) for one in found
    )


def _are_texts(value: Mapping[str, Any], names: tuple[str, ...]) -> bool:
    return all(isinstance(value.get(name), str | None) for name in names)


def _is_text(name: str) -> bool:
    return name.endswith(_TEXT_ENDS) and name.startswith(_CHOICES)


def _not_objects(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for at, item in enumerate(value):
            yield from _not_object(name, f"{name}[{at}]", item)
    elif value is not None:
        yield from _not_object(name, name, value)


def _not_object(name: str, place: str, value: Any) -> Iterator[str]:
    if not isinstance(value, dict) or (name == "component" and not value.get("code")):
        yield place
    elif name in _WITHIN:
        yield from (f"{place}.{inner}" for inner in misshapen(value))
    elif "coding" in value:
        yield from (f"{place}.{inner}" for inner in _not_objects("coding", value["coding"]))
    elif name == "coding" and not _are_texts(value, _CODED):
        yield place
