"""Identity of one written assessment: patient, criteria set, version of the set, as-of date.

The input digest is no part of it, so that new data update the result in place (terminology 6.2,
interop 7.1). The same four always give the same identifier, id and fullUrl, on every machine.

Where nothing can be updated a changed result is a new resource: its edition tells it from the
earlier one of the same identity.
"""

import hashlib
import json
from datetime import date
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from nelm_fhir.assessment.result import Assessment, SetVerdict, Subject
from nelm_fhir.errors import NoPatient
from nelm_fhir.writers.canonicals import ASSESSMENT_IDENTIFIER, EDITION_IDENTIFIER
from nelm_fhir.writers.datatypes import Json

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
    return _hashed(patient, set_id, set_version, as_of.isoformat())


def key_of(assessment: Assessment, verdict: SetVerdict) -> str:
    """Return the identity key of one result; NoPatient where the assessment names none."""
    patient = patient_of(assessment.subject)
    return identity_key(patient, verdict.set, verdict.version, assessment.as_of)


def edition_of(key: str, *content: str) -> str:
    """Return the value that tells editions of one result apart, by what they were made from."""
    return _hashed(key, *content)


def _hashed(*parts: str) -> str:
    # a JSON list keeps the parts apart whatever characters they hold
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def guard(resource: Json) -> tuple[str, str] | None:
    """Return system and value by which a create of the resource is made conditional.

    The edition where the resource has one, else the identity; None where it has neither.
    """
    for system in (EDITION_IDENTIFIER, ASSESSMENT_IDENTIFIER):
        if (value := identified(resource, system)) is not None:
            return system, value
    return None


def identified(resource: Json, system: str) -> str | None:
    """Return the value of the resource's identifier in that system, None where it has none."""
    named: dict[str, str] = {
        one.get("system", ""): one.get("value", "") for one in resource.get("identifier", ())
    }
    return named.get(system)


def uuid_of(key: str) -> str:
    """Return the name-based UUID of an identity key: id of the resource, and of its fullUrl."""
    return str(uuid5(_NAMESPACE, key))


def urn(uuid: str) -> str:
    """Return the fullUrl of an entry with that id."""
    return f"urn:uuid:{uuid}"
