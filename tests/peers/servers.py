"""FHIR servers of other makes, started for the test run on loopback and stopped at its end.

Each is a context manager with `base`, the address without slash at its end, and `empty()`, which
takes everything out of it in seconds, for the next test module. See README.md.
"""

import json
import os
import subprocess
from types import TracebackType
from typing import Protocol, Self
from urllib.parse import urlsplit

from tests.peers.judges import FIRST_ANSWER, MISSING, NEXT_ANSWER, PEERS, PeerBroken, PeerMissing

HAPI = PEERS / "hapi"
EVERYTHING = {
    "resourceType": "Parameters",
    "parameter": [{"name": "expungeEverything", "valueBoolean": True}],
}


class FhirServer(Protocol):
    """What a test needs of any of them."""

    base: str
    most_updates: int  # how many resources one transaction may update

    def empty(self) -> None:
        """Take everything out of it."""


class HapiServer:
    """HAPI's JPA server with an embedded database; needs Java, Maven and curl.

    `options` are those of `hapi/start`: `--validate true`, `--token T`. Without any it answers a
    repeated search from memory for a minute, as HAPI does by itself: whoever reads it right then,
    does so without, too. A test that makes a Subscription deletes it itself (hapi/README.md). One
    that runs already is used, and left running: NELM_PEERS_HAPI is its address.
    """

    most_updates = 5000

    def __init__(self, *options: str) -> None:
        self._options = options or ("--search-reuse-ms", "60000")
        self._there = os.environ.get("NELM_PEERS_HAPI", "")
        self.base = self._there

    def __enter__(self) -> Self:
        if self._there:
            return self
        said = _run(HAPI / "start", "--port", "0", *self._options, patience=FIRST_ANSWER)
        self.base = said.strip().splitlines()[-1]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._there:
            return
        _run(HAPI / "stop", "--port", str(urlsplit(self.base).port), patience=NEXT_ANSWER)

    def empty(self) -> None:
        post(f"{self.base}/$expunge", json.dumps(EVERYTHING))


class MedplumServer:
    """Medplum's FHIR router over its in-memory repository; needs Node and npm.

    A transaction with a conditional create may hold 8 entries.
    """

    most_updates = 50

    def __init__(self) -> None:
        self.base = ""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [PEERS / "medplum-server" / "start"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        assert self._process.stdout is not None
        self.base = self._process.stdout.readline().strip()
        if not self.base:
            self._process.stdin = None  # `communicate` would write to it
            _, said = self._process.communicate(timeout=NEXT_ANSWER)
            raise _failure(self._process.returncode, said)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._process.communicate(timeout=10)  # the end of its input ends it
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()

    def empty(self) -> None:
        post(f"{self.base}/$empty", "")


def post(url: str, body: str) -> str:
    """Post JSON by curl, so that fixtures can do it where the test run has no sockets."""
    quiet = ["curl", "--noproxy", "*", "--silent", "--show-error", "--fail-with-body"]
    content = ["--header", "Content-Type: application/fhir+json", "--data-binary", "@-"]
    return _run(*quiet, *content, url, patience=NEXT_ANSWER, given=body)


def _run(*command: object, patience: float, given: str | None = None) -> str:
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words, input=given, capture_output=True, text=True, check=False, timeout=patience
        )
    except FileNotFoundError:
        raise PeerMissing(f"{words[0]} is missing") from None
    if done.returncode:
        raise _failure(done.returncode, f"{done.stderr}\n{done.stdout}")
    return done.stdout


def _failure(code: int, said: str) -> PeerMissing | PeerBroken:
    lines = said.strip().splitlines()
    if code in MISSING:
        return PeerMissing(lines[-1] if lines else "something is missing")
    return PeerBroken(f"the server did not start or answer (exit {code}): {' '.join(lines[-5:])}")
