"""`kill -9` in the middle of 200 messages, replayed and shuffled: nothing lost, nothing twice.

The service is the real `nelm serve` in a process of its own. Every record is fictional.
"""

import json
import random
import signal
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Timer
from typing import Any

import pytest
import requests
from tests.service.messages import FHIR_JSON, SENDER, message
from tests.service.process import free_port, serving

from nelm_fhir.ledger import messages, newest
from nelm_fhir.ledger.store import Ledger

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("loopback")]

PATIENTS = 20
VERSIONS = 10
BETTER, WORSE = "meets-all", "fails-by-ki67-alone"


@dataclass
class Told:
    """Every answer that anybody got, by the name of the message."""

    answers: dict[str, set[bytes]] = field(default_factory=dict)
    broken: int = 0

    def note(self, name: str, answer: requests.Response) -> None:
        assert answer.status_code == 200, answer.text
        self.answers.setdefault(name, set()).add(answer.content)


def stories() -> dict[str, bytes]:
    """200 messages: the later a version, the younger its moment; only the last one meets all."""
    made = {}
    for patient in range(PATIENTS):
        for version in range(VERSIONS):
            name = f"p{patient}-v{version}"
            sample = BETTER if version == VERSIONS - 1 else WORSE
            moment = f"2026-06-{version + 1:02}T10:00:00Z"
            made[name] = message(name, sample, patient=f"p{patient}", moment=moment)
    return made


def send(port: int, name: str, body: bytes, told: Told) -> None:
    try:
        address = f"http://127.0.0.1:{port}/messages"
        told.note(name, requests.post(address, body, headers=FHIR_JSON, timeout=60))
    except requests.RequestException:
        told.broken += 1  # nobody told the sender anything: it will send again


def send_all(port: int, order: list[tuple[str, bytes]], told: Told) -> None:
    with ThreadPoolExecutor(4) as senders:
        list(senders.map(lambda one: send(port, *one, told), order))


def as_newest(standing: Any) -> tuple[str, str, str]:
    return standing.patient, standing.set_id, standing.event[:10]


def test_two_hundred_messages_survive_kills_replays_and_shuffles(tmp_path, catalogue):
    chance = random.Random(7)  # noqa: S311 - chance, not secrets
    path, told, made = tmp_path / "ledger.sqlite", Told(), stories()
    assert len(made) == 200
    order = list(made.items())
    for _ in range(4):
        chance.shuffle(order)
        port = free_port()
        with serving(path, port) as process:
            kill = Timer(chance.uniform(0.3, 2.5), process.send_signal, [signal.SIGKILL])
            kill.start()
            send_all(port, order, told)
            kill.cancel()
    killed = told.broken
    port = free_port()
    with serving(path, port):
        chance.shuffle(order)
        send_all(port, order, told)
    assert killed > 0, "no kill hit anything"
    assert told.broken == killed

    assert set(told.answers) == set(made)
    assert all(len(answers) == 1 for answers in told.answers.values()), "answered in two ways"
    for name, (answer,) in told.answers.items():
        assert json.loads(answer)["entry"][0]["resource"]["response"]["identifier"] == name
    with Ledger.open(path, exclusive=True) as ledger:
        assert ledger.first("PRAGMA integrity_check")[0] == "ok"
        assert ledger.first("SELECT count(*) FROM message")[0] == 200
        assert messages.waiting(ledger) == 0
        standing = list(newest.every(ledger))
        judgments = list(newest.judgments(ledger))
    expected = {(f"Patient/p{number}", name, f"2026-06-{VERSIONS:02}")
                for number in range(PATIENTS) for name in catalogue.sets}  # fmt: skip
    assert sorted(map(as_newest, standing)) == sorted(expected)
    assert {one.source for one in standing} == {SENDER}
    assert len(judgments) == PATIENTS


def test_the_end_that_was_asked_for_loses_nothing_that_was_accepted(tmp_path):
    path, port = tmp_path / "ledger.sqlite", free_port()
    with serving(path, port) as process:
        address = f"http://127.0.0.1:{port}/messages?async=true"
        for name, body in list(stories().items())[:12]:
            answer = requests.post(address, body, headers=FHIR_JSON, timeout=10)
            assert answer.status_code == 202, name
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) in (0, -signal.SIGTERM)
    with Ledger.open(path, exclusive=True) as ledger:
        states = [row["state"] for row in ledger.rows("SELECT state FROM message")]
    assert len(states) == 12
    assert set(states) <= {"received", "evaluated", "superseded"}
