"""How fast the patients of a FHIR server are judged, and how much of the time is ours.

In: a Setting. Out: Measured. The same referred patients lie on HAPI and on a small server of our
own that holds them in memory and answers at once: the floor. `nelm batch --server` finds them,
reads them and judges them, from an empty folder, on both in alternation.
"""

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import median
from typing import Final

import orjson
from tests.bench import contestant, data
from tests.bench.export_data import AROUND, export_lines
from tests.bench.figures import Measured, NotHere
from tests.bench.populations import ROOT
from tests.bench.process_tree import Usage, used
from tests.bench.timing import spread
from tests.peers.judges import PeerMissing
from tests.peers.loading import transactions
from tests.peers.servers import FhirServer, HapiServer, post
from tests.servers.fhir_store import FhirStore
from tests.servers.local import Local

from nelm_fhir.knowledge.catalogue import Catalogue

_CLI: Final = "from nelm_fhir.cli.main import main; main()"


@dataclass
class Served:
    """Runs over both servers, made when they are first asked for."""

    catalogue: Catalogue
    patients: int
    rounds: int

    @cached_property
    def runs(self) -> Sequence[tuple[Usage, Usage]]:
        """What each round used: on our own server, on HAPI. Raises NotHere without HAPI."""
        records = data.referred(self.catalogue, self.patients, AROUND).records
        every = [list(_resources(one, f"p{number}")) for number, one in enumerate(records)]
        try:
            with HapiServer() as hapi:
                for lines in every:
                    _load(hapi, lines)
                return self.between(every, hapi.base)
        except PeerMissing as missing:
            raise NotHere(str(missing)) from None

    def between(self, every: Sequence[Sequence[bytes]], base: str) -> list[tuple[Usage, Usage]]:
        """Return the rounds on our own server with these resources, and on the one at `base`."""
        store = FhirStore(page=500)
        for line in (line for lines in every for line in lines):
            store.add(line)
        with Local(store) as local:
            rounds = [(_batch(local.base), _batch(base)) for _ in range(self.rounds + 1)]
        return rounds[1:]  # the first is the warmth of the servers

    @property
    def _by_server(self) -> tuple[Sequence[Usage], Sequence[Usage]]:
        return [local for local, _ in self.runs], [hapi for _, hapi in self.runs]

    def per_second(self) -> Measured:
        """Return patients per second of waiting on HAPI; beside it those on our own server."""
        local, hapi = ([self.patients / one.wall for one in some] for some in self._by_server)
        floor = f"{median(local):.1f} patients/s on a server in memory"
        own = f"{median(hapi):.1f} patients/s"
        return Measured(median(hapi), min(hapi), spread(hapi), floor, own, len(hapi))

    def share(self) -> Measured:
        """Return which part of the waiting is CPU of our process, in percent."""
        local, hapi = ([one.cpu / one.wall * 100 for one in some] for some in self._by_server)
        cpu = median(one.cpu for _, one in self.runs)
        own = f"{cpu / self.patients * 1000:.0f} ms CPU a patient, start included"
        floor = f"{median(local):.0f} % on a server in memory"
        return Measured(median(hapi), min(hapi), spread(hapi), floor, own, len(hapi))


def _resources(bundle: bytes, patient: str) -> Iterator[bytes]:
    """Yield the resources of a record under this patient's id, as servers take them."""
    entries = [
        {"fullUrl": f"{one['resourceType']}/{one['id']}", "resource": one}
        for one in map(orjson.loads, export_lines(json.loads(bundle), patient))
    ]
    for transaction in transactions([{"entry": entries}], len(entries)):
        yield from (orjson.dumps(entry["resource"]) for entry in transaction["entry"])


def _load(server: FhirServer, lines: Sequence[bytes]) -> None:
    entries = [
        {"fullUrl": f"{one['resourceType']}/{one['id']}", "resource": one}
        for one in map(orjson.loads, lines)
    ]
    for transaction in transactions([{"entry": entries}], server.most_updates):
        post(server.base, json.dumps(transaction))


def _batch(base: str) -> Usage:
    folder = Path(tempfile.mkdtemp(prefix="nelm-bench-"))
    options = ["--output", str(folder), "--as-of", contestant.AS_OF.isoformat()]
    try:
        return used(
            [sys.executable, "-c", _CLI, "batch", "--server", base, *options],
            {"PYTHONPATH": str(ROOT / "src"), "NO_PROXY": "*"},
        )
    finally:
        shutil.rmtree(folder)
