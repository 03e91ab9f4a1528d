"""HAPI as the target: what each strategy writes, once, updated, taken back, read as it was sent.

Each strategy has a patient of its own; what the commands say is held against what the server has.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from tests.peers.loading import Json, apart, put, record, session
from tests.peers.read_back import essence, found, told
from tests.peers.servers import FhirServer, HapiServer
from tests.unit.cli.run import nelm

from nelm_fhir.writers.strategies import STRATEGIES

pytestmark = [pytest.mark.peer, pytest.mark.usefixtures("loopback")]

SETS = ("--set", "optn", "--set", "esmo-2020")
NAMES = [name for name, one in STRATEGIES.items() if one.sends]
NEVER_UPDATED = "communication"
each_strategy = pytest.mark.parametrize("name", NAMES)


@dataclass
class Site:
    """A patient on the server, the strategy by which the results are written, and the ledger."""

    server: FhirServer
    name: str
    ledger: Path
    patient: str = ""

    def __post_init__(self) -> None:
        self.patient = self.patient or self.name
        self.bundle = apart(record("meets-all"), self.patient, self.patient)

    def load(self) -> "Site":
        put(self.server, self.bundle)
        return self

    def assess(self, *more: str, day: str = "2026-06-01") -> Any:
        server = ("--server", self.server.base, "--patience", "2", "--patient", self.patient)
        moment = ("--recorded", f"{day}T12:00:00+00:00", "--as-of", day)
        named = ("--strategy", self.name, "--ledger", str(self.ledger))
        return nelm("assess", *server, *moment, *SETS, *named, *more)

    def write(self, day: str = "2026-06-01") -> str:
        """Judge and write; return what the command says of the results."""
        done = self.assess("--write", day=day)
        assert done.exit_code == 0, done.output
        return str(done.stderr)

    def shown(self) -> list[Json]:
        """The results that a dry run shows."""
        done = self.assess("--dry-run")
        assert done.exit_code == 0, done.output
        return self.results_of([one["resource"] for one in json.loads(done.stdout)["entry"]])

    def stored(self, asking: requests.Session) -> list[Json]:
        every = found(asking, self.server, STRATEGIES[self.name].resource_type, None)
        return self.results_of([one for one in every if "identifier" in one])

    def results_of(self, resources: list[Json]) -> list[Json]:
        kind, subject = STRATEGIES[self.name].resource_type, f"Patient/{self.patient}"
        ours = [one for one in resources if one["resourceType"] == kind]
        mine = [one for one in ours if one.get("subject", {}).get("reference") == subject]
        tagged = [one for one in mine if "tag" in one.get("meta", {})]
        return sorted(tagged, key=lambda one: json.dumps(one["identifier"], default=str))

    def change(self, name: str, **elements: Any) -> None:
        """Put a newer version of one resource of the record on the server."""
        entry = next(e for e in self.bundle["entry"]
                     if e["resource"]["id"] == f"{self.patient}-{name}")  # fmt: skip
        entry["resource"] |= elements
        put(self.server, {"entry": [entry]})

    def agrees(self) -> None:
        """Nothing lost, nothing doubled, ledger and server say the same."""
        place = ("--ledger", str(self.ledger), "--server", self.server.base)
        done = nelm("ledger", "verify", *place, "--fail-on-difference")
        assert done.exit_code == 0, done.output


@pytest.fixture(scope="module")
def hapi(empty_hapi: HapiServer) -> HapiServer:
    bundles = [apart(record("meets-all"), name, name) for name in NAMES]
    put(empty_hapi, {"entry": [entry for bundle in bundles for entry in bundle["entry"]]})
    return empty_hapi


@pytest.fixture(scope="module")
def ledgers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ledgers")


@pytest.fixture
def site(hapi: HapiServer, ledgers: Path, name: str) -> Site:
    return Site(hapi, name, ledgers / f"{name}.sqlite")


@pytest.fixture
def asking() -> Iterator[requests.Session]:
    with session() as made:
        yield made


@each_strategy
def test_results_are_written_as_shown_and_stay_as_they_are(
    site: Site, asking: requests.Session, name: str
) -> None:
    shown = site.shown()
    assert len(shown) == 2
    assert site.stored(asking) == []
    assert site.write() == "Results: 2 created.\n"
    first = site.stored(asking)
    assert [essence(one) for one in first] == [essence(one) for one in shown]
    assert site.write() == "Results: 2 unchanged.\n"
    assert site.write(day="2026-06-03") == "Results: 2 unchanged.\n"
    assert site.stored(asking) == first
    site.agrees()
    kind = STRATEGIES[name].resource_type
    for one in first:
        answer = asking.post(
            f"{site.server.base}/{kind}/$validate", data=json.dumps(one, default=str)
        )
        severities = {issue["severity"] for issue in told(answer)["issue"]}
        assert not severities & {"error", "fatal"}, answer.text[:800]


@each_strategy
def test_a_changed_input_updates_the_result_of_that_version(
    hapi: HapiServer, ledgers: Path, asking: requests.Session, name: str
) -> None:
    site = Site(hapi, name, ledgers / f"{name}.sqlite", f"changed-{name}"[:20]).load()
    site.write()
    before = site.stored(asking)
    site.change("liver-involvement-2026-05", valueQuantity={
        "value": 80, "unit": "%", "system": "http://unitsofmeasure.org", "code": "%",
    })  # fmt: skip
    said = site.write()
    after = site.stored(asking)
    if name == NEVER_UPDATED:
        assert said == "Results: 2 created.\n"
        assert len(after) == 4
    else:
        assert said == "Results: 2 updated.\n"
        assert [one["id"] for one in after] == [one["id"] for one in before]
        assert {one["meta"]["versionId"] for one in after} == {"2"}
    assert site.write() == "Results: 2 unchanged.\n"
    site.agrees()


@each_strategy
def test_a_result_that_rests_on_what_is_void_is_taken_back(
    hapi: HapiServer, ledgers: Path, asking: requests.Session, name: str
) -> None:
    site = Site(hapi, name, ledgers / f"{name}.sqlite", f"void-{name}"[:20]).load()
    site.write()
    old = {one["id"] for one in site.stored(asking)}
    site.change("liver-involvement-2026-05", status="entered-in-error")
    assert site.write(day="2026-06-02") == "Results: 2 created, 2 retracted.\n"
    assert withdrawn(asking, site) >= old or name == NEVER_UPDATED
    site.agrees()
    assert site.write(day="2026-06-02") == "Results: 2 unchanged.\n"


@each_strategy
def test_the_results_of_somebody_who_was_merged_are_taken_back(
    hapi: HapiServer, ledgers: Path, asking: requests.Session, name: str
) -> None:
    site = Site(hapi, name, ledgers / f"{name}.sqlite", f"old-{name}"[:20]).load()
    site.write()
    old = {one["id"] for one in site.stored(asking)}
    today = f"new-{name}"[:20]
    link = [{"type": "replaced-by", "other": {"reference": f"Patient/{today}"}}]
    merged = next(e for e in site.bundle["entry"] if e["resource"]["resourceType"] == "Patient")
    survivor = {**merged["resource"], "id": today}
    merged["resource"] |= {"link": link, "active": False}
    put(hapi, {"entry": [{"fullUrl": "urn:s", "resource": survivor}, merged]})
    now = Site(hapi, name, site.ledger, today)
    assert now.write() == "Results: 2 created, 2 retracted.\n"
    assert withdrawn(asking, site) >= old or name == NEVER_UPDATED
    now.agrees()
    assert now.write() == "Results: 2 unchanged.\n"


def withdrawn(asking: requests.Session, site: Site) -> set[str]:
    """The ids of results that stand as entered in error, and say nothing any more."""
    there = site.stored(asking)
    void = [one for one in there if "entered-in-error" in json.dumps(one, default=str)]
    assert not any("prediction" in one for one in void)
    return {one["id"] for one in void}
