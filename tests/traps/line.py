"""From a few resources to the profile and the verdicts, through the real line, for the traps.

The resources are those of `tests/unit/mappers/mapping.py`; where a trap speaks of verdicts, they
are added to the sample record that meets six sets.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any, Final

from tests.property.fhir_parts import PATIENT, judged, statuses, verdicts, with_added
from tests.unit.mappers.mapping import data

from nelm_fhir import pipeline
from nelm_fhir.assessment.result import Assessment
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.profile.candidate import Part, Profile
from nelm_fhir.profile.provenance import reason, set_aside

AS_OF: Final = date(2026, 6, 1)
GRADE: Final = ("M07-HIST", "M16-GRADE", "OPTN-GRADE", "B-GRADE", "C-GRADE")
KI67: Final = ("ESMO-KI67", "B-KI67", "OPTN-KI67")

Json = Mapping[str, Any]


@cache
def catalogue() -> Catalogue:
    return pipeline.load()


def line(*resources: Json, patient: Json | None = None) -> pipeline.Read:
    """Bytes of a Bundle of these resources, read as the record of Patient/p."""
    sent = data(*resources, patient=patient)
    return pipeline.read_one(sent, catalogue(), as_of=AS_OF, subject="Patient/p")


def profile(*resources: Json, patient: Json | None = None) -> Profile:
    return line(*resources, patient=patient).profile


def only(entries: Mapping[str, Any]) -> Any:
    """The only entry of a profile's object of entries."""
    (entry,) = entries.values()
    return entry


def issues(*resources: Json) -> list[str]:
    return [issue.kind for issue in line(*resources).origin.issues]


def why(part: Part, key: str) -> str:
    """Why a value is unknown."""
    return str(reason(part, key))


def aside(part: Part, key: str) -> list[str]:
    """The resources whose statement was read for that key and not used."""
    return [item.evidence.resource for item in set_aside(part, key)]


def assessed(*resources: Json) -> Assessment:
    """The sample record that meets six sets, with these resources added."""
    return judged(with_added([{**added, "subject": {"reference": PATIENT}} for added in resources]))


def after(*resources: Json) -> dict[str, str]:
    """The status of every criterion of the sample record with these resources added."""
    return statuses(assessed(*resources))


def met(*resources: Json) -> set[str]:
    """The sets that the sample record with these resources still meets."""
    found = verdicts(assessed(*resources))
    return {name for name, verdict in found.items() if verdict == "criteria-met"}
