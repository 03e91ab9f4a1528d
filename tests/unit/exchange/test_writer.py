"""Results onto a server over real sockets: once, correctly, and never over people's work.

Every test ends with the same question: do ledger and server agree, with nothing lost or doubled?
"""

import json
from datetime import date

import pytest
from tests.servers.local import outcome
from tests.unit.exchange.writing_site import DAY, Site, ends, writing

from nelm_fhir import pipeline
from nelm_fhir.errors import WriteRefused
from nelm_fhir.exchange.writing.decide import Why
from nelm_fhir.ledger.results import State
from nelm_fhir.ledger.store import Ledger

pytestmark = pytest.mark.usefixtures("loopback")

WAYS = {
    "transaction": {"transaction", "batch", "conditional", "update", "provenance", "named"},
    "transaction without ids of ours": {"transaction", "conditional", "update", "provenance"},
    "batch": {"batch", "conditional", "update", "provenance"},
    "single": {"conditional", "update", "provenance"},
    "single with ids of ours": {"conditional", "update", "provenance", "named"},
    "single without any guard": {"update", "provenance"},
    "single without Provenance": {"conditional", "update"},
}


@pytest.fixture(params=WAYS)
def site(request, tmp_path):
    with Site.opened(tmp_path, offers=frozenset(WAYS[request.param])) as opened:
        yield opened
        opened.agrees()


def test_results_are_created_once(site):
    assert ends(site.run()) == ["created", "created"]
    there = site.results()
    assert [one["status"] for one in there] == ["preliminary", "preliminary"]
    assert ends(site.run()) == ["unchanged", "unchanged"]
    assert site.results() == there


def test_a_run_without_news_sends_no_result_and_asks_nothing_about_it(site):
    site.run()
    before = dict(site.store.history)
    assert [one.why for one in site.run(date(2026, 6, 20))] == [Why.ONLY_LATER] * 2
    assert site.store.history == before


def test_changed_input_of_the_same_day_updates_in_place(site):
    site.run()
    site.record.burden(80)
    assert ends(site.run()) == ["updated", "updated"]
    assert [one["meta"]["versionId"] for one in site.results()] == ["2", "2"]


def test_changed_input_of_another_day_is_another_result(site):
    site.run()
    site.record.burden(80)
    assert ends(site.run(date(2026, 6, 2))) == ["created", "created"]
    assert len(site.results()) == 4


def test_a_result_that_is_no_longer_valid_is_written_again(site):
    site.run()
    assert ends(site.run(date(2026, 10, 1))) == ["created", "created"]


def test_an_older_record_never_goes_over_a_newer_one(site):
    older = site.record.copied()
    site.record.burden(80)
    site.run()
    before = site.results()
    done = site.run(record=older)
    assert ends(done) == ["refused", "refused"]
    assert [one.why for one in done] == [Why.OLDER] * 2
    assert site.results() == before


def test_what_a_lost_ledger_forgot_is_found_at_the_server(site):
    site.run()
    site.path.unlink()
    assert ends(site.run()) == ["unchanged", "unchanged"]
    assert len(site.results()) == 2


def test_a_result_that_somebody_deleted_there_is_created_again(site):
    site.run()
    name = next(name for name in site.store.texts if name.startswith("RiskAssessment"))
    del site.store.texts[name]
    site.record.burden(80)
    assert sorted(ends(site.run())) == ["created", "updated"]
    del site.store.history[name]
    told = [
        n
        for n in site.store.texts
        if n.startswith("Provenance")
        and name in json.loads(site.store.texts[n][0])["target"][0]["reference"]
    ]
    for one in told:
        del site.store.texts[one]


@pytest.fixture
def whole(tmp_path):
    with Site.opened(tmp_path) as opened:
        yield opened


def test_what_people_confirmed_is_amended_and_says_so(whole):
    whole.run()
    confirmed = whole.results()[0]
    seen = {"time": "2026-06-01T09:00:00Z", "text": "Seen."}
    whole.store.put({**confirmed, "status": "final", "note": [seen]})
    whole.record.burden(80)
    assert ends(whole.run()) == ["updated", "updated"]
    amended, preliminary = whole.results()
    assert (amended["status"], preliminary["status"]) == ("amended", "preliminary")
    assert seen in amended["note"]


def test_what_people_withdrew_stays_withdrawn(whole):
    whole.run()
    withdrawn = whole.store.put({**whole.results()[0], "status": "entered-in-error"})
    whole.record.burden(80)
    assert ends(whole.run()) == ["refused", "updated"]
    assert whole.results()[0] == withdrawn


def test_doubles_stop_all_writing_for_the_patient_until_somebody_looked(whole):
    whole.run()
    double = whole.store.put({**whole.results()[0], "id": "double"})
    whole.record.burden(80)
    assert ends(whole.run()) == ["alarm", "alarm"]
    assert [one["meta"]["versionId"] for one in whole.results()] == ["1", "1", "1"]
    del whole.store.texts["RiskAssessment/double"]
    done = whole.run()
    assert ends(done) == ["alarm", "alarm"]
    assert done[0].why is Why.ALARMED
    assert double["id"] == "double"


