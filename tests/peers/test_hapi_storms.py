"""HAPI behind the fault proxy: nothing is lost, nothing doubled, ledger and server agree.

`nelm batch --server --write` runs as a site runs it: again until it ends well.
"""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import requests
from tests.peers.loading import Json, apart, put, record, session
from tests.peers.read_back import found
from tests.peers.servers import HapiServer
from tests.servers.fault_proxy import (
    FAULTS,
    FaultProxy,
    Once,
    Storm,
    Together,
    answer_lost,
    delayed,
    failing,
    in_date,
    is_write,
    throttled,
    twice,
    wrong_next,
)
from tests.servers.local import Asked, Reply
from tests.servers.smart import Keys, Smart
from tests.unit.cli.run import nelm, process

from nelm_fhir.writers.canonicals import ASSESSMENT_IDENTIFIER

pytestmark = [pytest.mark.peer, pytest.mark.usefixtures("loopback")]

SETS = ("--set", "optn", "--set", "esmo-2020")
PEOPLE = {"one": "meets-all", "two": "sets-that-disagree"}
EACH = 2
"""Results of each patient."""


def of(name: str) -> Json:
    return apart(record(PEOPLE[name]), name, name)


@pytest.fixture
def hapi(hapi_server: HapiServer) -> HapiServer:
    """HAPI with two patients and nothing else."""
    hapi_server.empty()
    put(hapi_server, *map(of, PEOPLE))
    return hapi_server


@pytest.fixture
def asking() -> Iterator[requests.Session]:
    with session() as made:
        yield made


def batch(base: str, out: Path, *more: str, day: str = "2026-06-01", patience: str = "1") -> Any:
    server = ("--server", base, "--patience", patience)
    return nelm("batch", *server, "--output", str(out), "--as-of", day, *SETS, "--write", *more)


def persistently(base: str, out: Path, storm: Storm, **more: str) -> Any:
    """Run as a site would: three times in the storm, then in calm."""
    for attempt in range(4):
        storm.calm = attempt == 3
        done = batch(base, out, **more)
        if done.exit_code == 0:
            break
    storm.calm = False
    assert done.exit_code == 0, done.output
    return done


def agrees(hapi: HapiServer, base: str, ledger: Path) -> None:
    """By the address at which the results were written."""
    named = ("--ledger", str(ledger), "--server", base)
    done = nelm("ledger", "verify", *named, "--fail-on-difference")
    assert done.exit_code == 0, done.output


def results(asking: requests.Session, hapi: HapiServer) -> list[Json]:
    """All results, after a look at their identifiers: none stands there twice."""
    there = found(asking, hapi, "RiskAssessment", (ASSESSMENT_IDENTIFIER, ""))
    keys = Counter(one["identifier"][0]["value"] for one in there)
    assert set(keys.values()) <= {1}, "a result stands there twice"
    return there


@pytest.mark.threat(13)
@pytest.mark.parametrize("seed", [1])
def test_after_a_storm_over_everything_ledger_and_server_agree(
    hapi: HapiServer, asking: requests.Session, tmp_path: Path, seed: int
) -> None:
    storm = Storm(seed, FAULTS, share=0.25)
    with FaultProxy(hapi.base, storm) as proxy:
        base = f"{proxy.origin}/fhir"
        persistently(base, tmp_path, storm)
        first = results(asking, hapi)
        assert len(first) == EACH * len(PEOPLE)
        changed = of("one")
        for entry in changed["entry"]:
            if entry["resource"]["id"] == "one-liver-involvement-2026-05":
                entry["resource"]["status"] = "entered-in-error"
        put(hapi, changed)
        persistently(base, tmp_path, storm, day="2026-06-02")
        storm.calm = True
        again = batch(base, tmp_path, day="2026-06-02")
        assert "created" not in again.stderr
        agrees(hapi, base, tmp_path / "ledger.sqlite")
    assert sum(storm.met.values()) > 3, "the storm was none"
    status = Counter(one["status"] for one in results(asking, hapi))
    assert status == {"preliminary": EACH * len(PEOPLE), "entered-in-error": EACH}


