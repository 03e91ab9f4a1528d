"""Requests as an EHR makes them, out of the sample records; nobody in them is real."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from tests.servers.fhir_store import texts_of

from nelm_fhir.exchange.everything import SEARCHED

SAMPLES = Path(__file__).parents[3] / "sample_bundles"
INSTANCE = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"


@cache
def resources(sample: str) -> tuple[dict[str, Any], ...]:
    texts = texts_of((SAMPLES / sample / "bundle.json").read_bytes())
    return tuple(json.loads(text) for text in texts)


def patient_of(sample: str) -> str:
    return next(one["id"] for one in resources(sample) if one["resourceType"] == "Patient")


def searchset(*found: dict[str, Any], **more: Any) -> dict[str, Any]:
    entry = [
        {"fullUrl": f"https://ehr.example/fhir/{one['resourceType']}/{one['id']}", "resource": one}
        for one in found
    ]
    return {"resourceType": "Bundle", "type": "searchset", "entry": entry, **more}


def prefetch(sample: str) -> dict[str, Any]:
    """What discovery asks for, as an EHR would send it."""
    every = resources(sample)
    person = next(one for one in every if one["resourceType"] == "Patient")
    by_type = {kind: [one for one in every if one["resourceType"] == kind] for kind in SEARCHED}
    pages = {kind: searchset(*found) if found else None for kind, found in by_type.items()}
    return {"Patient": person, **pages}


def call(sample: str = "meets-all", hook: str = "patient-view", **more: Any) -> dict[str, Any]:
    """A whole request; an element that is given replaces, one that is None is left out."""
    made = {
        "hook": hook,
        "hookInstance": INSTANCE,
        "context": {"userId": "Practitioner/1", "patientId": patient_of(sample)},
        "prefetch": prefetch(sample),
        **more,
    }
    return {name: value for name, value in made.items() if value is not None}
