"""Small FHIR resources of one fictional patient, and the whole line from a Bundle to a verdict."""

import copy
import itertools
import json
from datetime import date
from pathlib import Path

from tests.property.records import CATALOGUE

from nelm_fhir import pipeline
from nelm_fhir.core.canonical import BASE

SAMPLES = Path(__file__).parents[2] / "sample_bundles"
MEETS_ALL = json.loads((SAMPLES / "meets-all" / "bundle.json").read_bytes())
AS_OF = "2026-06-01"
PATIENT = "Patient/sample-ileum-1"

SCT = "http://snomed.info/sct"
LN = "http://loinc.org"
CM = "http://hl7.org/fhir/sid/icd-10-cm"
WHO = "http://hl7.org/fhir/sid/icd-10"
GM = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"
CPT = "http://www.ama-assn.org/go/cpt"
ICDO = "http://terminology.hl7.org/CodeSystem/icd-o-3"
MII = "https://www.medizininformatik-initiative.de/fhir/ext/modul-onko/CodeSystem/mii-cs-onko-"
ELEMENT = f"{BASE}/CodeSystem/attested-element"
ANSWER = f"{BASE}/CodeSystem/attested-answer"
STATUS = "http://terminology.hl7.org/CodeSystem/condition-"
MCODE = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-"

_NUMBERS = itertools.count()


def concept(*codes, text=None):
    coding = [{"system": system, "code": code} for system, code in codes]
    return {"coding": coding} | ({"text": text} if text else {}) if coding else {"text": text}


def verified(word):
    return concept((f"{STATUS}ver-status", word))


def course(word):
    return concept((f"{STATUS}clinical", word))


def answer(word):
    return {"valueCodeableConcept": concept((ANSWER, word))}


def coded(*codes, text=None):
    return {"valueCodeableConcept": concept(*codes, text=text)}


def percent(number, **more):
    unit = {"unit": "%", "system": "http://unitsofmeasure.org", "code": "%"}
    return {"valueQuantity": {"value": number, **unit, **more}}


def resource(kind, subject=PATIENT, **elements):
    """A resource about the patient; an element that is None is left out."""
    made = {"resourceType": kind, "id": f"added-{next(_NUMBERS)}"}
    if subject is not None:
        made["subject"] = {"reference": subject} if isinstance(subject, str) else subject
    return {k: v for k, v in {**made, **elements}.items() if v is not None}


def observation(code, *values, **more):
    made = {"status": "final", "code": code if isinstance(code, dict) else concept(code)}
    made |= {"effectiveDateTime": "2026-05-12"}
    for value in values:
        made |= value
    return resource("Observation", **made | more)


def attested(element, *values, **more):
    return observation((ELEMENT, element), *values, **{"performer": [{"display": "Board"}]} | more)


def part(code, value):
    return {"code": concept((ELEMENT, code) if isinstance(code, str) else code), **value}


def condition(*codes, **more):
    made = {"code": concept(*codes), "onsetDateTime": "2026-05-15"}
    made |= {"clinicalStatus": course("active"), "verificationStatus": verified("confirmed")}
    return resource("Condition", **made | more)


def procedure(code, **more):
    made = {"status": "completed", "code": concept(code), "performedDateTime": "2025-06-01"}
    return resource("Procedure", **made | more)


def report(*conclusions, **more):
    made = {"status": "final", "code": concept((LN, "11529-5")), "effectiveDateTime": "2026-05-12"}
    made |= {"conclusionCode": list(conclusions)}
    return resource("DiagnosticReport", **made | more)


def ref(target):
    if isinstance(target, dict):
        target = f"{target['resourceType']}/{target['id']}"
    return {"reference": target}


def with_added(resources, bundle=MEETS_ALL):
    changed = copy.deepcopy(bundle)
    server = "https://ehr.lakeside.example/fhir/"
    for added in resources:
        name = f"{added['resourceType']}/{added['id']}"
        changed["entry"].append({"fullUrl": server + name, "resource": added})
    return changed


def judged(data, as_of=AS_OF):
    """The whole line: read, map, assemble, evaluate."""
    read = pipeline.read_one(data, CATALOGUE, as_of=date.fromisoformat(as_of))
    return pipeline.judge(read, CATALOGUE)


def statuses(assessment):
    return {c.id: str(c.status) for v in assessment.verdicts for c in v.criteria}


def verdicts(assessment):
    return {v.set: str(v.verdict) for v in assessment.verdicts}
