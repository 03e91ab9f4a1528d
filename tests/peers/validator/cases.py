"""Valid resources, the ways to break each of them, and what the R4 validator must say.

A case: name, the valid resource, the change, text expected in an error (None: must stay valid).
`PROFILED` cases are judged against our sample profile as well. All data are fictional.
"""

import copy
import json
from pathlib import Path

LINES = Path(__file__).with_name("good.ndjson").read_text(encoding="utf-8").splitlines()
GOOD = [json.loads(line) for line in LINES]
(
    PATIENT,
    CONDITION,
    OBSERVATION,
    RISK,
    BUNDLE,
    CODE_SYSTEM,
    VALUE_SET,
    PROFILE,
    EXTENSION,
    CONCEPT_MAP,
    LIBRARY,
    PLAN,
    OPERATION,
    CAPABILITY,
) = GOOD


def put(*path):
    """Set path[:-1] to path[-1] (None: remove it)."""
    *way, last, value = path

    def change(resource):
        at = resource
        for step in way:
            at = at[step]
        if value is None:
            del at[last]
        else:
            at[last] = value

    return change


def prediction(**members):
    return lambda resource: resource["prediction"][0].update(members)


def second_coding(resource):
    resource["clinicalStatus"]["coding"].append({"system": "http://example.org/own", "code": "x"})


