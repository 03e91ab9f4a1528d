"""HAPI as the target: what a strategy writes, once, updated, taken back, and read as it was sent.

Each strategy has a patient of its own; what the commands say is held against what the server has.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from tests.peers.loading import Json, apart, put, record, session
from tests.peers.read_back import essence, found, told
from tests.peers.servers import FhirServer, HapiServer
from tests.unit.cli.run import nelm

from nelm_fhir.writers.basic import carried
from nelm_fhir.writers.canonicals import ASSESSMENT_IDENTIFIER
from nelm_fhir.writers.fhir_json import fhir_json
from nelm_fhir.writers.strategies import STRATEGIES

pytestmark = [pytest.mark.peer, pytest.mark.usefixtures("loopback")]

SETS = ("--set", "optn", "--set", "esmo-2020")
NAMES = [name for name, one in STRATEGIES.items() if one.sends]
NEVER_UPDATED = "communication"
each_strategy = pytest.mark.parametrize("name", NAMES)


WRITTEN, CHANGED, VOID = STORIES = ("written", "changed", "void")
"""What is done to one patient of a strategy; the tests come in any order."""


@dataclass
class Site:
    """A patient on the server, the strategy by which the results are written, and the ledger."""

    server: FhirServer
    name: str
    ledger: Path
    patient: str

    def __post_init__(self) -> None:
        self.bundle = apart(record("meets-all"), self.patient, self.patient)

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
        kind = STRATEGIES[self.name].resource_type
        return self.results_of(found(asking, self.server, kind, (ASSESSMENT_IDENTIFIER, "")))

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
    people = [f"{story}-{name}" for story in STORIES for name in NAMES]
    put(empty_hapi, *(apart(record("meets-all"), one, one) for one in people))
    return empty_hapi


@pytest.fixture(scope="module")
def ledgers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ledgers")


@pytest.fixture
def sites(hapi: HapiServer, ledgers: Path, name: str) -> Callable[[str], Site]:
    """The patient of a strategy to whom something is done."""
    return lambda story: Site(hapi, name, ledgers / f"{name}.sqlite", f"{story}-{name}")


@pytest.fixture
def asking() -> Iterator[requests.Session]:
    with session() as made:
        yield made


@each_strategy
def test_results_are_written_as_shown_and_stay_as_they_are(
    sites: Callable[[str], Site], asking: requests.Session, name: str
) -> None:
    site = sites(WRITTEN)
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
        answer = asking.post(f"{site.server.base}/{kind}/$validate", data=fhir_json(one))
        severities = {issue["severity"] for issue in told(answer)["issue"]}
        assert not severities & {"error", "fatal"}, answer.text[:800]


@each_strategy
def test_a_changed_input_updates_the_result_of_that_version(
    sites: Callable[[str], Site], asking: requests.Session, name: str
) -> None:
    site = sites(CHANGED)
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
def test_what_rests_on_void_inputs_is_taken_back_and_all_of_somebody_who_was_merged(
    sites: Callable[[str], Site], asking: requests.Session, name: str
) -> None:
    site = sites(VOID)
    site.write()
    old = {one["id"] for one in site.stored(asking)}
    site.change("liver-involvement-2026-05", status="entered-in-error")
    assert site.write(day="2026-06-02") == "Results: 2 created, 2 retracted.\n"
    assert withdrawn(asking, site) == (set() if name == NEVER_UPDATED else old)
    site.agrees()
    later = {one["id"] for one in site.stored(asking)}
    now = merge(site, f"new-{name}")
    assert now.write(day="2026-06-02") == "Results: 2 created, 2 retracted.\n"
    assert withdrawn(asking, site) == (set() if name == NEVER_UPDATED else later)
    assert now.write(day="2026-06-02") == "Results: 2 unchanged.\n"
    now.agrees()


def merge(site: Site, survivor: str) -> Site:
    """Merge the patient into another one on the server, and return the site of that one."""
    link = [{"type": "replaced-by", "other": {"reference": f"Patient/{survivor}"}}]
    merged = next(e for e in site.bundle["entry"] if e["resource"]["resourceType"] == "Patient")
    other = {**merged["resource"], "id": survivor}
    merged["resource"] |= {"link": link, "active": False}
    put(site.server, {"entry": [{"fullUrl": "urn:s", "resource": other}, merged]})
    return Site(site.server, site.name, site.ledger, survivor)


def withdrawn(asking: requests.Session, site: Site) -> set[str]:
    """The ids of results that stand as entered in error, and say nothing any more."""
    there = {one["id"]: carried(one) or one for one in site.stored(asking)}
    void = {name: one for name, one in there.items() if one.get("status") == "entered-in-error"}
    assert not any({"prediction", "component"} & one.keys() for one in void.values())
    return set(void)
