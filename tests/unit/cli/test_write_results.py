"""`nelm assess --write` and `--dry-run`: results back to the server the record was read from."""

import base64
import json
import logging
from pathlib import Path

import pytest
from tests.servers.fault_proxy import FAULTS, FaultProxy, is_write
from tests.servers.local import Local, outcome
from tests.servers.writable import WritableStore
from tests.unit.cli.run import MEETS_ALL, nelm

from nelm_fhir.ledger.results import State, every
from nelm_fhir.ledger.store import Ledger

pytestmark = pytest.mark.usefixtures("loopback")

PATIENT = "sample-ileum-1"
MOMENT = ("--recorded", "2026-06-01T02:00:00+00:00")
SETS = ("--set", "optn", "--set", "esmo-2020")


@pytest.fixture
def store():
    return WritableStore.of(Path(MEETS_ALL))


@pytest.fixture
def local(store):
    with Local(store) as opened:
        yield opened


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ledger.sqlite"


def assess(base, *more, day="2026-06-01", patience="0"):
    server = ("--server", base, "--patience", patience, "--patient", PATIENT)
    return nelm("assess", *server, "--as-of", day, *SETS, *MOMENT, *more)


def write(base, path, *more, **options):
    return assess(base, "--write", "--ledger", str(path), *more, **options)


def results(store):
    return store.of_type("RiskAssessment")


def rows(path):
    with Ledger.open(path, exclusive=False) as ledger:
        return list(every(ledger))


def writes(local):
    return [json.loads(asked.body) for asked in local.asked if is_write(asked)]


def test_without_the_switch_nothing_is_written(local, store):
    assert assess(local.base).exit_code == 0
    assert writes(local) == []


def test_results_are_written_once_and_the_page_is_shown_all_the_same(local, store, path):
    page = assess(local.base).stdout
    first = write(local.base, path)
    assert first.exit_code == 0, first.stderr
    assert first.stdout == page
    assert first.stderr == "Results: 2 created.\n"
    assert len(results(store)) == 2
    assert write(local.base, path).stderr == "Results: 2 unchanged.\n"
    assert write(local.base, path, day="2026-06-10").stderr == "Results: 2 unchanged.\n"
    assert len(results(store)) == 2
    assert len(writes(local)) == 1


@pytest.mark.parametrize("step", ["create", "update", "retract"])
def test_a_dry_run_prints_exactly_what_is_sent_then(local, store, path, step):
    if step != "create":
        write(local.base, path)
        change(store, entered_in_error=step == "retract")
    day = "2026-06-02" if step == "retract" else "2026-06-01"
    before = (len(writes(local)), json.dumps(store.texts, default=str))
    shown = assess(local.base, "--dry-run", *(("--ledger", str(path)) * path.exists()), day=day)
    assert shown.exit_code == 0, shown.stderr
    assert (len(writes(local)), json.dumps(store.texts, default=str)) == before
    write(local.base, path, day=day)
    sent = writes(local)[before[0] :]
    if step == "retract":  # the retraction follows in a request of its own
        assert json.loads(shown.stdout)["entry"] == joined(sent)
    else:
        assert [json.loads(shown.stdout)] == sent


def joined(bundles):
    """The entries of two requests as the one Bundle shows them: results first, Provenance last."""
    entries = [entry for bundle in bundles for entry in bundle["entry"]]
    return sorted(entries, key=lambda entry: entry["resource"]["resourceType"] == "Provenance")


def change(store, *, entered_in_error=False):
    """The liver was more involved than thought, or that was entered in error."""
    name = "Observation/liver-involvement-2026-05"
    told = json.loads(store.texts[name][-1])
    told["meta"] |= {"versionId": "2", "lastUpdated": "2026-05-31T10:00:00Z"}
    told["valueQuantity"]["value"] = 80
    if entered_in_error:
        told["status"] = "entered-in-error"
    store.texts[name] = [json.dumps(told).encode()]


def test_a_source_entered_in_error_since_retracts_what_rested_on_it(local, store, path):
    write(local.base, path)
    change(store, entered_in_error=True)
    done = write(local.base, path, day="2026-06-02")
    assert done.stderr == "Results: 2 created, 2 retracted.\n"
    statuses = sorted(one["status"] for one in results(store))
    assert statuses == ["entered-in-error", "entered-in-error", "preliminary", "preliminary"]


def test_a_source_that_the_server_deleted_retracts_what_rested_on_it(local, store, path):
    write(local.base, path)
    del store.texts["Observation/liver-involvement-2026-05"]
    done = write(local.base, path, day="2026-06-02")
    assert done.stderr == "Results: 2 created, 2 retracted.\n"


def test_results_of_a_patient_merged_since_are_retracted_and_follow_the_other(local, store, path):
    write(local.base, path)
    old = json.loads(store.texts[f"Patient/{PATIENT}"][-1])
    other = {"other": {"reference": "Patient/ileum-2"}, "type": "replaced-by"}
    back = {"other": {"reference": f"Patient/{PATIENT}"}, "type": "replaces"}
    merged = {**old, "active": False, "link": [other]}
    store.texts[f"Patient/{PATIENT}"] = [json.dumps(merged).encode()]
    store.add({**old, "id": "ileum-2", "link": [back]})
    done = write(local.base, path, day="2026-06-02")
    assert done.exit_code == 0, done.stderr
    assert done.stderr == "Results: 2 created, 2 retracted.\n"
    told = {(one["subject"]["reference"], one["status"]) for one in results(store)}
    assert told == {
        ("Patient/sample-ileum-1", "entered-in-error"),
        ("Patient/ileum-2", "preliminary"),
    }