@pytest.mark.threat(13)
def test_a_write_whose_answer_is_lost_or_that_comes_twice_lands_once(
    hapi: HapiServer, asking: requests.Session, tmp_path: Path
) -> None:
    faults = [answer_lost, twice, delayed(0.3), throttled("1"), throttled(in_date(1)), failing(503)]
    for number, fault in enumerate(faults, start=1):
        once = Once(fault, only=is_write)
        out, day = tmp_path / str(number), f"2026-06-0{number}"
        with FaultProxy(hapi.base, once) as proxy:
            base = f"{proxy.origin}/fhir"
            done = batch(base, out, day=day, patience="8")
            if done.exit_code:  # a failure of which nobody knows what it did is asked for again
                done = batch(base, out, day=day, patience="8")
            assert done.exit_code == 0, done.output
            assert once.met == 1
        assert len(results(asking, hapi)) == number * EACH * len(PEOPLE)
        assert {one["meta"]["versionId"] for one in results(asking, hapi)} == {"1"}


def is_page(asked: Asked) -> bool:
    return "_getpages" in asked.target


@pytest.mark.parametrize("fault", ["500", "next"])
def test_pages_that_fail_or_lead_elsewhere_cost_the_patient_and_nobody_is_judged_by_a_part(
    hapi: HapiServer, asking: requests.Session, tmp_path: Path, fault: str
) -> None:
    def weather(asked: Asked) -> tuple[str, Any] | None:
        if fault == "500" and is_page(asked):
            return "failing", failing(500)
        if "$everything" in asked.target or b"patient=" in asked.body:
            return "small pages", small_pages
        return None

    def small_pages(asked: Asked, through: Any) -> Any:
        target, body = asked.target.replace("=100", "=2"), asked.body.replace(b"=100", b"=2")
        fewer = Asked(asked.method, target, asked.headers, body)
        if fault == "500":
            return through(fewer)
        return wrong_next("http://elsewhere.example/fhir?_getpages=1")(fewer, through)

    with FaultProxy(hapi.base, weather) as proxy:
        done = batch(f"{proxy.origin}/fhir", tmp_path, patience="0")
    assert done.exit_code == 14
    assert done.stdout.startswith("0 patients judged")
    letters = (tmp_path / "dead_letters.ndjson").read_text().splitlines()
    assert {json.loads(one)["patient"] for one in letters} == {"Patient/one", "Patient/two"}
    assert results(asking, hapi) == []


def test_tokens_that_end_in_the_middle_of_the_job_are_renewed(
    hapi: HapiServer, asking: requests.Session, tmp_path: Path
) -> None:
    keys = Keys(tmp_path, "EC")
    number = count(1)
    proxy = FaultProxy(hapi.base, lambda _: None)

    def fhir(asked: Asked) -> Reply:
        if next(number) % 10 == 0:
            smart.moved += smart.seconds + 1
        reply = proxy.answer(asked)
        body = reply.body()
        assert isinstance(body, bytes)
        ours = body.replace(proxy.origin.encode(), smart.origin.encode())
        return Reply(reply.status, ours, reply.headers)

    with proxy, Smart(keys.registered(), fhir) as smart:
        named = ("--client-id", "our-client", "--key-file", str(keys.file), "--key-id", keys.key_id)
        done = batch(smart.base, tmp_path / "out", *named)
        assert done.exit_code == 0, done.output
        assert sum(one.path == "/auth/token" for one in smart.asked) > 1
        assert smart.refusals == []
    assert len(results(asking, hapi)) == EACH * len(PEOPLE)


@pytest.mark.threat(13)
def test_writers_who_race_with_ledgers_of_their_own_leave_one_result(
    hapi: HapiServer, asking: requests.Session, tmp_path: Path
) -> None:
    writers = 3
    together = Together(writers, patience=1)

    def choice(asked: Asked) -> tuple[str, Any] | None:
        return ("together", together) if is_write(asked) else None

    with FaultProxy(hapi.base, choice) as proxy:
        base = f"{proxy.origin}/fhir"

        def run(number: int) -> None:
            server = ("--server", base, "--patience", "5", "--as-of", "2026-06-01")
            patients = tmp_path / f"{number}.txt"
            patients.write_text("one\n")
            out = ("--output", str(tmp_path / str(number)), "--patients", str(patients))
            process("batch", *server, *out, *SETS, "--write")

        threads = [threading.Thread(target=run, args=(number,)) for number in range(writers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        together.patience = 0
        there = found(asking, hapi, "RiskAssessment", (ASSESSMENT_IDENTIFIER, ""))
        keys = Counter(one["identifier"][0]["value"] for one in there)
        for number in range(writers):
            calm = batch(base, tmp_path / str(number), "--patients", str(tmp_path / "0.txt"))
            if max(keys.values()) == 1:
                assert calm.exit_code == 0, calm.output
                agrees(hapi, base, tmp_path / str(number) / "ledger.sqlite")
            else:
                assert calm.exit_code == 14, "two of one result, and no alarm"
    assert len(keys) == EACH
