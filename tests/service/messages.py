"""FHIR messages as an integration engine sends them, made from the samples; fictional records."""

import json
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).parents[2] / "sample_bundles"
FHIR_JSON = {"Content-Type": "application/fhir+json"}
HEADER = "urn:uuid:7c0c0000-0000-4000-8000-000000000001"
SENDER = "https://engine.example/nelm"


def entries_of(sample: str) -> list[dict[str, Any]]:
    entries = json.loads((SAMPLES / sample / "bundle.json").read_text())["entry"]
    return [{name: part for name, part in one.items() if name != "request"} for one in entries]


def message(
    name: str,
    sample: str = "meets-all",
    *,
    patient: str | None = None,
    moment: str = "2026-05-30T10:00:00Z",
    note: str = "",
) -> bytes:
    """A message about one sample; `patient` gives it to another patient, `note` changes it."""
    header = {
        "resourceType": "MessageHeader",
        "id": name,
        "eventUri": "https://engine.example/events/record-changed",
        "source": {"endpoint": SENDER},
    }
    entries = entries_of(sample)
    if note:
        entries[0] = {**entries[0], "resource": {**entries[0]["resource"], "language": note}}
    whole = {
        "resourceType": "Bundle",
        "type": "message",
        "timestamp": moment,
        "entry": [{"fullUrl": HEADER, "resource": header}, *entries],
    }
    text = json.dumps(whole)
    if patient is not None:
        known = next(e["resource"]["id"] for e in entries
                     if e["resource"]["resourceType"] == "Patient")  # fmt: skip
        text = text.replace(f'"{known}"', f'"{patient}"')
        text = text.replace(f"Patient/{known}", f"Patient/{patient}")
    return text.encode()
