"""Shared by the tests of records: a server that holds samples, and what they are judged as."""

import json
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from tests.servers.fhir_store import FhirStore
from tests.servers.local import Local

from nelm_fhir import pipeline
from nelm_fhir.assessment.json_form import to_json
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.patience import NONE
from nelm_fhir.exchange.patient_record import Fetched, fetch_record
from nelm_fhir.exchange.server import Server
from nelm_fhir.knowledge.catalogue import Catalogue

ROOT = Path(__file__).parents[3]
SAMPLES = sorted(path.parent.name for path in (ROOT / "sample_bundles").glob("*/bundle.json"))
OF_ENVELOPE = {"counts", "left_out"}
"""What tells of entries and not of the patient: other types come, places are others."""
NET = {"system": "http://snomed.info/sct", "code": "1288045008"}


def sample(name: str) -> Path:
    return ROOT / "sample_bundles" / name / "bundle.json"


def day(name: str) -> date:
    about = tomllib.loads((sample(name).parent / "sample.toml").read_text())
    return date.fromisoformat(str(about["as_of"]))


def patient_of(store: FhirStore) -> str:
    return next(name for name in store.texts if name.startswith("Patient/"))


@cache
def catalogue() -> Catalogue:
    return pipeline.load()


def judged(record: bytes, as_of: date, subject: str | None = None) -> dict[str, Any]:
    read = pipeline.read_one(record, catalogue(), as_of=as_of, subject=subject)
    form = to_json(pipeline.judge(read, catalogue()))
    return {key: value for key, value in form.items() if key not in OF_ENVELOPE}


@contextmanager
def served(store: FhirStore, **settings: Any) -> Iterator[tuple[Client, Local]]:
    settings = {"patience": NONE, **settings}
    with Local(store) as local, Client(Server(base=local.base, **settings)) as client:
        yield client, local


def fetched(store: FhirStore, patient: str | None = None, **settings: Any) -> Fetched:
    with served(store, **settings) as (client, _):
        return fetch_record(client, patient or patient_of(store))


def resources(record: Fetched) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in json.loads(record.bundle)["entry"]]


def names(record: Fetched) -> list[str]:
    return [f"{one['resourceType']}/{one['id']}" for one in resources(record)]


def patient(name: str, **more: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", "id": name, **more}


def condition(name: str, of: str, *codings: dict[str, str], **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Condition",
        "id": name,
        "subject": {"reference": of},
        "code": {"coding": list(codings or (NET,))},
        **more,
    }


def observation(name: str, of: str, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": name,
        "status": "final",
        "subject": {"reference": of},
        "code": {"coding": [{"system": "http://loinc.org", "code": "29593-1"}]},
        **more,
    }


def store_of(*given: dict[str, Any], **rest: Any) -> FhirStore:
    store = FhirStore(**rest)
    for one in given:
        store.add(one)
    return store