def test_older_results_than_the_written_ones_are_refused_readably(local, store, path):
    change(store)
    write(local.base, path)
    name = "Observation/liver-involvement-2026-05"
    told = json.loads(store.texts[name][-1])
    told["meta"] |= {"versionId": "1"}
    store.texts[name] = [json.dumps(told).encode()]
    done = write(local.base, path)
    assert done.exit_code == 13
    assert "older" in done.stderr
    assert "2 refused" in done.stderr
    assert done.stdout


def test_doubles_are_an_alarm_with_what_to_do(local, store, path):
    write(local.base, path)
    store.put({**results(store)[0], "id": "double"})
    change(store)
    done = write(local.base, path)
    assert done.exit_code == 13
    assert "more than once" in done.stderr
    assert "nelm ledger repair" in done.stderr


def test_an_answer_that_got_lost_is_asked_for_and_nothing_is_sent_twice(local, store, path):
    def choice(asked):
        return ("", FAULTS["answer lost"]) if is_write(asked) else None

    with FaultProxy(local.origin, choice) as proxy:
        assert "2 created" in write(f"{proxy.origin}/fhir", path).stderr
    assert {row.state for row in rows(path)} == {State.WRITTEN}
    assert len(results(store)) == 2
    assert len(writes(local)) == 1


def test_a_strategy_can_be_chosen_and_one_that_does_not_fit_is_refused(local, store, path):
    assert write(local.base, path, "--strategy", "observation").exit_code == 0
    ours = [one for one in store.of_type("Observation") if "identifier" in one]
    assert sum("assessment" in one["identifier"][0]["system"] for one in ours) == 2
    store.types = ("Observation",)
    done = write(local.base, path, "--strategy", "basic")
    assert done.exit_code == 13
    assert "create of Basic" in done.stderr


def test_a_document_is_a_page_that_people_can_read(local, store, path):
    write(local.base, path, "--strategy", "document-reference")
    one = json.loads(next(t[-1] for n, t in store.texts.items() if n in store.history))
    attachment = one["content"][0]["attachment"]
    page = base64.b64decode(attachment["data"]).decode()
    assert attachment["contentType"].startswith("text/html")
    assert page.startswith("<!DOCTYPE html>")
    assert "<h1>" in page
    assert "<script" not in page


def test_codes_of_the_site_stand_in_observations_and_documents(local, store, path):
    code = "https://lakeside.example/codes|board|Tumor board"
    write(local.base, path, "--strategy", "observation", "--category", code)
    write(local.base, path, "--strategy", "document-reference", "--document-type", code)
    told = [json.loads(texts[-1]) for name, texts in store.texts.items() if name in store.history]
    coded = {"system": "https://lakeside.example/codes", "code": "board", "display": "Tumor board"}
    for one in told:
        if one["resourceType"] == "Observation":
            assert one["category"] == [{"coding": [coded]}]
        if one["resourceType"] == "DocumentReference":
            assert coded in one["type"]["coding"]
    assert len(told) == 8
    assert write(local.base, path, "--category", "board").exit_code == 2


def test_every_run_stands_in_the_ledger_with_its_counts(local, store, path):
    write(local.base, path)
    with Ledger.open(path, exclusive=True) as ledger:
        ledger.execute("UPDATE run SET state = 'running', finished = NULL")
    write(local.base, path)
    with Ledger.open(path, exclusive=False) as ledger:
        rows = list(ledger.rows("SELECT * FROM run ORDER BY id"))
        results = [row["run"] for row in ledger.rows("SELECT run FROM result")]
    assert [(row["kind"], row["state"], row["as_of"]) for row in rows] == [
        ("assess", "failed", "2026-06-01"),
        ("assess", "finished", "2026-06-01"),
    ]
    assert json.loads(rows[1]["counts"]) == {"unchanged": 2}
    assert results == [1, 1]


def test_a_bundle_for_a_file_is_printed_and_nothing_is_sent(local, store):
    done = assess(local.base, "--write", "--strategy", "bundle-file")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["type"] == "transaction"
    assert writes(local) == []


def test_with_the_strategy_none_nothing_is_written(local, store, path):
    assert write(local.base, path, "--strategy", "none").exit_code == 0
    assert writes(local) == []
    assert not path.exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--write",), "needs --ledger"),
        (("--write", "--dry-run"), "choose one"),
    ],
)
def test_what_does_not_fit_together_is_wrong_usage(local, arguments, told):
    done = assess(local.base, *arguments)
    assert done.exit_code == 2
    assert told in done.stderr


def test_records_of_files_are_written_to_no_server(path):
    done = nelm("assess", MEETS_ALL, "--write", "--ledger", str(path))
    assert done.exit_code == 2
    assert "--format fhir" in done.stderr


@pytest.mark.threat(20)
@pytest.mark.parametrize("status", [400, 409, 422, 500])
def test_no_word_of_server_or_record_reaches_stderr_or_logs(local, store, path, status, caplog):
    store.refuses = lambda _entry: outcome(
        status, "invalid", text="CANARY of Patient/sample-ileum-1"
    )
    with caplog.at_level(logging.DEBUG):
        done = write(local.base, path)
    assert done.exit_code in {12, 13}
    for told in (done.stderr, caplog.text):
        assert "CANARY" not in told
        assert PATIENT not in told