CASES = [
    *[(f"valid {r['resourceType']} {r.get('id', '')}", r, None, None) for r in GOOD],
    ("second coding of another system beside a required one", CONDITION, second_coding, None),
    ("probability 45 %", RISK, prediction(probabilityDecimal=45), None),
    ("wrong code, required binding", RISK, put("status", "done"), "value set 'ObservationStatus'"),
    ("wrong gender", PATIENT, put("gender", "f"), "AdministrativeGender"),
    (
        "wrong code, required binding on CodeableConcept",
        CONDITION,
        put("clinicalStatus", "coding", 0, "code", "live"),
        "condition-clinical",
    ),
    ("no subject", RISK, put("subject", None), "RiskAssessment.subject: minimum required = 1"),
    ("no status", OBSERVATION, put("status", None), "Observation.status: minimum required = 1"),
    (
        "object where an array belongs",
        RISK,
        put("basis", {"reference": "Observation/o1"}),
        "must be a JSON Array",
    ),
    (
        "array where one value belongs",
        RISK,
        put("method", [{"text": "a"}, {"text": "b"}]),
        "must be an Object",
    ),
    ("unknown element", RISK, put("verdict", "met"), "Unrecognized property 'verdict'"),
    ("unknown element deep inside", RISK, prediction(score=3), "Unrecognized property 'score'"),
    ("ras-2: probability 101", RISK, prediction(probabilityDecimal=101), "ras-2"),
    (
        "two values of a choice",
        RISK,
        prediction(probabilityDecimal=4, probabilityRange={"high": {"value": 5}}),
        "prob",
    ),
    (
        "range upside down",
        OBSERVATION,
        lambda r: (
            r.pop("valueQuantity"),
            r.update(valueRange={"low": {"value": 9}, "high": {"value": 2}}),
        ),
        "rng-2",
    ),
    ("bad date", RISK, put("occurrenceDateTime", "2025-02-30"), "date"),
    ("time without zone", RISK, put("occurrenceDateTime", "2025-02-03T10:00:00"), "timezone"),
    ("bad birth date", PATIENT, put("birthDate", "06.05.1960"), "date format"),
    (
        "reference to a wrong type",
        RISK,
        put("condition", {"reference": "Patient/p1"}),
        "Invalid Resource target type",
    ),
    ("reference with a blank", RISK, put("subject", {"reference": "Patient/p 1"}), "eference"),
    ("reference with a single word", RISK, put("subject", {"reference": "p1"}), "eference"),
    ("contained resource missing", RISK, put("basis", [{"reference": "#o9"}]), "o9"),
    ("id with an illegal character", RISK, put("id", "a_b"), "id"),
    ("id too long", RISK, put("id", "a" * 65), "id"),
    ("unit not in UCUM", OBSERVATION, put("valueQuantity", "code", "percent"), "unit 'percent'"),
    ("number as string", OBSERVATION, put("valueQuantity", "value", "5"), "number"),
    (
        "observation without code",
        OBSERVATION,
        put("code", None),
        "Observation.code: minimum required = 1",
    ),
    ("empty array", RISK, put("basis", []), "empty"),
    (
        "con-5: entered-in-error with clinical status",
        CONDITION,
        put(
            "verificationStatus",
            {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/condition-ver-status",
                        "code": "entered-in-error",
                    }
                ]
            },
        ),
        "con-5",
    ),
    (
        "unknown code of own system (--ig)",
        RISK,
        put("prediction", 0, "outcome", "coding", 0, "code", "perhaps"),
        "perhaps",
    ),
    (
        "bundle: two entries with one fullUrl",
        BUNDLE,
        lambda b: b["entry"].append(copy.deepcopy(b["entry"][0])),
        "bdl-7",
    ),
    (
        "bundle: reference to a wrong type",
        BUNDLE,
        put("entry", 3, "resource", "condition", {"reference": "Patient/p1"}),
        "Invalid Resource target type",
    ),
    (
        "bundle: error inside an entry",
        BUNDLE,
        put("entry", 3, "resource", "subject", None),
        "RiskAssessment.subject",
    ),
    (
        "code system: one code twice",
        CODE_SYSTEM,
        lambda r: r["concept"].append({"code": "met"}),
        "csd-1",
    ),
    (
        "code system without content",
        CODE_SYSTEM,
        put("content", None),
        "CodeSystem.content: minimum required = 1",
    ),
    (
        "value set: include without system",
        VALUE_SET,
        put("compose", "include", 0, "system", None),
        "vsd-",
    ),
    (
        "extension: no such place",
        EXTENSION,
        put("context", 0, "expression", "RiskAssessment.nonsense"),
        "nonsense",
    ),
    (
        "extension: no such element",
        EXTENSION,
        lambda r: r["differential"]["element"].append(
            {"id": "Extension.code", "path": "Extension.code", "min": 1}
        ),
        "Extension.code",
    ),
    (
        "concept map: wrong equivalence",
        CONCEPT_MAP,
        put("group", 0, "element", 0, "target", 0, "equivalence", "same"),
        "ConceptMapEquivalence",
    ),
    ("library without type", LIBRARY, put("type", None), "Library.type: minimum required = 1"),
    ("library: broken base64", LIBRARY, put("content", 0, "data", "%%%"), "ase64"),
    (
        "plan: wrong condition kind",
        PLAN,
        put("action", 0, "condition", 0, "kind", "if"),
        "ActionConditionKind",
    ),
    (
        "operation: parameter without max",
        OPERATION,
        put("parameter", 0, "max", None),
        "parameter.max: minimum required",
    ),
    (
        "operation: binding on a type without codes",
        OPERATION,
        put("parameter", 0, "searchType", "token"),
        "opd-2",
    ),
    (
        "capability: instance without implementation",
        CAPABILITY,
        put("implementation", None),
        "cpb-2",
    ),
    (
        "capability: one resource twice",
        CAPABILITY,
        lambda r: r["rest"][0]["resource"].append({"type": "RiskAssessment"}),
        "cpb-9",
    ),
]
PROFILED = [
    ("profile: kept", RISK, None, None),
    (
        "profile: method missing",
        RISK,
        put("method", None),
        "RiskAssessment.method: minimum required = 1",
    ),
    (
        "profile: outcome not in own set",
        RISK,
        put(
            "prediction",
            0,
            "outcome",
            {
                "coding": [
                    {"system": "http://terminology.hl7.org/CodeSystem/v3-NullFlavor", "code": "UNK"}
                ]
            },
        ),
        "VerdictSet",
    ),
]
