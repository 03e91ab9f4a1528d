"""What a resource must say at least: what it is about, whom, and whether it holds.

In: the head of a resource. Out: the kind of damage, or None. A resource of a mapped type whose
code, subject or status is missing where FHIR R4 requires it, or is of a wrong type, is damage
(rules 1.7); `medication[x]` is the code of the medication resources, `questionnaire` that of
answers to a form.
"""

from typing import Final

import msgspec
from msgspec import UNSET, Struct, field

from nelm_fhir.fhir_r4.head import Concept, Head, Reference, Wrong


class Needs(Struct, frozen=True):
    """Which of the three FHIR R4 requires of a type.

    `subject` tells that FHIR requires it; `stated` that a statement of this type without subject
    is not used even where FHIR allows it (architecture, Assembly).
    """

    code: bool = False
    status: bool = False
    subject: bool = False
    stated: bool = True
    medication: bool = False


NEEDS: Final = {
    "Observation": Needs(code=True, status=True),
    "DiagnosticReport": Needs(code=True, status=True),
    "Condition": Needs(subject=True),
    "Procedure": Needs(status=True, subject=True),
    "ImagingStudy": Needs(status=True, subject=True),
    "MedicationRequest": Needs(status=True, subject=True, medication=True),
    "MedicationAdministration": Needs(status=True, subject=True, medication=True),
    "MedicationStatement": Needs(status=True, subject=True, medication=True),
    "MedicationDispense": Needs(status=True, medication=True),
    "ServiceRequest": Needs(status=True, subject=True),
    "CarePlan": Needs(status=True, subject=True),
    "EpisodeOfCare": Needs(status=True, subject=True),
    "QuestionnaireResponse": Needs(status=True),
    "RiskAssessment": Needs(status=True, subject=True),
    "FamilyMemberHistory": Needs(status=True, subject=True),
    "AllergyIntolerance": Needs(subject=True),
    "BodyStructure": Needs(subject=True),
    "Encounter": Needs(status=True, stated=False),
    "Specimen": Needs(stated=False),
}


class _Display(Struct, gc=False):
    display: str | None = None


class _Text(Struct, gc=False):
    text: str | None = None
    coding: tuple[_Display, ...] | None = None

    @property
    def is_there(self) -> bool:
        """Whether a person can read what it is about."""
        return bool(self.text) or any(coding.display for coding in self.coding or ())


class _Texts(Struct, gc=False):
    code: _Text | None = None
    medication: _Text | None = field(default=None, name="medicationCodeableConcept")


_NO_TEXT: Final = _Text()
_TEXTS: Final = msgspec.json.Decoder(_Texts)
_NONE: Final = Needs(stated=False)
_JUDGED: Final = frozenset(
    [
        "code",
        "medicationCodeableConcept",
        "medicationReference",
        "status",
        "clinicalStatus",
        "verificationStatus",
        "subject",
        "patient",
    ]
)
_JUDGED_OF: Final = {"QuestionnaireResponse": _JUDGED | {"questionnaire"}}


def needs(resource_type: str) -> Needs:
    """Return what a resource of that type must say."""
    return NEEDS.get(resource_type, _NONE)


def fault(head: Head, wrong: Wrong, raw: bytes, *, contained: bool = False) -> str | None:
    """Return the kind of damage of a resource of a mapped type, or None.

    A contained resource is about whom its container is about and needs no subject of its own.
    """
    if wrong and not wrong.isdisjoint(_JUDGED_OF.get(head.resource_type or "", _JUDGED)):
        return "wrong-type"
    need = needs(head.resource_type or "")
    if need.status and head.status is None and head.status_extension is UNSET:
        return "missing-status"
    if need.subject and not contained and not has_subject(head):
        return "missing-subject"
    return "missing-code" if _lacks_code(need, head) and not _has_text(raw) else None


def has_subject(head: Head) -> bool:
    """Whether the resource says whom it is about; a display alone names nobody."""
    return _names(head.subject) or _names(head.patient)


def _names(reference: Reference | None) -> bool:
    if reference is None:
        return False
    if reference.reference:
        return True
    return reference.identifier is not None and bool(reference.identifier.value)


def _lacks_code(need: Needs, head: Head) -> bool:
    if need.code:
        return _is_empty(head.code)
    if need.medication:
        return _is_empty(head.medication_codeable_concept) and not head.medication_reference
    return False


def _is_empty(concept: Concept | None) -> bool:
    return concept is None or not any(coding.code for coding in concept.coding or ())


def _has_text(raw: bytes) -> bool:
    """Whether the code is given as text; looked at only where it is not coded."""
    try:
        found = _TEXTS.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return (found.code or _NO_TEXT).is_there or (found.medication or _NO_TEXT).is_there
