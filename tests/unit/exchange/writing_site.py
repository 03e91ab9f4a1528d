"""Shared by the tests of writing: a site with a record, a server, a ledger, and its nightly run.

    with Site.opened(folder) as site:
        site.run()                      # judge the record and write the results
        site.changed("board-listing")   # a newer version of one resource
        site.run()

The record is the sample `meets-all`; the server is ours, real sockets between. `agrees` holds what
must be true after every run: nothing lost, nothing doubled, ledger and server say the same.
"""

import copy
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.servers.fault_proxy import Choice, FaultProxy
from tests.servers.local import Local
from tests.servers.writable import WritableStore
from tests.unit.exchange.records import catalogue, sample

from nelm_fhir import pipeline
from nelm_fhir.assessment.result import Assessment
from nelm_fhir.assessment.voice import Voice
from nelm_fhir.core.program import PROGRAM
from nelm_fhir.exchange.capability import Capability
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.patience import INTERACTIVE, NONE, Patience
from nelm_fhir.exchange.server import Server
from nelm_fhir.exchange.writing.moments import youngest
from nelm_fhir.exchange.writing.place import place_of
from nelm_fhir.exchange.writing.report import Done
from nelm_fhir.exchange.writing.writer import Writer
from nelm_fhir.ledger.results import Result, State, every
from nelm_fhir.ledger.store import Ledger
from nelm_fhir.writers.canonicals import ASSESSMENT_IDENTIFIER
from nelm_fhir.writers.strategies import Writing

NIGHT = datetime(2026, 6, 1, 2, tzinfo=UTC)
DAY = date(2026, 6, 1)
PATIENT = "Patient/sample-ileum-1"
SETS = ("optn", "esmo-2020")
QUICK = INTERACTIVE.within(0.2)
NAMED = frozenset({"conditional", "update", "provenance", "named"})
WAYS = {"transaction": NAMED | {"transaction"}, "batch": NAMED | {"batch"}, "single": NAMED}
"""What a server offers, by the way in which results reach it."""

Json = dict[str, Any]


@dataclass
class Record:
    """The sample as a record that changes."""

    bundle: Json = field(default_factory=lambda: json.loads(sample("meets-all").read_bytes()))

    def named(self, name: str) -> Json:
        return next(e["resource"] for e in self.bundle["entry"] if e["resource"]["id"] == name)

    def change(self, name: str, hours: int = 0, **elements: Any) -> None:
        """A newer version of one resource, of the night itself plus so many hours."""
        resource = self.named(name)
        version = int(resource["meta"]["versionId"]) + 1
        moment = (NIGHT - timedelta(days=3) + timedelta(hours=hours)).isoformat()
        resource["meta"] |= {"versionId": str(version), "lastUpdated": moment}
        resource |= elements

    def burden(self, percent: int, hours: int = 0) -> None:
        """Another share of the liver: above the limits no set is met any more."""
        value = {**self.named("liver-involvement-2026-05")["valueQuantity"], "value": percent}
        self.change("liver-involvement-2026-05", hours, valueQuantity=value)

    def copied(self) -> "Record":
        return Record(copy.deepcopy(self.bundle))

    @property
    def text(self) -> bytes:
        return json.dumps(self.bundle).encode()

    def judged(self, as_of: date, sets: tuple[str, ...] = SETS) -> tuple[Assessment, pipeline.Read]:
        read = pipeline.read_one(self.text, catalogue(), as_of=as_of)
        return pipeline.judge(read, catalogue(), sets), read


