"""Small fictional resources and the simplest answers to what is wanted, for the reader's tests."""

import json

from nelm_fhir.fhir_r4 import read

LOINC = "http://loinc.org"
KI67 = "29593-1"
HEMOGLOBIN = "718-7"
VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
MAPPED = frozenset(
    {
        "Condition",
        "DiagnosticReport",
        "ImagingStudy",
        "MedicationRequest",
        "MedicationStatement",
        "Observation",
        "Patient",
        "Procedure",
        "ServiceRequest",
        "Specimen",
    }
)


class Everything:
    """Every resource of a mapped type is wanted."""

    types = MAPPED

    def __call__(self, kind, codes):
        return True


class OnlyKi67:
    """Wanted is Ki-67 by LOINC, in an Observation or a component of one."""

    types = MAPPED

    def __call__(self, kind, codes):
        return (LOINC, KI67) in codes


def concept(code=KI67, system=LOINC):
    return {"coding": [{"system": system, "code": code}]}


def observation(name="o", loinc=KI67, **more):
    return {
        "resourceType": "Observation",
        "id": name,
        "status": "final",
        "code": concept(loinc),
        "subject": {"reference": "Patient/p"},
        "valueQuantity": {"value": 8.5, "unit": "%"},
    } | more


def condition(name="c", **more):
    return {
        "resourceType": "Condition",
        "id": name,
        "code": {"text": "Sample disease"},
        "subject": {"reference": "Patient/p"},
    } | more


def patient(name="p", **more):
    return {"resourceType": "Patient", "id": name, **more}


def resource(kind, name="x", **more):
    return {"resourceType": kind, "id": name, "subject": {"reference": "Patient/p"}, **more}


def entry(resource, url=None, **more):
    return {**({"fullUrl": url} if url else {}), "resource": resource, **more}


def bundle(*resources, **more):
    entries = [r if "resourceType" not in r else entry(r) for r in resources]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries, **more}


def text(data):
    return json.dumps(data).encode()


def record(*resources, wanted=None, subject=None, **more):
    return read.record(bundle(*resources, **more), wanted=wanted or Everything(), subject=subject)


def record_of(data, wanted=None, subject=None):
    return read.record(data, wanted=wanted or Everything(), subject=subject)


def kinds(record):
    return [issue.kind for issue in record.issues]


def keys(record):
    return [resource.key for resource in record.resources]
