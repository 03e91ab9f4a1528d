"""HAPI tells of changes by rest-hook: the real service fetches, judges, keeps, and writes back.

HAPI calls the service on loopback, with the secret of the subscription in a header. Every record is
fictional.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from tests.peers.loading import Json, apart, put, record, session
from tests.peers.servers import HapiServer
from tests.servers.waiting import until
from tests.service.process import free_port, serving

from nelm_fhir.ledger import messages, newest
from nelm_fhir.ledger.store import Ledger

pytestmark = [pytest.mark.peer, pytest.mark.usefixtures("loopback")]

SECRET = "s3cret-of-the-hook"  # noqa: S105 - of a test
HOOKS = """
[[subscription]]
name = "conditions"
id = "{id}"
criteria = "Condition?"
header = "X-Hook-Secret"
secret-file = "{secret}"
full-resource = true
"""


def subscription(endpoint: str, secret: str = SECRET) -> Json:
    channel = {"type": "rest-hook", "endpoint": endpoint, "payload": "application/fhir+json",
               "header": [f"X-Hook-Secret: {secret}"]}  # fmt: skip
    return {"resourceType": "Subscription", "status": "requested", "reason": "a test",
            "criteria": "Condition?", "channel": channel}  # fmt: skip


@dataclass
class Hospital:
    """HAPI, the service that listens to it, and the ledger of the service."""

    server: HapiServer
    asking: requests.Session
    ledger: Path
    base: str

    def standing(self) -> dict[str, str]:
        """What stands of each patient by the set of the OPTN."""
        with Ledger.open(self.ledger, exclusive=False) as ledger:
            found = [one for one in newest.every(ledger) if one.set_id == "optn"]
        return {one.patient: one.verdict for one in found}

    def stands(self, patient: str) -> str:
        return str(until(lambda: self.standing().get(f"Patient/{patient}")))

    def idle(self) -> None:
        def waits() -> bool:
            with Ledger.open(self.ledger, exclusive=False) as ledger:
                return messages.waiting(ledger) > 0

        until(lambda: not waits())

    def results(self, patient: str) -> list[Json]:
        address = f"{self.server.base}/RiskAssessment?patient=Patient/{patient}"
        return list(self.asking.get(address, timeout=30).json().get("entry", []))


@pytest.fixture
def hospital(empty_hapi: HapiServer, tmp_path: Path) -> Iterator[Hospital]:
    """A service that listens to a subscription of HAPI, which is deleted at the end."""
    asking, port = session(), free_port()
    endpoint = f"http://127.0.0.1:{port}/hooks/subscription/conditions"
    made = asking.post(f"{empty_hapi.base}/Subscription", json=subscription(endpoint), timeout=30)
    assert made.status_code == 201, made.text
    address = f"{empty_hapi.base}/Subscription/{made.json()['id']}"
    secret, hooks, ledger = (tmp_path / name for name in ("secret", "hooks.toml", "ledger"))
    secret.touch(mode=0o600)
    secret.write_text(SECRET)
    hooks.write_text(HOOKS.format(id=made.json()["id"], secret=secret))
    more = ("--hooks", str(hooks), "--hook-settle", "1", "--server", empty_hapi.base, "--write")
    try:
        with serving(ledger, port, *more, "--set", "optn", "--strategy", "risk-assessment"):
            until(lambda: asking.get(address, timeout=30).json()["status"] == "active")
            yield Hospital(empty_hapi, asking, ledger, f"http://127.0.0.1:{port}")
    finally:
        asking.delete(address, timeout=30)
        time.sleep(3)  # HAPI forgets a subscription some seconds after it was deleted


def bundle_of(patient: str, sample: str = "meets-all") -> Json:
    return apart(record(sample), patient, patient)


def changed(bundle: Json, part: str, **elements: Any) -> Json:
    """The same record with another version of its first resource of a type."""
    entry = next(e for e in bundle["entry"] if e["resource"]["resourceType"] == part)
    entry["resource"].update(elements)
    return bundle


def test_a_record_that_changes_at_hapi_is_judged_and_written_back_once(hospital):
    put(hospital.server, bundle_of("hook-a"))
    verdict = hospital.stands("hook-a")
    hospital.idle()
    (entry,) = until(lambda: hospital.results("hook-a"))
    assert verdict in json.dumps(entry["resource"])

    put(hospital.server, changed(bundle_of("hook-a"), "Condition", note=[{"text": "seen"}]))
    time.sleep(3)
    hospital.idle()
    assert len(hospital.results("hook-a")) == 1


def test_several_patients_are_kept_apart_and_each_stands_once(hospital):
    put(hospital.server, bundle_of("hook-b"), bundle_of("hook-c", "fails-by-ki67-alone"))
    found = {name: hospital.stands(name) for name in ("hook-b", "hook-c")}
    assert found["hook-b"] != found["hook-c"]
    hospital.idle()
    assert [len(hospital.results(name)) for name in found] == [1, 1]


def test_a_hook_without_the_right_secret_changes_nothing(hospital):
    focus = f"{hospital.base}/hooks/subscription/conditions/Condition/any"
    given = {"Content-Type": "application/fhir+json", "X-Hook-Secret": "guessed"}
    assert requests.put(focus, b"{}", headers=given, timeout=10).status_code == 401
