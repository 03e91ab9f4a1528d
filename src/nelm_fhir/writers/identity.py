"""Identity of one written assessment: patient, criteria set, version of the set, as-of date.

The input digest is no part of it, so that new data update the result in place (terminology 6.2,
interop 7.1). The same four always give the same identifier, id and fullUrl, on every machine.
"""

import hashlib
import json
from datetime import date
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from nelm_fhir.assessment.result import Subject
from nelm_fhir.errors import NoPatient
from nelm_fhir.writers.canonicals import ASSESSMENT_IDENTIFIER

_NAMESPACE: Final[UUID] = uuid5(NAMESPACE_URL, ASSESSMENT_IDENTIFIER)


def patient_of(subject: Subject) -> str:
    """Return the reference of the patient, without version.

    Raises NoPatient where the assessment names none: RiskAssessment.subject is required.
    """
    patient = (subject.reference or "").partition("/_history/")[0].strip()
    if not patient:
        raise NoPatient(
            "The assessment names no patient, and a RiskAssessment must say whom it is about.",
            "Say whose record it is: --subject Patient/ID.",
        )
    return patient


def identity_key(patient: str, set_id: str, set_version: str, as_of: date) -> str:
    """Return the identifier's value: 64 lower-case hexadecimal digits (SHA-256)."""
    # a JSON list keeps the four apart whatever characters they hold
    parts = json.dumps([patient, set_id, set_version, as_of.isoformat()])
    return hashlib.sha256(parts.encode()).hexdigest()


def uuid_of(key: str) -> str:
    """Return the name-based UUID of an identity key: id of the resource, and of its fullUrl."""
    return str(uuid5(_NAMESPACE, key))


def urn(uuid: str) -> str:
    """Return the fullUrl of an entry with that id."""
    return f"urn:uuid:{uuid}"
