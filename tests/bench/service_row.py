"""How long an EHR waits for a card: CDS Hooks with a prefetch of 500 resources, 20 times a second.

In: a Setting. Out: Measured. `nelm serve` runs as a process of its own, and so does a bare echo of
the same framework: the floor. Requests begin when they are due, whether others have ended or not,
and their time counts from when they were due: a service that falls behind is seen to.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from statistics import median, quantiles
from typing import Any, Final

import requests
from tests.bench import data
from tests.bench.export_data import export_lines
from tests.bench.figures import Measured
from tests.bench.populations import ROOT
from tests.bench.timing import spread

from nelm_fhir.exchange.everything import SEARCHED
from nelm_fhir.knowledge.catalogue import Catalogue

RESOURCES: Final = 500
"""Of one prefetch, the Patient among them."""
A_SECOND: Final = 20
AROUND: Final = 1500
"""Resources around a patient, of which as many are taken as are asked for."""
WAITING: Final = 32
_SERVE: Final = "from nelm_fhir.cli.main import main; main()"
_CALL: Final = "/cds-services/nelm-patient-view"
_JSON: Final = {"Content-Type": "application/json"}


@dataclass
class Cards:
    """Calls of one service, and of the echo, in alternation."""

    catalogue: Catalogue
    seconds: float
    rounds: int

    @cached_property
    def calls(self) -> Sequence[bytes]:
        """Calls of an EHR about different patients, as bytes."""
        records = data.referred(self.catalogue, FEW, AROUND).records
        return [_call(record, number) for number, record in enumerate(records)]

    def waiting(self) -> Measured:
        """Return the 95th percentile of the milliseconds of a call; beside it the echo's."""
        with _served([sys.executable, "-m", "tests.bench.echo"]) as echo, _served(NELM) as nelm:
            rounds = [
                (_p95(f"{echo}/echo", self), _p95(f"{nelm}{_CALL}", self))
                for _ in range(self.rounds + 1)
            ][1:]
        floor, own = ([one[place] for one in rounds] for place in (0, 1))
        size = median(map(len, self.calls)) / 1e6
        return Measured(
            median(own),
            min(own),
            spread(own),
            f"{median(floor):.1f} ms",
            f"{size:.2f} MB, {A_SECOND} a second for {self.seconds:g} s",
            len(own),
        )


FEW: Final = 10
"""Patients who are asked about in turn."""
NELM: Final = (sys.executable, "-c", _SERVE, "serve", "--port", "0")


@dataclass(frozen=True)
class _Load:
    """Calls that begin when they are due, counted from `began`."""

    session: requests.Session
    address: str
    calls: Sequence[bytes]
    began: float

    def waited(self, number: int) -> float:
        """Send a call when it is due; return the seconds from then to the end of its answer."""
        due = self.began + number / A_SECOND
        time.sleep(max(0.0, due - time.perf_counter()))
        body = self.calls[number % len(self.calls)]
        answer = self.session.post(self.address, data=body, headers=_JSON, timeout=60)
        answer.raise_for_status()
        return time.perf_counter() - due


def _p95(address: str, cards: Cards) -> float:
    """Return the time that 95 of 100 calls stay below, in milliseconds."""
    with requests.Session() as session, ThreadPoolExecutor(WAITING) as threads:
        session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=WAITING))
        load = _Load(session, address, cards.calls, time.perf_counter() + 0.1)
        waited = list(threads.map(load.waited, range(int(cards.seconds * A_SECOND))))
    return quantiles(waited, n=20)[-1] * 1000


def _call(record: bytes, number: int) -> bytes:
    """Return a call about the patient of a record, with everything that is asked for."""
    lines = map(json.loads, export_lines(json.loads(record), f"p{number}"))
    found: dict[str, list[dict[str, Any]]] = {kind: [] for kind in SEARCHED}
    person: dict[str, Any] = {}
    wanted = (one for one in lines if one["resourceType"] in {*SEARCHED, "Patient"})
    for one in islice(wanted, RESOURCES):
        if one["resourceType"] == "Patient":
            person = one
        else:
            found[one["resourceType"]].append(one)
    return json.dumps(
        {
            "hook": "patient-view",
            "hookInstance": f"bench-{number}",
            "context": {"userId": "Practitioner/1", "patientId": person["id"]},
            "prefetch": {"Patient": person, **{k: _page(some) for k, some in found.items()}},
        }
    ).encode()


def _page(found: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    entry = [{"resource": one} for one in found]
    return {"resourceType": "Bundle", "type": "searchset", "entry": entry} if found else None


@contextmanager
def _served(command: Sequence[str]) -> Iterator[str]:
    """Start a process that says where it listens; gives its address."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", "NO_PROXY": "*"}
    with (
        subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
            cwd=ROOT,
        ) as process,
        ThreadPoolExecutor(1) as drains,
    ):
        lines = process.stdout or ()
        try:
            line = next(one for one in lines if "Listening on" in one)
            drains.submit(lambda: [None for _ in lines])
            yield line.split()[-1]
        finally:
            process.terminate()
