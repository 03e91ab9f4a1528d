"""What our own checks ask of the resources that carry a result where no RiskAssessment is taken.

In: one such resource. Out: its faults by place and rule, never by value. A result says something of
the patient, or is entered in error and says nothing. Source: terminology 6.1, 6.5, 6.6.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from nelm_fhir.writers.basic import carried
from nelm_fhir.writers.canonicals import ASSESSMENT_RESOURCE
from nelm_fhir.writers.datatypes import Json

Fault = str

_STATUSES: Final = frozenset({"preliminary", "final", "amended", "corrected", "entered-in-error"})
_DOC_STATUSES: Final = frozenset({"preliminary", "final", "amended", "entered-in-error"})
REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {
    "Observation": (
        *("meta", "text", "identifier", "status", "category", "method", "code", "subject"),
        *("effectiveDateTime", "device", "note"),
    ),
    "DocumentReference": (
        *("meta", "text", "identifier", "status", "docStatus", "type", "subject", "author"),
        *("description", "content", "context"),
    ),
    "Communication": (
        *("meta", "text", "identifier", "status", "subject", "topic", "sender", "note"),
    ),
    "Basic": ("meta", "text", "extension", "identifier", "code", "subject"),
}
CODES: Final[Mapping[tuple[str, str], frozenset[str]]] = {
    ("Observation", "status"): _STATUSES,
    ("DocumentReference", "status"): frozenset({"current", "superseded", "entered-in-error"}),
    ("DocumentReference", "docStatus"): _DOC_STATUSES,
    ("Communication", "status"): frozenset({"completed", "entered-in-error"}),
}
"""Required bindings of the elements we write (R4), narrowed to what we mean by them."""


def _observation(resource: Json) -> Iterator[Fault]:
    said = "valueCodeableConcept" in resource
    if said is (resource.get("status") == "entered-in-error"):
        yield "Observation.value: there, or retracted"
    if not said and "component" in resource:
        yield "Observation.component: of a result without verdict"
    for n, part in enumerate(resource.get("component", ())):
        if ("valueCodeableConcept" in part) is ("dataAbsentReason" in part):
            yield f"Observation.component[{n}]: a value, or why there is none (obs-6)"
        if part.get("code") == resource.get("code"):
            yield f"Observation.component[{n}]: repeats the code (obs-7)"


def _document_reference(resource: Json) -> Iterator[Fault]:
    for n, one in enumerate(resource.get("content", ())):
        held = one.get("attachment", {})
        if not {"contentType", "data"} <= held.keys():
            yield f"DocumentReference.content[{n}]: holds no page"
    if (resource.get("status") == "entered-in-error") is not (
        resource.get("docStatus") == "entered-in-error"
    ):
        yield "DocumentReference.docStatus: not as its status"


def _communication(resource: Json) -> Iterator[Fault]:
    if ("payload" in resource) is (resource.get("status") == "entered-in-error"):
        yield "Communication.payload: there, or retracted"


def _basic(resource: Json) -> Iterator[Fault]:
    held = [one for one in resource.get("extension", ()) if one.get("url") == ASSESSMENT_RESOURCE]
    if held and carried(resource) is None:
        yield "Basic.extension: the assessment cannot be read"


OF_TYPE: Final[Mapping[str, Callable[[Json], Iterator[Fault]]]] = {
    "Observation": _observation,
    "DocumentReference": _document_reference,
    "Communication": _communication,
    "Basic": _basic,
}
