"""HAPI as the source: candidates, whole records, verdicts as from disk, its bulk export, its cache.

All samples stand on one server, under ids that they do not share.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.peers.loading import Json, apart, put, record, session
from tests.peers.servers import HapiServer
from tests.servers.fault_proxy import FaultProxy, Once, Pass, truncated_lines
from tests.servers.local import Asked, Reply
from tests.unit.cli.run import nelm
from tests.unit.exchange import records

from nelm_fhir import pipeline
from nelm_fhir.assessment.result import Assessment
from nelm_fhir.exchange.candidates import candidates
from nelm_fhir.exchange.capability import Capability
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.patience import INTERACTIVE
from nelm_fhir.exchange.patient_record import fetch_record
from nelm_fhir.exchange.server import Server
from nelm_fhir.mappers.registry import TYPES

pytestmark = [pytest.mark.peer, pytest.mark.usefixtures("loopback")]

DAY = ("--as-of", "2026-06-01")
QUICK = INTERACTIVE.within(2)
NET = "http://snomed.info/sct|1288045008"
BY_HISTOLOGY_ALONE = {
    "clock-of-observation",
    "fails-by-ki67-alone",
    "neuroendocrine-carcinoma",
    "upper-rectum",
}
"""German records: a plain site code, the histology in Observations (`nelm candidates --help`)."""


def patient_of(bundle: Json) -> str:
    (found,) = {f"Patient/{one['resource']['id']}" for one in bundle["entry"]
                if one["resource"]["resourceType"] == "Patient"}  # fmt: skip
    return found


BUNDLES = {name: apart(record(name), f"s{number}") for number, name in enumerate(records.SAMPLES)}
PATIENTS = {name: patient_of(bundle) for name, bundle in BUNDLES.items()}


@pytest.fixture(scope="module")
def hapi(empty_hapi: HapiServer) -> HapiServer:
    """HAPI with all samples and a Group of three of their patients."""
    put(empty_hapi, *BUNDLES.values())
    member = [{"entity": {"reference": one}} for one in list(PATIENTS.values())[:3]]
    group = {"resourceType": "Group", "id": "nets", "type": "person", "actual": True}
    put(empty_hapi, {"entry": [{"fullUrl": "urn:g", "resource": {**group, "member": member}}]})
    return empty_hapi


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same records as files, judged as a population."""
    folder = tmp_path_factory.mktemp("disk")
    (folder / "in").mkdir()
    for name, bundle in BUNDLES.items():
        (folder / "in" / f"{name}.json").write_text(json.dumps(bundle))
    done = nelm("batch", str(folder / "in"), "--output", str(folder / "out"), *DAY)
    assert done.exit_code == 0, done.output
    return folder / "out"


@pytest.fixture
def client(hapi: HapiServer) -> Iterator[Client]:
    with Client(Server(hapi.base, patience=QUICK)) as made:
        yield made


def verdicts(folder: Path) -> dict[str, Any]:
    """What the worklist of a folder says of each patient."""
    lines = map(json.loads, (folder / "worklist.ndjson").read_bytes().splitlines())
    return {
        line["patient"]: [
            (one["set"], one["verdict"], one["earliest"], one["deciding"], one["missing"])
            for one in line["verdicts"]
        ]
        for line in lines
    }


def judged(text: bytes, name: str) -> Any:
    """Verdicts, statuses, reasons and earliest dates of a record, on the day of the sample."""
    read = pipeline.read_one(
        text, records.catalogue(), as_of=records.day(name), subject=PATIENTS[name]
    )
    return said(pipeline.judge(read, records.catalogue()))


def said(assessment: Assessment) -> Any:
    return [
        (one.set, one.verdict, one.earliest, *((c.id, c.status, c.reason) for c in one.criteria))
        for one in assessment.verdicts
    ]


def small_pages(size: int) -> Callable[[Asked, Pass], Reply]:
    """Every search asks for pages of that size."""

    def fault(asked: Asked, through: Pass) -> Reply:
        target = asked.target.replace("_count=100", f"_count={size}")
        body = asked.body.replace(b"_count=100", b"_count=%d" % size)
        return through(Asked(asked.method, target, asked.headers, body))

    return fault


# --- candidates -----------------------------------------------------------------------------------


def test_exactly_the_expected_candidates_are_found(hapi: HapiServer) -> None:
    done = nelm("candidates", "--server", hapi.base)
    assert done.exit_code == 0, done.output
    wanted = {patient for name, patient in PATIENTS.items() if name not in BY_HISTOLOGY_ALONE}
    assert set(done.stdout.split()) == wanted
    assert len(done.stdout.splitlines()) == len(wanted)


# --- whole records --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PATIENTS)
def test_a_record_read_from_the_server_is_judged_as_its_file(client: Client, name: str) -> None:
    fetched = fetch_record(client, PATIENTS[name])
    assert fetched.patient == PATIENTS[name]
    assert judged(fetched.bundle, name) == judged(json.dumps(BUNDLES[name]).encode(), name)


