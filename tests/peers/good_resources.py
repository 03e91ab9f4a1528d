"""One good criteria assessment and one good attested entry, for proofs that a judge is awake.

Fictional data in the shapes of the profiles in mappings/fhir.
"""

from typing import Any

BASE = "https://nelm-fhir.example/fhir"
ASSESSMENT_PROFILE = f"{BASE}/StructureDefinition/criteria-assessment"
ENTRY_PROFILE = f"{BASE}/StructureDefinition/attested-entry"


def coded(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": f"{BASE}/CodeSystem/{system}", "code": code}]}


def percent(value: int, **more: str) -> dict[str, Any]:
    return {"value": value, "unit": "%", "system": "http://unitsofmeasure.org", "code": "%", **more}


PERIOD = {"start": "2026-03-10", "end": "2026-06-10"}
OPERAND = {
    "url": f"{BASE}/StructureDefinition/operand",
    "extension": [
        {"url": "observed", "valueRange": {"low": percent(40), "high": percent(60)}},
        {"url": "threshold", "valueQuantity": percent(50, comparator="<")},
        {"url": "reason", "valueCode": "straddles-limit"},
        {"url": "citation", "valueString": "Transplantation 2021;105:2579-86, Methods"},
        {"url": "source", "valueReference": {"reference": "Observation/burden/_history/1"}},
    ],
}
ASSESSMENT: dict[str, Any] = {
    "resourceType": "RiskAssessment",
    "meta": {"tag": [{"system": f"{BASE}/tag", "code": "decision-support"}]},
    "text": {
        "status": "generated",
        "div": '<div xmlns="http://www.w3.org/1999/xhtml"><p>Milan-NET: indeterminate.</p></div>',
    },
    "contained": [
        {
            "resourceType": "Device",
            "id": "engine",
            "deviceName": [{"name": "nelm-fhir", "type": "user-friendly-name"}],
            "version": [{"value": "0.1.0"}],
        }
    ],
    "extension": [
        {"url": f"{BASE}/StructureDefinition/{name}-digest", "valueString": f"sha256:{'0' * 64}"}
        for name in ("input", "catalogue")
    ],
    "identifier": [{"system": f"{BASE}/assessment", "value": "9f3c"}],
    "status": "preliminary",
    "method": coded("criteria-set", "milan-net-2016"),
    "code": coded("assessment", "lt-criteria-nelm"),
    "subject": {"reference": "Patient/p"},
    "occurrenceDateTime": "2026-03-10",
    "condition": {"reference": "Condition/lm"},
    "performer": {"reference": "#engine"},
    "basis": [{"reference": "Observation/burden/_history/1"}],
    "prediction": [
        {
            "outcome": coded("outcome", "meets-milan-net-2016"),
            "qualitativeRisk": coded("verdict", "indeterminate"),
            "whenPeriod": PERIOD,
            "rationale": "Indeterminate: one counting criterion is unknown, M16-BURD.",
        },
        {
            "extension": [OPERAND],
            "outcome": coded("criterion", "M16-BURD"),
            "qualitativeRisk": coded("verdict", "unknown"),
            "whenPeriod": PERIOD,
            "rationale": "Liver involvement 40-60 % (2026-02-22) spans the limit of < 50 %.",
        },
    ],
    "mitigation": "Volumetry of the liver before 2026-06-10.",
    "note": [{"text": "Documented data are compared with published criteria; people decide."}],
}
ENTRY: dict[str, Any] = {
    "resourceType": "Observation",
    "status": "final",
    "code": coded("attested-element", "scan"),
    "subject": {"reference": "Patient/p"},
    "effectiveDateTime": "2026-05-11",
    "performer": [{"display": "Nuclear medicine"}],
    "valueCodeableConcept": coded("attested-answer", "negative"),
    "component": [
        {
            "code": coded("attested-element", "scan-modality"),
            "valueCodeableConcept": coded("attested-answer", "PET/CT"),
        },
        {
            "code": coded("attested-element", "liver-lesions-typical"),
            "valueBoolean": True,
        },
    ],
}
GOOD = {"assessment": ASSESSMENT, "entry": ENTRY}
