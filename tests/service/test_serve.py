"""`nelm serve` as a process of its own: how it starts, what it writes, and how it ends."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import requests
from tests.service.asking import ALIAS, FHIR, MEETS_ALL, SENT, packed
from tests.unit.cli.run import nelm

MEGABYTE = 1_000_000


class Running:
    """A service in a process of its own; `base` is where it says it listens."""

    def __init__(self, *arguments: str, folder: Path) -> None:
        self.log: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "nelm_fhir.cli.main", *arguments],
            stderr=subprocess.PIPE,
            text=True,
            cwd=folder,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        first = self.process.stderr.readline()
        self.base = first.removeprefix("Listening on ").strip()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        with suppress(ValueError):
            self.log.extend(self.process.stderr)

    def ended(self) -> int:
        """Tell it to end; gives its exit code."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=60)
        self._reader.join(timeout=10)
        return code


@contextmanager
def serving(*arguments: str, folder: Path) -> Iterator[Running]:
    one = Running(*arguments, folder=folder)
    try:
        yield one
    finally:
        one.process.kill()
        one.process.wait()
        one.process.stderr.close()


@pytest.fixture
def folder(tmp_path, loopback) -> Path:
    return tmp_path


def test_it_serves_by_its_settings_notes_every_look_and_logs_a_line_each(folder):
    (folder / "nelm.toml").write_text(
        '[serve]\nport = 0\nset = ["optn"]\naudit = "audit.ndjson"\nmax-bytes = 400000\n'
        'base = "https://nelm.example"\n'
    )
    with serving("serve", folder=folder) as one:
        got = requests.post(one.base + ALIAS, data=MEETS_ALL, headers=SENT, timeout=60)
        assert got.status_code == 200
        long = requests.post(one.base + ALIAS, data=b" " * 400_001, headers=SENT, timeout=60)
        assert long.status_code == 413
        told = requests.get(f"{one.base}/fhir/metadata", timeout=60).json()
        assert told["implementation"]["url"] == "https://nelm.example/fhir"
        assert one.ended() == 0
    noted = [json.loads(line) for line in (folder / "audit.ndjson").read_text().splitlines()]
    assert [one["resources"] for one in noted] == [["optn"]]
    answered = [line for line in one.log if "request-answered" in line]
    assert [line.split("status=")[1].split()[0] for line in answered] == ["200", "413", "200"]
    assert all("door=" in line and "method=" in line for line in answered)
    assert "sample-ileum" not in "".join(one.log)
    assert "service-started" in one.log[0]
    assert "service-ended" in one.log[-1]


def test_told_to_end_it_finishes_what_has_begun_and_takes_nothing_new(folder):
    with serving("serve", "--port", "0", folder=folder) as one:
        requests.get(f"{one.base}/healthz", timeout=60)
        host, port = one.base.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=60) as begun:
            head = (
                f"POST {ALIAS} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: {FHIR}\r\n"
                f"Content-Length: {len(MEETS_ALL)}\r\n\r\n"
            )
            begun.sendall(head.encode() + MEETS_ALL[:1000])
            time.sleep(0.5)
            one.process.send_signal(signal.SIGTERM)
            until_closed(host, int(port))
            begun.sendall(MEETS_ALL[1000:])
            answer = b"".join(iter(lambda: begun.recv(65536), b""))
        assert answer.startswith(b"HTTP/1.1 200")
        assert b"RiskAssessment" in answer
        assert one.process.wait(timeout=60) == 0


def until_closed(host: str, port: int) -> None:
    """Wait until nobody listens there any more."""
    for _ in range(200):
        try:
            socket.create_connection((host, port), timeout=5).close()
        except ConnectionRefusedError:
            return
        time.sleep(0.05)
    pytest.fail("it still takes connections")


@pytest.mark.threat(8)
def test_bombs_cost_no_memory_and_the_next_record_is_judged(folder):
    bomb = packed(bytes(300 * MEGABYTE))
    with serving("serve", "--port", "0", folder=folder) as one:
        requests.post(one.base + ALIAS, data=MEETS_ALL, headers=SENT, timeout=60)
        before = memory(one.base)
        for _ in range(5):
            headers = {**SENT, "Content-Encoding": "gzip"}
            got = requests.post(one.base + ALIAS, data=bomb, headers=headers, timeout=60)
            assert got.status_code == 413
        assert memory(one.base) - before < 100 * MEGABYTE
        got = requests.post(one.base + ALIAS, data=MEETS_ALL, headers=SENT, timeout=60)
        assert got.status_code == 200


def memory(base: str) -> float:
    """Bytes the service holds, as it says itself."""
    lines = requests.get(f"{base}/metrics", timeout=60).text.splitlines()
    line = next(line for line in lines if line.startswith("process_resident_memory_bytes "))
    return float(line.split()[1])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--host", "::"), "--anonymous"),
        (("--host", "::", "--anonymous"), "--audit"),
        (("--set", "mine"), "'mine' is not known"),
        (("--option", "mine"), "'mine' is not known"),
        (("--audit", "/nowhere/audit.ndjson"), "audit file"),
        (("--host", "192.0.2.1", "--anonymous", "--audit", "{folder}/a"), "cannot be listened on"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, tuple) else "",
)
def test_it_does_not_start_as_nobody_can_want_it(folder, arguments, says):
    given = [part.format(folder=folder) for part in arguments]
    done = nelm("serve", *given)
    assert done.exit_code in {2, 10}
    assert says in done.stderr


def test_a_port_that_is_taken_is_said(folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = nelm("serve", "--port", str(taken.getsockname()[1]))
    assert done.exit_code == 10
    assert "Address already in use" in done.stderr
