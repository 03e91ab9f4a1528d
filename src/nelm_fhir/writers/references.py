"""From a key of the record to a FHIR Reference.

In: `Type/id`, an absolute URL, the fullUrl of an entry without id, or whatever a profile names as
its source. Out: a literal reference by version where a server can follow it, else a logical one or
text. `Type` must be a type of R4 that can speak of a patient: servers refuse an unknown one. An
entry that exists only as `urn:uuid:` in the Bundle that was read would be a dead link in ours, and
a server refuses a transaction over it.
"""

import re
from collections.abc import Iterable
from typing import Final

from nelm_fhir.core.evidence import Evidence
from nelm_fhir.writers.canonicals import URI_SYSTEM
from nelm_fhir.writers.datatypes import Json, identifier, string

_TYPES: Final = frozenset(
    {
        *("Patient", "Person", "RelatedPerson", "Practitioner", "PractitionerRole", "Organization"),
        *("Condition", "AllergyIntolerance", "FamilyMemberHistory", "ClinicalImpression", "Flag"),
        *("Observation", "DiagnosticReport", "Specimen", "MolecularSequence", "BodyStructure"),
        *("ImagingStudy", "Media", "DocumentReference", "DocumentManifest", "Composition"),
        *("Procedure", "ServiceRequest", "CarePlan", "CareTeam", "Goal", "EpisodeOfCare"),
        *("Encounter", "Appointment", "Communication", "Consent", "List", "Basic", "Binary"),
        *("MedicationRequest", "MedicationStatement", "MedicationAdministration", "Medication"),
        *("MedicationDispense", "Immunization", "NutritionOrder", "Device", "DeviceUseStatement"),
        *("Questionnaire", "QuestionnaireResponse", "RiskAssessment", "DetectedIssue", "Task"),
        *("AdverseEvent", "ResearchSubject", "GuidanceResponse", "RequestGroup", "Provenance"),
    }
)
_SERVER: Final = re.compile(r"https?://[^\s#?|]+\Z", re.ASCII)
_HISTORY: Final = "/_history/"
_ID: Final = re.compile(r"[A-Za-z0-9\-.]{1,64}\Z", re.ASCII)
_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:\S+\Z", re.ASCII)


def reference(key: str, version: str | None = None) -> Json:
    """Return the Reference to a key of the record.

    A fragment is cut off: R4 knows no reference to what another resource contains, so the
    container is named.
    """
    place, _, known = key.partition("#")[0].partition(_HISTORY)
    if _is_literal(place):
        version = known or version
        versioned = version is not None and _ID.match(version)
        return {"reference": f"{place}{_HISTORY}{version}" if versioned else place}
    if _URI.match(key):
        return {"identifier": identifier(URI_SYSTEM, key)}
    return {"display": string(key)}


def _is_literal(place: str) -> bool:
    """Whether it is `Type/id`, at a server or alone."""
    rest, _, name = place.rpartition("/")
    server, slash, kind = rest.rpartition("/")
    if kind not in _TYPES or not _ID.match(name):
        return False
    return not slash or bool(_SERVER.match(server))


def typed(key: str, resource_type: str) -> Json:
    """Return the Reference without version, its type said where a logical one does not show it."""
    built = reference(key.partition(_HISTORY)[0])
    return built if "reference" in built else {"type": resource_type} | built


def type_of(built: Json) -> str:
    """Return the type that a literal Reference leads to; empty for any other."""
    place = str(built.get("reference", "")).partition(_HISTORY)[0]
    return place.rpartition("/")[0].rpartition("/")[2]


def sources(evidence: Iterable[Evidence]) -> list[Json]:
    """Return the References of the evidence, each once, in order."""
    distinct = dict.fromkeys((item.resource.partition("#")[0], item.version) for item in evidence)
    return [reference(resource, version) for resource, version in distinct]
