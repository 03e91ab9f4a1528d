"""The ledger keeps runs and their patients: parts whole or not at all, read back as they were."""

import sqlite3
import tracemalloc
from datetime import date
from pathlib import Path

import pytest
from msgspec import structs
from tests.unit.batch_outputs.made import MOMENT, failed, samples

from nelm_fhir.batch.outcome import FAILED, JUDGED
from nelm_fhir.batch.outputs.worklist import kept
from nelm_fhir.errors import NoPatient
from nelm_fhir.ledger import patients, runs
from nelm_fhir.ledger.runs import Asked
from nelm_fhir.ledger.store import Ledger

ASKED = Asked(
    kind="batch",
    as_of=date(2026, 6, 1),
    catalogue="sha256:1",
    source="f",
    program="nelm-fhir 0",
    options={"sets": ["optn"], "options": [], "keep_input": False},
    about={"source": "x", "engine": "embedded", "overlays": []},
)
PATIENTS = [kept(one, 0) for one in samples()[:4]]


@pytest.fixture
def ledger(tmp_path: Path):
    with Ledger.open(tmp_path / "ledger.sqlite", exclusive=True) as opened:
        yield opened


def begun(ledger: Ledger, **changes: object) -> runs.Run:
    return runs.begin(ledger, structs.replace(ASKED, **changes), MOMENT)


def test_a_run_is_read_back_as_it_was_asked(ledger):
    run = begun(ledger)
    assert runs.unfinished(ledger, "batch") == [run]
    assert run.asked == ASKED
    runs.finish(ledger, run, MOMENT, {"n": 1})
    (done,) = runs.finished(ledger, "batch")
    assert (done.id, done.asked, done.counts, done.state) == (run.id, ASKED, {"n": 1}, "finished")
    assert runs.unfinished(ledger, "batch") == []


def test_the_newest_run_comes_first_and_other_kinds_are_apart(ledger):
    first, second = begun(ledger), begun(ledger, source="g")
    begun(ledger, kind="write")
    assert [run.id for run in runs.unfinished(ledger, "batch")] == [second.id, first.id]


@pytest.mark.parametrize("name", ["as_of", "catalogue", "source", "program", "options", "about"])
def test_runs_give_the_same_that_agree_in_all_but_what_they_are_about(name: str):
    other = {"as_of": date(2026, 6, 2), "options": {}, "about": {}}.get(name, "other")
    changed = structs.replace(ASKED, **{name: other})
    assert ASKED.gives_the_same_as(changed) == (name == "about")


def test_a_part_is_there_whole_or_not_at_all(ledger):
    run = begun(ledger)
    patients.add_part(ledger, run, "1", PATIENTS[:2])
    with pytest.raises(sqlite3.IntegrityError):
        patients.add_part(ledger, run, "2", [*PATIENTS[2:], PATIENTS[0]])
    assert patients.parts_done(ledger, run) == {"1": {JUDGED: 2}}
    assert len(list(patients.standings(ledger, run))) == 2


def test_a_part_is_done_once(ledger):
    run = begun(ledger)
    patients.add_part(ledger, run, "1", [])
    with pytest.raises(sqlite3.IntegrityError):
        patients.add_part(ledger, run, "1", PATIENTS)
    assert list(patients.standings(ledger, run)) == []


def test_what_is_not_finished_when_the_process_ends_is_there_for_the_next_one(tmp_path: Path):
    with Ledger.open(tmp_path / "l", exclusive=True) as ledger:
        run = begun(ledger)
        patients.add_part(ledger, run, "1", PATIENTS)
        patients.add_part(ledger, run, "nobody", [])
        runs.note(ledger, run, {"seen": 4})
    with Ledger.open(tmp_path / "l", exclusive=True) as ledger:
        (found,) = runs.unfinished(ledger, "batch")
        assert found.counts == {"seen": 4}
        assert patients.parts_done(ledger, found) == {"1": {JUDGED: 4}, "nobody": {}}


def test_documents_are_read_back_byte_for_byte_and_take_less_room(ledger, tmp_path: Path):
    run = begun(ledger)
    patients.add_part(ledger, run, "1", reversed(PATIENTS))
    for one in PATIENTS:
        assert patients.document(ledger, run, one.patient, "assessment") == one.assessment
        assert patients.document(ledger, run, one.patient, "profile") == one.profile
    in_order = sorted(PATIENTS, key=lambda one: one.patient)
    assert list(patients.resources(ledger, run)) == [r for one in in_order for r in one.resources]
    assert list(patients.profiles(ledger, run)) == [(o.patient, o.profile) for o in in_order]
    assert [s.patient for s in patients.standings(ledger, run)] == [o.patient for o in in_order]
    held = sum(len(one.assessment) + len(b"".join(one.resources)) for one in PATIENTS)
    ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert (tmp_path / "ledger.sqlite").stat().st_size < held / 3


def test_patients_are_counted_by_state_and_error(ledger):
    run = begun(ledger)
    dead = structs.replace(PATIENTS[0], deceased=True, place=None)
    broken = kept(failed("Patient/x", NoPatient("None.", "Name one."), kept=(b"{",)), 2)
    patients.add_part(ledger, run, "1", [dead, *PATIENTS[1:], broken])
    assert patients.states(ledger, run) == {JUDGED: 4, FAILED: 1, "deceased": 1}
    assert patients.errors(ledger, run) == {"NoPatient": 1}
    (letter,) = patients.with_error(ledger, run)
    assert letter == broken
    assert letter.attempts == 3
    assert patients.attempts(ledger, run, "Patient/x", broken.input_hash) == 3
    assert patients.attempts(ledger, run, "Patient/x", "another input") == 0
    assert len(list(patients.worklist(ledger, run))) == 3


def test_a_run_that_is_given_up_stays_on_record_without_its_patients(ledger):
    run = begun(ledger)
    patients.add_part(ledger, run, "1", PATIENTS)
    runs.give_up(ledger, run)
    assert runs.unfinished(ledger, "batch") == list(runs.finished(ledger, "batch")) == []
    assert list(patients.standings(ledger, run)) == []
    assert ledger.first("SELECT state FROM run WHERE id = ?", (run.id,))["state"] == "failed"


def test_the_order_of_the_worklist_needs_no_sorting_and_no_memory(ledger):
    run = begun(ledger)
    small = structs.replace(PATIENTS[0], assessment=b"", profile=b"", resources=())
    for part in range(20):
        some = (structs.replace(small, patient=f"Patient/{part}-{n}") for n in range(100))
        patients.add_part(ledger, run, str(part), some)
    query = ("EXPLAIN QUERY PLAN SELECT line FROM patient WHERE run = 1 AND place IS NOT NULL"
             " ORDER BY place, missing, earliest, patient")  # fmt: skip
    plan = [row["detail"] for row in ledger.rows(query)]
    assert not [step for step in plan if "TEMP B-TREE" in step]
    tracemalloc.start()
    assert sum(1 for _ in patients.worklist(ledger, run)) == 2000
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 2_000_000