@pytest.mark.parametrize("name", ["meets-all", "dutch-pathology", "two-primaries"])
def test_a_record_comes_whole_by_everything_by_searches_and_in_small_pages(
    hapi: HapiServer, client: Client, name: str
) -> None:
    whole = names_of(fetch_record(client, PATIENTS[name]).bundle)
    offered = Capability.ask(client)
    searched = Capability(resources={
        kind: type(one)(one.interactions, frozenset(), one.parameters)
        for kind, one in offered.resources.items()
    })  # fmt: skip
    assert offered.everything
    assert not searched.everything
    alone = fetch_record(client, PATIENTS[name], searched)
    assert judged(alone.bundle, name) == judged(json.dumps(BUNDLES[name]).encode(), name)
    assert names_of(alone.bundle) >= {one for one in whole if one.partition("/")[0] in TYPES}
    choice = Once(small_pages(3), times=10_000)
    with FaultProxy(hapi.base, choice) as proxy, at(proxy) as by_proxy:
        paged = fetch_record(by_proxy, PATIENTS[name])
        assert names_of(paged.bundle) == whole
        assert sum("_getpages" in asked.target for asked in proxy.asked) >= len(whole) // 3 - 1


def at(proxy: FaultProxy) -> Client:
    return Client(Server(f"{proxy.origin}/fhir", patience=QUICK))


def names_of(bundle: bytes) -> set[str]:
    entries = json.loads(bundle)["entry"]
    return {f"{one['resource']['resourceType']}/{one['resource']['id']}" for one in entries}


def test_the_worklist_of_the_server_is_that_of_the_files(
    hapi: HapiServer, disk: Path, tmp_path: Path
) -> None:
    file = tmp_path / "patients.txt"
    file.write_text("\n".join(PATIENTS.values()))
    server = ("--server", hapi.base, "--patients", str(file))
    done = nelm("batch", *server, "--output", str(tmp_path / "out"), *DAY)
    assert done.exit_code == 0, done.output
    assert verdicts(tmp_path / "out") == verdicts(disk)
    again = nelm("batch", *server, "--output", str(tmp_path / "out"), *DAY)
    assert "no file was written" in again.stdout


def test_the_members_of_a_group_are_judged(hapi: HapiServer, disk: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = nelm("batch", "--server", hapi.base, "--group", "nets", "--output", str(out), *DAY)
    assert done.exit_code == 0, done.output
    members = list(PATIENTS.values())[:3]
    wanted = {one: told_of for one, told_of in verdicts(disk).items() if one in members}
    assert verdicts(out) == wanted


# --- the search cache -----------------------------------------------------------------------------


def test_a_search_that_the_server_kept_in_memory_is_not_taken_for_the_truth(
    hapi: HapiServer, client: Client
) -> None:
    asked = {"code": NET, "_count": "100"}
    with session() as plain:
        plain.headers.pop("Cache-Control")
        for _ in range(2):
            kept = plain.get(f"{hapi.base}/Condition", params=asked)
        put(hapi, {"entry": [
            {"fullUrl": "urn:new", "resource": {"resourceType": "Patient", "id": "new"}},
            {"fullUrl": "urn:c", "resource": records.condition("of-new", "Patient/new")},
        ]})  # fmt: skip
        stale = plain.get(f"{hapi.base}/Condition", params=asked)
        assert "HIT" in kept.headers.get("X-Cache", "")
        assert "of-new" not in stale.text, "the server keeps no searches: this test shows nothing"
    try:
        assert "Patient/new" in set(candidates(client, records.catalogue()))
    finally:
        removed(hapi, "Condition/of-new", "Patient/new")


def removed(hapi: HapiServer, *names: str) -> None:
    with session() as plain:
        for name in names:
            assert plain.delete(f"{hapi.base}/{name}").ok


# --- bulk export ----------------------------------------------------------------------------------


def export(base: str, output: Path, *more: str) -> Any:
    asked = ("--output", str(output), "--poll-at-most", "1", "--patience", "5", *more)
    return nelm("export", "--server", base, *asked)


def test_the_export_of_all_patients_is_judged_as_the_files(
    hapi: HapiServer, disk: Path, tmp_path: Path
) -> None:
    done = export(hapi.base, tmp_path / "export")
    assert done.exit_code == 0, done.output
    judged_too = nelm("batch", str(tmp_path / "export"), "--output", str(tmp_path / "out"), *DAY)
    assert judged_too.exit_code == 0, judged_too.output
    assert verdicts(tmp_path / "out") == verdicts(disk)


def test_the_export_of_a_group_holds_its_patients_and_survives_a_storm(
    hapi: HapiServer, disk: Path, tmp_path: Path
) -> None:
    lines = Once(truncated_lines, only=lambda asked: "/Binary/" in asked.path)
    with FaultProxy(hapi.base, lines) as proxy:
        for _ in range(2):
            done = export(f"{proxy.origin}/fhir", tmp_path / "export", "--group", "nets")
            if done.exit_code == 0:
                break
    assert done.exit_code == 0, done.output
    assert lines.met == 1
    judged_too = nelm("batch", str(tmp_path / "export"), "--output", str(tmp_path / "out"), *DAY)
    assert judged_too.exit_code == 0, judged_too.output
    members = list(PATIENTS.values())[:3]
    wanted = {one: told_of for one, told_of in verdicts(disk).items() if one in members}
    assert verdicts(tmp_path / "out") == wanted
