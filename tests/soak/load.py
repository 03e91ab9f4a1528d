"""What is asked of the service under load: every door, good requests and bad ones, in turn."""

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.service.cds.ehr_calls import call
from tests.service.messages import FHIR_JSON, SAMPLES, message

PATIENTS = 40
"""As many patients send messages; their results replace each other."""


@dataclass(frozen=True)
class Ask:
    """One request, and the statuses with which it may end."""

    method: str
    path: str
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = tuple(FHIR_JSON.items())
    good: frozenset[int] = frozenset({200})

    @property
    def options(self) -> dict[str, Any]:
        return {"data": self.body, "headers": dict(self.headers)}


def samples() -> dict[str, bytes]:
    return {path.parent.name: path.read_bytes() for path in sorted(SAMPLES.glob("*/bundle.json"))}


def asks() -> Iterator[Ask]:
    """Yield requests without end, each kind as often as any other."""
    records = samples()
    hooks = {name: json.dumps(call(name)).encode() for name in records}
    names = itertools.cycle(records)
    numbers = itertools.count()
    kinds: list[Callable[[int, str], Ask]] = [
        lambda _, name: Ask("POST", "/evaluate", records[name], _json()),
        lambda _, name: Ask("POST", "/fhir/$nelm-evaluate", records[name]),
        lambda number, name: Ask("POST", "/messages", sent(number, name), good=KEPT),
        lambda _, name: Ask("POST", "/evaluate", records[name][:-7], good=frozenset({400})),
        lambda *_: Ask("GET", "/fhir/metadata"),
        lambda *_: Ask("GET", "/metrics"),
        lambda _, name: Ask("POST", "/cds-services/nelm-patient-view", hooks[name], CDS),
        lambda *_: Ask("GET", "/"),
    ]
    for kind in itertools.cycle(kinds):
        yield kind(next(numbers), next(names))


KEPT = frozenset({200, 202, 429, 503})
CDS = (("Content-Type", "application/json"),)


def _json() -> tuple[tuple[str, str], ...]:
    return (*FHIR_JSON.items(), ("Accept", "application/json"))


def sent(number: int, name: str) -> bytes:
    """A message of its own about one of the patients, each younger than the one before."""
    moment = f"2026-06-01T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}Z"
    return message(f"soak-{number}", name, patient=f"soak-{number % PATIENTS}", moment=moment)