@dataclass
class Site:
    """A site that judges one record and writes to one server."""

    store: WritableStore | None
    base: str
    path: Path
    strategy: str | None = None
    record: Record = field(default_factory=Record)
    night: datetime = NIGHT
    patience: Patience = NONE

    @classmethod
    @contextmanager
    def opened(cls, folder: Path, **offered: Any) -> Iterator["Site"]:
        """A site whose server offers all, or what is told."""
        strategy = offered.pop("strategy", None)
        store = WritableStore(**offered)
        with Local(store) as local:
            yield cls(store, local.base, folder / "ledger.sqlite", strategy)

    @contextmanager
    def writer(self, base: str | None = None, path: Path | None = None) -> Iterator[Writer]:
        """A writer with its own client and the ledger."""
        with (
            Client(Server(base=base or self.base, patience=self.patience)) as client,
            Ledger.open(path or self.path, exclusive=True) as ledger,
        ):
            place = place_of(client.base, Capability.ask(client), self.strategy)
            yield Writer(client, place, ledger, program=PROGRAM, now=lambda: self.night)

    def run(self, as_of: date = DAY, **more: Any) -> list[Done]:
        """Judge the record and write its results."""
        record = more.pop("record", self.record)
        void = more.pop("void", frozenset())
        assessment, read = record.judged(as_of, more.pop("sets", SETS))
        newest = youngest([record.text], now=self.night)
        with self.writer(**more) as writer:
            return writer.write(assessment, self.writing(read), newest_input=newest, void=void)

    def writing(self, read: pipeline.Read | None = None) -> Writing:
        """What the results are written with at this server."""
        # a run in a process of its own has no store; servers it is tried on take updates
        only = self.store is not None and "update" not in self.store.offers
        return replace(writing(read), create_only=only)

    def withdraw(self, patient: str = PATIENT, **more: Any) -> list[Done]:
        """Retract everything of a patient who was merged into another."""
        with self.writer(**more) as writer:
            return writer.withdraw(patient, self.writing())

    def results(self) -> list[Json]:
        """What stands at the server of the types that carry results."""
        return [one for kind in self.store.types for one in self.store.of_type(kind)]

    def rows(self) -> list[Result]:
        if not self.path.exists():
            return []
        with Ledger.open(self.path, exclusive=False) as ledger:
            return list(every(ledger))

    def agrees(self) -> None:
        """Nothing lost, nothing doubled, ledger and server say the same."""
        there = self.results()
        keys = [key for one in there for key in keys_of(one)]
        assert len(keys) == len(set(keys)), "a result stands there twice"
        by_id = {one["id"]: one for one in there}
        rows = [row for row in self.rows() if row.state is not State.FAILED]
        assert {row.server_id for row in rows} == set(by_id)
        for row in rows:
            stored = by_id[row.server_id]
            assert row.state in {State.WRITTEN, State.RETRACTED}
            assert row.server_version == stored["meta"]["versionId"]
            assert digests_of(stored) == (row.input_digest, row.catalogue_digest)
            void = stored.get("status") == "entered-in-error"
            assert (row.state is State.RETRACTED) is void
            assert not row.owed
        self.provenance_fits()

    def provenance_fits(self) -> None:
        """One Provenance for each version that was written by us, and none for anything else."""
        if "provenance" not in self.store.offers:
            return
        written = sum(len(self.store.history[name]) for name in self._names())
        told = [one["target"][0]["reference"] for one in self.store.of_type("Provenance")]
        assert set(told) <= set(self._names())
        assert len(told) == written

    def _names(self) -> list[str]:
        return [f"{one['resourceType']}/{one['id']}" for one in self.results()]


def writing(read: pipeline.Read | None = None) -> Writing:
    known = catalogue()
    return Writing(
        Voice(known.texts.wording),
        known.definitions.freshness.imaging_months,
        test_data=read.test_data if read else True,
    )


def keys_of(resource: Json) -> list[str]:
    found = resource["identifier"]
    edition = [one["value"] for one in found if one["system"] != ASSESSMENT_IDENTIFIER]
    return edition or [one["value"] for one in found]


def digests_of(resource: Json) -> tuple[str, ...]:
    return tuple(one["valueString"] for one in resource["extension"] if "valueString" in one)


def ends(done: list[Done]) -> list[str]:
    return [str(one.end) for one in done]


def through(site: Site, choice: Choice) -> FaultProxy:
    """The site, seen through a proxy from now on."""
    proxy = FaultProxy(site.base.removesuffix("/fhir"), choice)
    site.base = f"{proxy.origin}/fhir"
    site.patience = QUICK
    return proxy