@pytest.mark.parametrize("state", ["sending", "retracting"])
def test_doubles_of_what_was_in_doubt_are_an_alarm(whole, state):
    whole.run()
    whole.store.put({**whole.results()[0], "id": "another"})
    with Ledger.open(whole.path, exclusive=True) as ledger:
        ledger.execute("UPDATE result SET state = ?", (state,))
    assert ends(whole.run(date(2026, 6, 2))) == ["alarm", "alarm"]
    assert len(whole.results()) == 3


def test_a_refused_entry_costs_only_itself_where_entries_stand_alone(tmp_path):
    def refuses(entry):
        codes = json.dumps(entry["resource"].get("method", {}))
        return outcome(422, "business-rule") if "esmo-2020" in codes else None

    offers = frozenset({"batch", "conditional", "update", "provenance"})
    with Site.opened(tmp_path, offers=offers, refuses=refuses) as site:
        assert ends(site.run()) == ["created", "failed"]
        assert [row.state for row in site.rows()] == [State.FAILED, State.WRITTEN]
        site.agrees()
        site.store.refuses = lambda entry: None
        assert ends(site.run()) == ["unchanged", "created"]
        site.agrees()


@pytest.mark.parametrize("status", [409, 412])
def test_a_stale_version_is_read_again_and_decided_anew(whole, status):
    whole.store.stale = status
    whole.run()
    whole.record.burden(80)
    first = whole.results()[0]
    crossed = []

    def cross(asked):
        if asked.method == "POST" and asked.path == "/fhir/" and not crossed:
            crossed.append(whole.store.put({**first, "language": "en"}))

    whole.store.instead = cross
    assert ends(whole.run()) == ["updated", "updated"]
    assert crossed
    assert [one.get("language") for one in whole.results()] == ["en", None]


def test_a_result_that_rests_on_an_error_is_retracted_and_never_deleted(site):
    site.run()
    site.record.burden(80)
    void = frozenset({"Observation/liver-involvement-2026-05"})
    site.record.change("liver-involvement-2026-05", status="entered-in-error")
    done = site.run(date(2026, 6, 2), void=void)
    assert ends(done) == ["created", "created", "retracted", "retracted"]
    retracted = [one for one in site.results() if one["status"] == "entered-in-error"]
    assert len(retracted) == 2
    assert not any("prediction" in one for one in retracted)
    assert ends(site.run(date(2026, 6, 2), void=void)) == ["unchanged", "unchanged"]


def test_an_error_found_on_the_same_day_updates_the_result_itself(site):
    site.run()
    void = frozenset({"Observation/liver-involvement-2026-05"})
    site.record.change("liver-involvement-2026-05", status="entered-in-error")
    assert ends(site.run(void=void)) == ["updated", "updated"]


def test_results_of_a_patient_who_was_merged_are_all_retracted(site):
    site.run()
    site.record.burden(80)
    site.run(date(2026, 6, 2))
    assert ends(site.withdraw()) == ["retracted"] * 4
    assert site.withdraw() == []


def test_a_retracted_result_becomes_valid_again_with_its_input(site):
    site.run()
    site.withdraw()
    assert ends(site.run()) == ["updated", "updated"]
    assert [one["status"] for one in site.results()] == ["preliminary", "preliminary"]


@pytest.mark.parametrize(
    "strategy", ["risk-assessment", "observation", "document-reference", "communication", "basic"]
)
def test_every_strategy_writes_replays_and_changes(tmp_path, strategy):
    with Site.opened(tmp_path, strategy=strategy) as site:
        assert ends(site.run()) == ["created", "created"]
        assert ends(site.run()) == ["unchanged", "unchanged"]
        site.record.burden(80)
        changed = "created" if strategy == "communication" else "updated"
        assert ends(site.run()) == [changed, changed]
        site.agrees() if strategy not in {"basic", "document-reference"} else None
        assert set(ends(site.withdraw())) == {"retracted"}


def test_a_server_that_drops_the_digests_is_written_to_once_all_the_same(tmp_path):
    with Site.opened(tmp_path, drops=frozenset({"extension"})) as site:
        assert ends(site.run()) == ["created", "created"]
        assert ends(site.run()) == ["unchanged", "unchanged"]
        site.record.burden(80)
        assert ends(site.run()) == ["updated", "updated"]
        assert len(site.results()) == 2


def test_a_server_that_fits_no_strategy_is_refused_readably(tmp_path):
    with (
        Site.opened(tmp_path, types=("Task",)) as site,
        pytest.raises(WriteRefused, match="in none of the ways") as refused,
    ):
        site.run()
    assert "communication" in refused.value.remedy


def test_a_strategy_that_the_server_does_not_offer_is_refused_by_what_is_lacking(tmp_path):
    with (
        Site.opened(tmp_path, types=("Observation",), strategy="risk-assessment") as site,
        pytest.raises(WriteRefused, match="create of RiskAssessment"),
    ):
        site.run()


@pytest.mark.parametrize("name", ["https://elsewhere.example/fhir/Patient/1", "urn:uuid:1"])
def test_a_patient_of_another_server_is_not_written_to(whole, name):
    assessment, read = whole.record.judged(DAY)
    with whole.writer() as writer, pytest.raises(WriteRefused, match="not one of the server"):
        writer.write(pipeline.with_subject(assessment, name), writing(read), newest_input="")
