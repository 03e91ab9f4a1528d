"""Notifications as servers send them, and a FHIR server to fetch from; everything is fictional."""

import json
from typing import Any

from tests.servers.fhir_store import FhirStore
from tests.service.messages import SAMPLES

PATIENT = "Patient/sample-ileum-1"
OBSERVATION = "Observation"


def store(*samples: str, **rest: Any) -> FhirStore:
    names = samples or ("meets-all",)
    return FhirStore.of(*(SAMPLES / name / "bundle.json" for name in names), **rest)


def status(kind: str, since: int | None = None, *events: tuple[int, str]) -> dict[str, Any]:
    told = [
        {"name": "subscription", "valueReference": {"reference": "Subscription/s-1"}},
        {"name": "status", "valueCode": "active"},
        {"name": "type", "valueCode": kind},
    ]
    if since is not None:
        told.append({"name": "events-since-subscription-start", "valueString": f"{since}"})
    for number, focus in events:
        part = [{"name": "event-number", "valueString": f"{number}"}]
        if focus:
            part.append({"name": "focus", "valueReference": {"reference": focus}})
        told.append({"name": "notification-event", "part": part})
    return {"resourceType": "Parameters", "parameter": told}


def told(
    kind: str, since: int | None = None, *events: tuple[int, str], came: tuple[Any, ...] = ()
) -> bytes:
    entries = [{"resource": status(kind, since, *events)}]
    entries += [{"fullUrl": f"https://any.example/fhir/{one['resourceType']}/{one['id']}",
                 "resource": one} for one in came]  # fmt: skip
    whole = {"resourceType": "Bundle", "type": "history", "entry": entries}
    return json.dumps(whole).encode()


def event(number: int, focus: str = PATIENT, **more: Any) -> bytes:
    return told("event-notification", number, (number, focus), **more)


def some_of(fhir: FhirStore, kind: str) -> list[str]:
    return [name for name in fhir.texts if name.startswith(f"{kind}/")]
