"""Requests as engines send them, for the tests of all doors."""

import gzip
import json
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
SAMPLES: Final = ROOT / "sample_bundles"
FHIR: Final = "application/fhir+json"
DAY: Final = "asOf=2026-06-01"
EVALUATE: Final = f"/fhir/$nelm-evaluate?{DAY}"
ALIAS: Final = f"/evaluate?{DAY}"
SENT: Final = {"Content-Type": FHIR}


def sample(name: str) -> bytes:
    """The Bundle of a sample."""
    return (SAMPLES / name / "bundle.json").read_bytes()


MEETS_ALL: Final = sample("meets-all")


def bundle(*resources: dict[str, Any]) -> bytes:
    """A collection of these resources."""
    entries = [{"resource": resource} for resource in resources]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


def parameters(record: bytes = MEETS_ALL, **values: Any) -> bytes:
    """Parameters around a record; a value that is a list stands there more than once."""
    parts: list[dict[str, Any]] = [{"name": "bundle", "resource": json.loads(record)}]
    for name, value in values.items():
        several = value if isinstance(value, list) else [value]
        parts.extend({"name": name, "valueString": one} for one in several)
    return json.dumps({"resourceType": "Parameters", "parameter": parts}).encode()


def packed(body: bytes) -> bytes:
    """The body, packed with gzip."""
    return gzip.compress(body)


def verdicts(answer: dict[str, Any]) -> dict[str, str]:
    """The verdict of each set in a Bundle of RiskAssessments."""
    results = [
        entry["resource"]
        for entry in answer["entry"]
        if entry["resource"]["resourceType"] == "RiskAssessment"
    ]
    return {
        one["method"]["coding"][0]["code"]: one["prediction"][0]["qualitativeRisk"]["coding"][0][
            "code"
        ]
        for one in results
    }


def outcome_in(answer: dict[str, Any]) -> dict[str, Any]:
    """The OperationOutcome of an answer, or the answer itself if it is one."""
    if answer["resourceType"] == "OperationOutcome":
        return answer
    return next(
        entry["resource"]
        for entry in answer["entry"]
        if entry["resource"]["resourceType"] == "OperationOutcome"
    )
