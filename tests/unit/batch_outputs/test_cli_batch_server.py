"""`nelm batch --server`: a population on a server, and its results back there."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import pytest
from tests.servers.local import Asked, Local, Reply, outcome
from tests.servers.writable import WritableStore
from tests.unit.batch_outputs.made import SAMPLES
from tests.unit.batch_outputs.populations import BUNDLES, folder_of, renamed
from tests.unit.cli.run import nelm

from nelm_fhir.batch.outputs.files import NAMES
from nelm_fhir.errors import ServerUnavailable
from nelm_fhir.ledger import patients, runs
from nelm_fhir.ledger.results import State, every
from nelm_fhir.ledger.store import Ledger

pytestmark = pytest.mark.usefixtures("loopback")
DAY = ("--as-of", "2026-06-01")
SETS = ("--set", "optn", "--set", "esmo-2020")
PEOPLE = {"p1": "meets-all", "p2": "indeterminate-old-pet", "p3": "sets-that-disagree"}
Json = dict[str, Any]


class Hospital:
    """A server with three patients, and the folder of the results."""

    def __init__(self, store: WritableStore, local: Local, folder: Path) -> None:
        self.store = store
        self.local = local
        self.out = folder / "out"

    def batch(self, *more: str, patience: str = "0") -> Any:
        server = ("--server", self.local.base, "--patience", patience)
        return nelm("batch", *server, "--output", str(self.out), *DAY, *SETS, *more)

    def told(self, name: str) -> list[Json]:
        text = (self.out / name).read_bytes()
        return [json.loads(one) for one in ([text] if name.endswith(".json") else text.split(b"\n"))
                if one]  # fmt: skip

    def results(self) -> list[Json]:
        return self.store.of_type("RiskAssessment")

    def states(self) -> set[tuple[str, str]]:
        with Ledger.open(self.out / "ledger.sqlite", exclusive=False) as ledger:
            return {(one.patient, str(one.state)) for one in every(ledger)}


def named(name: str) -> list[Json]:
    """The record of a sample under ids of its own."""
    bundle = json.loads((SAMPLES / PEOPLE[name] / "bundle.json").read_bytes())
    entries = json.loads(renamed(bundle, name))["entry"]
    ids = {one["resource"]["id"] for one in entries} - {name}
    text = json.dumps([one["resource"] for one in entries])
    for one in sorted(ids, key=len, reverse=True):
        text = text.replace(f'/{one}"', f'/{name}-{one}"').replace(f'"{one}"', f'"{name}-{one}"')
    return json.loads(text)


@pytest.fixture
def store() -> WritableStore:
    made = WritableStore()
    for name in PEOPLE:
        for resource in named(name):
            made.add(resource)
    return made


@pytest.fixture
def hospital(store: WritableStore, tmp_path: Path) -> Iterator[Hospital]:
    with Local(store) as local:
        yield Hospital(store, local, tmp_path)


def of_patient(name: str) -> Callable[[Asked], bool]:
    """Whether a request asks for the record of a patient."""
    theirs = re.compile(rf"\b{re.escape(name)}\b")

    def asks(asked: Asked) -> bool:
        return theirs.search(f"{asked.target} {unquote_plus(asked.body.decode())}") is not None

    return asks


def test_a_server_is_judged_as_a_folder_is(hospital: Hospital, tmp_path: Path):
    records = [
        json.dumps({
            "resourceType": "Bundle",
            "type": "collection",
            "entry": [{"resource": one} for one in named(name)],
        }).encode()
        for name in PEOPLE
    ]  # fmt: skip
    folder = folder_of(tmp_path / "in", *records)
    assert (
        nelm("batch", str(folder), "--output", str(tmp_path / "there"), *DAY, *SETS).exit_code == 0
    )
    done = hospital.batch()
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith("3 patients judged")
    for name in ("worklist.csv", "profiles.ndjson", "risk_assessments.ndjson", "summary.json"):
        here, there = (hospital.out / name).read_bytes(), (tmp_path / "there" / name).read_bytes()
        assert here == there, name
    (run,) = hospital.told("run.json")
    assert (run["engine"], run["source"]) == ("server", hospital.local.base)
    assert run["written_back"] is None
    assert hospital.results() == []


def test_the_same_again_asks_the_server_and_writes_nothing(hospital: Hospital):
    hospital.batch()
    before = {name: (hospital.out / name).stat().st_mtime_ns for name in NAMES}
    asked = len(hospital.local.asked)
    again = hospital.batch()
    assert again.stdout == "The same records have been judged already; no file was written.\n"
    assert len(hospital.local.asked) > asked
    assert {name: (hospital.out / name).stat().st_mtime_ns for name in NAMES} == before
    with Ledger.open(hospital.out / "ledger.sqlite", exclusive=False) as ledger:
        (run,) = runs.finished(ledger, "batch")
        assert sum(patients.states(ledger, run).values()) == 3


def test_what_changed_on_the_server_is_found_and_named(hospital: Hospital, store: WritableStore):
    hospital.batch()
    for name in [one for one in store.texts if one.startswith("Observation/p1-")]:
        data = json.loads(store.texts[name][-1])
        store.texts[name] = [json.dumps({**data, "status": "entered-in-error"}).encode()]
    done = hospital.batch()
    assert done.stdout.startswith("3 patients judged")
    assert {one["patient"] for one in hospital.told("changes.ndjson")} <= {"Patient/p1"}


@pytest.mark.threat(13)
def test_results_are_written_once_however_often_it_runs(hospital: Hospital):
    first = hospital.batch("--write")
    assert first.exit_code == 0, first.output
    assert first.stderr == "Results: 6 created.\n"
    assert len(hospital.results()) == 6
    again = hospital.batch("--write")
    assert (again.exit_code, again.stderr) == (0, "Results: 6 unchanged.\n")
    assert "no file was written" in again.stdout
    assert len(hospital.results()) == 6
    assert {one["meta"]["versionId"] for one in hospital.results()} == {"1"}
    assert hospital.told("run.json")[0]["written_back"] == "risk-assessment"


def test_a_strategy_is_chosen(hospital: Hospital):
    assert hospital.batch("--write", "--strategy", "basic").exit_code == 0
    assert len(hospital.store.of_type("Basic")) == 6
    assert hospital.told("run.json")[0]["written_back"] == "basic"


def test_the_site_says_what_it_calls_results_that_are_observations(hospital: Hospital):
    local = "https://site.example/categories|tumor-board|Tumor board"
    words = ("--write", "--strategy", "observation", "--category", local)
    assert hospital.batch(*words).exit_code == 0
    written = [one for one in hospital.store.of_type("Observation") if "tag" in one["meta"]]
    coding = {"system": "https://site.example/categories", "code": "tumor-board"}
    assert [one["category"][0]["coding"] for one in written] == [
        [{**coding, "display": "Tumor board"}]
    ] * 6
    assert hospital.told("run.json")[0]["site_codes"] == [local]


def test_who_is_no_candidate_any_more_has_void_results_taken_back(
    hospital: Hospital, store: WritableStore
):
    hospital.batch("--write")
    for name in [one for one in store.texts if "/p1-" in one]:
        data = json.loads(store.texts[name][-1])
        status = {"status": "entered-in-error"}
        if "verificationStatus" in data:
            system = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
            code = {"coding": [{"system": system, "code": "entered-in-error"}]}
            status = {"verificationStatus": code}
        store.texts[name] = [json.dumps({**data, **status}).encode()]
    done = hospital.batch("--write", "--as-of", "2026-06-02")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("2 patients judged")
    void = [one for one in hospital.results() if one["status"] == "entered-in-error"]
    assert {one["subject"]["reference"] for one in void} == {"Patient/p1"}
    assert ("Patient/p1", "retracted") in hospital.states()


def test_who_was_merged_has_results_taken_back_and_is_judged_once(
    hospital: Hospital, store: WritableStore
):
    hospital.batch("--write")
    old = json.loads(store.texts["Patient/p2"][-1])
    link = [{"type": "replaced-by", "other": {"reference": "Patient/p1"}}]
    store.texts["Patient/p2"] = [json.dumps({**old, "active": False, "link": link}).encode()]
    done = hospital.batch("--write")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("2 patients judged")
    status = {(one["subject"]["reference"], one["status"]) for one in hospital.results()}
    assert ("Patient/p2", "entered-in-error") in status
    assert ("Patient/p2", "preliminary") not in status
    assert {one["patient"] for one in hospital.told("worklist.ndjson")} == {
        "Patient/p1", "Patient/p3"
    }  # fmt: skip


@pytest.mark.parametrize("status", [403, 404, 500])
def test_a_record_that_cannot_be_read_whole_costs_only_its_patient(
    hospital: Hospital, store: WritableStore, status: int
):
    asks = of_patient("Patient/p2/$everything" if status == 500 else "p2")
    store.instead = lambda asked: (
        outcome(status) if asks(asked) and asked.path != "/fhir/Patient/_search" else None
    )
    done = hospital.batch("--write")
    assert done.exit_code == 14
    assert done.stdout.startswith("2 patients judged")
    assert "1 patient not assessed; see dead_letters.ndjson." in done.stderr
    (letter,) = hospital.told("dead_letters.ndjson")
    assert (letter["patient"], letter["attempts"]) == ("Patient/p2", 1)
    assert letter["input_hash"] == ""
    assert {one["subject"]["reference"] for one in hospital.results()} == {
        "Patient/p1", "Patient/p3"
    }  # fmt: skip
    hospital.batch()
    assert hospital.told("dead_letters.ndjson")[0]["attempts"] == 2
    store.instead = lambda _: None
    assert hospital.batch("--write").exit_code == 0
    assert len(hospital.results()) == 6


def test_a_server_that_went_away_ends_the_run_and_it_goes_on_where_it_was(
    hospital: Hospital, store: WritableStore, tmp_path: Path
):
    file = tmp_path / "patients.txt"
    file.write_text("p1\np2\np3\np2\n")
    other = Hospital(store, hospital.local, tmp_path / "other")
    (tmp_path / "other").mkdir()
    other.batch("--patients", str(file), "--write")
    down = {"p2", "p3"}

    def answer(asked: Asked) -> Reply | None:
        gone = any(of_patient(name)(asked) for name in down)
        return outcome(503) if gone else None

    file.write_text("p1\np2\np3\n" + "".join(f"q{n}\n" for n in range(2)))
    down |= {"q0", "q1"}
    store.instead = answer
    stopped = hospital.batch("--patients", str(file))
    assert stopped.exit_code == ServerUnavailable.exit_code
    assert not (hospital.out / "run.json").exists()
    down.clear()
    store.instead = lambda _: None
    before = len(hospital.local.asked)
    done = hospital.batch("--patients", str(file))
    assert done.exit_code == 14  # q0 and q1 are not there
    assert done.stdout.startswith("3 patients judged")
    asked = hospital.local.asked[before:]
    assert not any(of_patient("p1")(one) for one in asked), "asked for somebody who was done"


def test_who_is_not_known_any_more_is_told_at_once(hospital: Hospital, store: WritableStore):
    store.instead = lambda asked: outcome(401) if "$everything" in asked.path else None
    assert hospital.batch().exit_code == 12
    store.instead = lambda _: None
    assert hospital.batch().stdout.startswith("3 patients judged")


@pytest.mark.threat(13)
def test_results_that_do_not_land_leave_a_judged_patient_with_a_letter(
    hospital: Hospital, store: WritableStore
):
    store.refuses = lambda entry: (
        outcome(422, "processing")
        if entry["resource"].get("subject", {}).get("reference") == "Patient/p3"
        else None
    )
    done = hospital.batch("--write")
    assert done.exit_code == 14
    assert done.stdout.startswith("3 patients judged")
    assert "Results of 1 patient not written to the server; see dead_letters.ndjson." in done.stderr
    assert "not assessed" not in done.stderr
    (letter,) = hospital.told("dead_letters.ndjson")
    assert letter["patient"] == "Patient/p3"
    assert letter["error"] == "ServerRefused"
    assert {one["patient"] for one in hospital.told("worklist.ndjson")} == {
        f"Patient/{name}" for name in PEOPLE
    }
    store.refuses = lambda _: None
    again = hospital.batch("--write")
    assert (again.exit_code, len(hospital.results())) == (0, 6)
    assert hospital.told("dead_letters.ndjson") == []
    assert {state for _, state in hospital.states()} == {str(State.WRITTEN)}


def test_the_members_of_a_group_are_judged_and_nobody_else(
    hospital: Hospital, store: WritableStore
):
    member = [
        {"entity": {"reference": "Patient/p1"}},
        {"entity": {"reference": f"{hospital.local.base}/Patient/p2"}, "inactive": False},
        {"entity": {"reference": "Patient/p3"}, "inactive": True},
        {"entity": {"reference": "Device/d"}},
        {"entity": {"reference": "https://elsewhere.example/fhir/Patient/p3"}},
    ]
    store.add({"resourceType": "Group", "id": "nets", "member": member})
    store.add({"resourceType": "Group", "id": "described", "actual": False})
    assert hospital.batch("--group", "nets").stdout.startswith("2 patients judged")
    assert hospital.told("run.json")[0]["source"] == f"{hospital.local.base} Group/nets"
    for group in ("described", "nobody"):
        done = hospital.batch("--group", group)
        assert done.exit_code == 12
        assert "--patients" in done.stderr
        assert group not in done.stderr


def test_who_has_no_finding_is_only_counted(
    hospital: Hospital, store: WritableStore, tmp_path: Path
):
    store.add({"resourceType": "Patient", "id": "well"})
    file = tmp_path / "patients.txt"
    file.write_text("well\np1\n")
    done = hospital.batch("--patients", str(file), "--write")
    assert (done.exit_code, done.stdout[:18]) == (0, "1 patient judged; ")
    assert hospital.told("run.json")[0]["counts"]["passed_over"] == 1


def test_the_input_of_a_record_of_no_use_is_kept_where_asked(
    hospital: Hospital, store: WritableStore, tmp_path: Path
):
    file = tmp_path / "patients.txt"
    file.write_text("p2\n")
    old = json.loads(store.texts["Patient/p2"][-1])
    link = [{"type": "replaced-by", "other": {"reference": "Patient/gone"}}]
    store.texts["Patient/p2"] = [json.dumps({**old, "link": link}).encode()]
    assert hospital.batch("--patients", str(file), "--keep-input").exit_code == 14
    (letter,) = hospital.told("dead_letters.ndjson")
    assert letter["error"] == "MergedPatient"
    (kept,) = letter["input"]
    assert json.loads(kept)["type"] == "collection"
    assert hospital.batch("--patients", str(file)).exit_code == 14
    assert hospital.told("dead_letters.ndjson")[0]["input"] is None


@pytest.mark.parametrize(
    "words",
    [
        ("--patients", "-", "--group", "g"),
        ("--strategy", "basic"),
        ("--category", "s|c"),
        ("--group", "a/b"),
        ("--strategy", "none", "--write"),
    ],
    ids=["two populations", "strategy alone", "category alone", "no id", "no strategy"],
)
def test_what_contradicts_itself_is_wrong_usage(hospital: Hospital, words: tuple[str, ...]):
    done = hospital.batch(*words)
    assert done.exit_code == 2
    assert "a/b" not in done.stderr


def test_a_folder_and_a_server_are_two_populations(hospital: Hospital, tmp_path: Path):
    folder = folder_of(tmp_path / "in", renamed(BUNDLES[0], "p"))
    out = ("--output", str(hospital.out), *DAY)
    assert nelm("batch", str(folder), "--server", hospital.local.base, *out).exit_code == 2
    assert nelm("batch", str(folder), "--write", *out).exit_code == 2
    assert nelm("batch", *out).exit_code == 2
    with_setting = nelm("batch", str(folder), *out, env={"NELM_SERVER": hospital.local.base})
    assert with_setting.stdout.startswith("1 patient judged")
    assert hospital.local.asked == []
