"""Requests as an EHR makes them, out of the sample records; nobody in them is real."""

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import requests
from tests.servers.fhir_store import texts_of

from nelm_fhir.exchange.everything import SEARCHED

SAMPLES = Path(__file__).parents[3] / "sample_bundles"
AS_OF = date(2026, 5, 20)
"""The day on which the records are judged: most of them are complete then."""
INSTANCE = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"


@cache
def resources(sample: str) -> tuple[dict[str, Any], ...]:
    texts = texts_of((SAMPLES / sample / "bundle.json").read_bytes())
    return tuple(json.loads(text) for text in texts)


def patient_of(sample: str) -> str:
    return next(one["id"] for one in resources(sample) if one["resourceType"] == "Patient")


BASE = "https://ehr.example/fhir"


def searchset(*found: dict[str, Any], base: str = BASE, **more: Any) -> dict[str, Any]:
    entry = [
        {"fullUrl": f"{base}/{one['resourceType']}/{one['id']}", "resource": one} for one in found
    ]
    return {"resourceType": "Bundle", "type": "searchset", "entry": entry, **more}


def prefetch(sample: str, base: str = BASE) -> dict[str, Any]:
    """What discovery asks for, as an EHR would send it."""
    every = resources(sample)
    person = next(one for one in every if one["resourceType"] == "Patient")
    by_type = {kind: [one for one in every if one["resourceType"] == kind] for kind in SEARCHED}
    pages = {
        kind: searchset(*found, base=base) if found else None for kind, found in by_type.items()
    }
    return {"Patient": person, **pages}


def call(
    sample: str = "meets-all", hook: str = "patient-view", base: str = BASE, **more: Any
) -> dict[str, Any]:
    """A whole request; an element that is given replaces, one that is None is left out."""
    made = {
        "hook": hook,
        "hookInstance": INSTANCE,
        "context": {"userId": "Practitioner/1", "patientId": patient_of(sample)},
        "prefetch": prefetch(sample, base),
        **more,
    }
    return {name: value for name, value in made.items() if value is not None}


class House:
    """A running service, as an EHR calls it."""

    def __init__(self, base: str) -> None:
        self.base = base

    def discovery(self, **headers: str) -> requests.Response:
        return requests.get(f"{self.base}/cds-services", headers=headers, timeout=10)

    def called(self, body: Any, service: str = "patient-view", **headers: str) -> requests.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.posted(f"nelm-{service}", content, headers)

    def told(self, body: Any, service: str = "patient-view") -> requests.Response:
        return self.posted(f"nelm-{service}/feedback", json.dumps(body).encode(), {})

    def posted(self, path: str, content: bytes, headers: dict[str, str]) -> requests.Response:
        every = {"Content-Type": "application/json", **headers}
        address = f"{self.base}/cds-services/{path}"
        return requests.post(address, data=content, headers=every, timeout=10)

    def card(self, body: Any, service: str = "patient-view") -> dict[str, Any]:
        answer = self.called(body, service)
        assert answer.status_code == 200, answer.text
        [card] = answer.json()["cards"]
        return card
