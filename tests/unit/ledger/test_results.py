"""Results and holds of the ledger: what comes back is what went in, and who may write for whom."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from nelm_fhir.errors import WriteRefused
from nelm_fhir.ledger import holds
from nelm_fhir.ledger.results import (
    Result,
    State,
    Target,
    every,
    newest_written,
    note,
    of_patient,
    of_server,
)
from nelm_fhir.ledger.store import Ledger

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SERVER = "https://fhir.lakeside.example/r4"
ONE = Result(
    server=SERVER,
    strategy="risk-assessment",
    key="a" * 64,
    patient="Patient/p",
    set_id="optn",
    set_version="2024.1",
    as_of=date(2026, 6, 1),
    input_digest="sha256:1",
    catalogue_digest="sha256:2",
    content="c",
    verdict="deferred",
    valid_until=date(2026, 9, 1),
    newest_input="2026-05-01T10:00:00+00:00",
    basis=("Observation/ki67/_history/2", "Condition/lm"),
    state=State.SENDING,
    assessment=b'{"resourceType":"RiskAssessment"}',
)


@pytest.fixture
def ledger(tmp_path: Path):
    with Ledger.open(tmp_path / "ledger.sqlite", exclusive=True) as opened:
        yield opened


def told(rows) -> list[Result]:
    """The rows without the moment at which they were noted."""
    return [replace(row, changed="") for row in rows]


def test_what_comes_back_is_what_was_noted(ledger):
    note(ledger, [ONE], NOW)
    noted = replace(ONE, changed=NOW.isoformat())
    assert of_patient(ledger, ONE.target, "Patient/p") == [noted]
    assert list(every(ledger)) == list(of_server(ledger, SERVER)) == [noted]
    assert type(next(every(ledger)).state) is State


def test_a_result_is_one_row_per_target_and_takes_its_new_state(ledger):
    written = replace(ONE, state=State.WRITTEN, server_id="17", server_version="1")
    elsewhere = replace(ONE, strategy="observation")
    note(ledger, [ONE, elsewhere], NOW)
    note(ledger, [written], NOW)
    assert told(of_patient(ledger, ONE.target, "Patient/p")) == [written]
    assert told(of_patient(ledger, Target(SERVER, "observation"), "Patient/p")) == [elsewhere]


def test_results_of_somebody_else_are_not_told(ledger):
    other = replace(ONE, key="b" * 64, patient="Patient/q")
    note(ledger, [ONE, other], NOW)
    assert told(of_patient(ledger, ONE.target, "Patient/q")) == [other]
    assert told(every(ledger, ["Patient/q"])) == [other]
    assert of_patient(ledger, Target("elsewhere", ONE.strategy), "Patient/p") == []


def test_the_newest_written_result_is_the_latest_day_that_landed():
    def row(day: int, state: State, set_id: str = "optn") -> Result:
        return replace(ONE, as_of=date(2026, 6, day), state=state, set_id=set_id)

    rows = [row(1, State.WRITTEN), row(3, State.WRITTEN), row(4, State.SENDING)]
    rows += [row(5, State.FAILED), row(6, State.RETRACTED), row(9, State.WRITTEN, "esmo-2020")]
    assert newest_written(rows, "optn") is rows[1]
    assert newest_written(rows, "milan-net-2016") is None


def test_two_writers_of_one_patient_exclude_each_other(ledger):
    with holds.one_writer(ledger, SERVER, "Patient/p", NOW):
        with (
            pytest.raises(WriteRefused, match="Somebody else"),
            holds.one_writer(ledger, SERVER, "Patient/p", NOW),
        ):
            pass
        with holds.one_writer(ledger, SERVER, "Patient/q", NOW):
            pass
    with holds.one_writer(ledger, SERVER, "Patient/p", NOW):
        pass


def test_the_claim_of_a_killed_writer_is_given_up_and_its_alarms_are_not(ledger):
    holds.raise_alarm(ledger, SERVER, "Patient/p", NOW)
    holds.raise_alarm(ledger, SERVER, "Patient/p", NOW)
    ledger.execute("INSERT INTO hold VALUES (?, 'Patient/q', 'writing', 'then')", (SERVER,))
    assert holds.give_up_claims(ledger) == 1
    assert [row["patient"] for row in holds.alarms(ledger)] == ["Patient/p"]
    assert holds.alarmed(ledger, SERVER, "Patient/p")
    assert not holds.alarmed(ledger, SERVER, "Patient/q")
    holds.end_alarm(ledger, SERVER, "Patient/p")
    assert not holds.alarmed(ledger, SERVER, "Patient/p")
