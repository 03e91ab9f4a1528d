"""Medplum's router as the second make: read, written by transaction, replayed, read back.

It takes 8 entries in a transaction with conditional creates: two results, each with its Provenance.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from tests.peers.loading import load, session
from tests.peers.read_back import essence, found
from tests.peers.servers import MedplumServer
from tests.unit.cli.run import MEETS_ALL, nelm

from nelm_fhir.writers.canonicals import ASSESSMENT_IDENTIFIER

pytestmark = [pytest.mark.peer, pytest.mark.usefixtures("loopback")]

DAY = ("--as-of", "2026-06-01", "--recorded", "2026-06-01T12:00:00+00:00")
SETS = ("--set", "optn", "--set", "esmo-2020")


@pytest.fixture(scope="module")
def medplum(empty_medplum: MedplumServer) -> MedplumServer:
    load(empty_medplum, "meets-all")
    return empty_medplum


@pytest.fixture
def asking() -> Iterator[requests.Session]:
    with session() as made:
        yield made


def assess(medplum: MedplumServer, *more: str, sets: tuple[str, ...] = SETS) -> Any:
    server = ("--server", medplum.base, "--patience", "1", "--patient", "sample-ileum-1")
    return nelm("assess", *server, *DAY, *sets, *more)


def test_a_record_is_read_and_judged_as_its_file(medplum: MedplumServer) -> None:
    here = json.loads(assess(medplum, "--format", "json").stdout)
    there = json.loads(nelm("assess", MEETS_ALL, *DAY, *SETS, "--format", "json").stdout)
    said = [(one["set"], one["verdict"], one["deciding"]) for one in here["verdicts"]]
    assert said == [(one["set"], one["verdict"], one["deciding"]) for one in there["verdicts"]]


def test_results_are_written_by_one_transaction_and_a_replay_creates_nothing(
    medplum: MedplumServer, asking: requests.Session, tmp_path: Path
) -> None:
    shown = json.loads(assess(medplum, "--dry-run").stdout)
    assert shown["type"] == "transaction"
    assert all(
        "ifNoneExist" in one["request"]
        for one in shown["entry"]
        if one["resource"]["resourceType"] == "RiskAssessment"
    )
    write = ("--write", "--ledger", str(tmp_path / "ledger.sqlite"))
    first = assess(medplum, *write)
    assert (first.exit_code, first.stderr) == (0, "Results: 2 created.\n"), first.output
    stored = found(asking, medplum, "RiskAssessment", (ASSESSMENT_IDENTIFIER, ""))
    sent = [one["resource"] for one in shown["entry"]]
    sent = [one for one in sent if one["resourceType"] == "RiskAssessment"]
    assert sorted(map(essential, stored)) == sorted(map(essential, sent))
    assert assess(medplum, *write).stderr == "Results: 2 unchanged.\n"
    anew = ("--write", "--ledger", str(tmp_path / "another.sqlite"))
    assert assess(medplum, *anew).stderr == "Results: 2 unchanged.\n"
    again = found(asking, medplum, "RiskAssessment", (ASSESSMENT_IDENTIFIER, ""))
    assert {one["id"] for one in again} == {one["id"] for one in stored}
    place = ("--ledger", str(tmp_path / "ledger.sqlite"), "--server", medplum.base)
    done = nelm("ledger", "verify", *place, "--fail-on-difference")
    assert done.exit_code == 0, done.output


def essential(resource: Any) -> str:
    return json.dumps(essence(resource), default=str, sort_keys=True)


def test_more_than_it_takes_at_once_is_refused_readably_and_nothing_stands_half(
    medplum: MedplumServer, asking: requests.Session, tmp_path: Path
) -> None:
    before = found(asking, medplum, "RiskAssessment", (ASSESSMENT_IDENTIFIER, ""))
    done = assess(medplum, "--write", "--ledger", str(tmp_path / "ledger.sqlite"), sets=())
    assert done.exit_code == 12
    assert "status 400" in done.stderr
    after = found(asking, medplum, "RiskAssessment", (ASSESSMENT_IDENTIFIER, ""))
    assert {one["id"] for one in after} == {one["id"] for one in before}
