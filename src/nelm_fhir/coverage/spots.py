"""Every place of a resource where a code stands that asks or answers something.

In: one usable resource. Out: its spots: where in FHIR, the concept, its role, and for the value of
an Observation the question that it answers. FHIR structure only; no code has a meaning here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from types import MappingProxyType
from typing import Final

from nelm_fhir.fhir_r4.record import Resource
from nelm_fhir.mappers.elements import Json, extension, item, items
from nelm_fhir.mappers.places import MORPHOLOGY

VALUE_TYPES: Final = frozenset(
    {
        "Quantity", "CodeableConcept", "String", "Boolean", "Integer", "Range", "Ratio",
        "SampledData", "Time", "DateTime", "Period",
    }
)  # fmt: skip
"""Types that value[x] of an Observation has in R4."""
_VALUE: Final = "value"
_CODED: Final = "valueCodeableConcept"
_OBSERVATION: Final = "Observation"


class Role(Enum):
    """What a code at a place does: it answers, it names a drug, or it speaks for itself."""

    QUESTION = auto()
    ANSWER = auto()
    DRUG = auto()


_DRUG: Final = (("medicationCodeableConcept", Role.DRUG), ("statusReason", Role.QUESTION))
_PLACES: Final[Mapping[str, tuple[tuple[str, Role], ...]]] = MappingProxyType(
    {
        "CarePlan": (
            ("category", Role.QUESTION),
            ("activity.detail.code", Role.QUESTION),
            ("activity.detail.statusReason", Role.QUESTION),
        ),
        "Condition": (("code", Role.QUESTION), ("bodySite", Role.ANSWER)),
        "DiagnosticReport": (("code", Role.QUESTION), ("conclusionCode", Role.ANSWER)),
        "EpisodeOfCare": (("type", Role.QUESTION),),
        "ImagingStudy": (("procedureCode", Role.QUESTION),),
        "Medication": (("code", Role.DRUG),),
        "MedicationAdministration": _DRUG,
        "MedicationRequest": _DRUG,
        "MedicationStatement": _DRUG,
        "Procedure": (
            ("code", Role.QUESTION),
            ("statusReason", Role.QUESTION),
            ("outcome", Role.ANSWER),
            ("usedCode", Role.ANSWER),
        ),
        "ServiceRequest": (("code", Role.QUESTION), ("reasonCode", Role.QUESTION)),
        "Specimen": (
            ("type", Role.ANSWER),
            ("collection.bodySite", Role.ANSWER),
            ("collection.method", Role.ANSWER),
        ),
    }
)
TYPES: Final = frozenset({*_PLACES, _OBSERVATION})


@dataclass(frozen=True, slots=True)
class Spot:
    """A concept and where it stands.

    `at` is the place without indices (`Observation.component.code`), `part` the path of the
    Observation or component that holds it ("" or "component[2]."), `question` the concept that an
    answer belongs to, `values` the types of value[x] that answer a question.
    """

    at: str
    role: Role
    concept: Json
    part: str = ""
    question: Json | None = None
    values: frozenset[str] = frozenset()


def spots(resource: Resource) -> Iterator[Spot]:
    """Yield every spot of a resource; a repeating element gives one each."""
    if resource.type == _OBSERVATION:
        yield from _observation(resource.data)
        return
    for path, role in _PLACES.get(resource.type, ()):
        for concept in _concepts(resource.data, path):
            yield Spot(f"{resource.type}.{path}", role, concept)
    if resource.type == "Condition":
        for part in extension(resource.data, *MORPHOLOGY):
            yield Spot(f"Condition.extension.{_CODED}", Role.ANSWER, item(part, _CODED))


def _concepts(data: Json, path: str) -> Iterator[Json]:
    """Yield every object at a path below the resource."""
    name, _, rest = path.partition(".")
    for part in items(data, name):
        yield from _concepts(part, rest) if rest else (part,)


def _observation(data: Json) -> Iterator[Spot]:
    yield from _asked(data, _OBSERVATION, "")
    for number, part in enumerate(items(data, "component")):
        yield from _asked(part, f"{_OBSERVATION}.component", f"component[{number}].")
    for name in ("bodySite", "method"):
        for concept in items(data, name):
            yield Spot(f"{_OBSERVATION}.{name}", Role.ANSWER, concept)


def _asked(part: Json, at: str, path: str) -> Iterator[Spot]:
    question = item(part, "code")
    yield Spot(f"{at}.code", Role.QUESTION, question, path, values=value_types(part))
    if answer := item(part, _CODED):
        yield Spot(f"{at}.{_CODED}", Role.ANSWER, answer, path, question)


def value_types(part: Json) -> frozenset[str]:
    """Return the types of value[x] that stand in an Observation or component."""
    names = (name.removeprefix(_VALUE) for name in part if name.startswith(_VALUE))
    return frozenset(name for name in names if name in VALUE_TYPES)
