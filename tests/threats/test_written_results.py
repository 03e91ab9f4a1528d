"""Messages that repeat or come late, partial batches, lost creates, races: threats 11 to 14.

Real sockets, a real server, and the fault proxy between; the storms of all of them together are in
`unit/exchange/test_storms.py`, `kill -9` in `unit/exchange/test_killed_writer.py`.
"""

import json
import random
import threading
from datetime import date, timedelta
from itertools import pairwise

import pytest
from tests.servers.fault_proxy import (
    FAULTS,
    Once,
    Together,
    answer_lost,
    failing_afterwards,
    is_write,
    twice,
    twice_first_answer,
)
from tests.servers.local import outcome
from tests.unit.exchange.writing_site import SETS, WAYS, Site, ends, through

from nelm_fhir.errors import ExchangeError, WriteRefused
from nelm_fhir.ledger.results import State

pytestmark = pytest.mark.usefixtures("loopback")


UNGUARDED = frozenset({"update", "provenance"})


def raced(site, folder):
    """Two sites with ledgers and clocks of their own write the same at the same moment."""
    told = {}

    def run(name, night):
        other = Site(site.store, site.base, folder / name, night=night, patience=site.patience)
        told[name] = ends(other.run())

    nights = {"one": site.night, "two": site.night + timedelta(minutes=1)}
    threads = [threading.Thread(target=run, args=one) for one in nights.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [told["one"], told["two"]]


@pytest.mark.threat(13)
@pytest.mark.parametrize("way", [*WAYS, "unguarded"])
def test_a_create_whose_answer_was_lost_is_found_and_not_repeated(tmp_path, way):
    writes = []

    def noted(asked):
        if is_write(asked) and not asked.path.startswith("/fhir/Provenance"):
            writes.append(asked.path)

    offers = {**WAYS, "unguarded": UNGUARDED}[way]
    with (
        Site.opened(tmp_path, instead=noted, offers=offers) as site,
        through(site, Once(answer_lost, is_write)),
    ):
        assert ends(site.run()) == ["created", "created"]
        site.agrees()
    alone = ["/fhir/RiskAssessment"] * len(SETS)
    assert writes == (alone if way in {"single", "unguarded"} else ["/fhir/"])


@pytest.mark.threat(13)
@pytest.mark.parametrize("fault", [answer_lost, failing_afterwards(500)])
def test_a_server_that_stays_away_leaves_the_result_in_doubt_and_the_next_run_asks(tmp_path, fault):
    away = []

    def gone(asked):
        if is_write(asked):
            away.append(asked)
            return "", fault
        return ("", FAULTS["unavailable"]) if away else None

    with Site.opened(tmp_path) as site, through(site, gone) as proxy:
        with pytest.raises(ExchangeError):
            site.run()
        assert {row.state for row in site.rows()} == {State.SENDING}
        proxy.choice = lambda _asked: None
        assert ends(site.run()) == ["unchanged", "unchanged"]
        site.agrees()


@pytest.mark.threat(13)
def test_a_request_that_never_arrived_is_sent_again_by_the_next_run(tmp_path):
    def gone(asked):
        return "", FAULTS["request lost"] if is_write(asked) else FAULTS["delayed"]

    with Site.opened(tmp_path) as site, through(site, gone) as proxy:
        assert ends(site.run()) == ["unknown", "unknown"]
        assert site.results() == []
        proxy.choice = lambda _asked: None
        assert ends(site.run()) == ["created", "created"]
        site.agrees()


@pytest.mark.threat(14)
@pytest.mark.parametrize("fault", [twice, twice_first_answer])
def test_without_any_guard_a_doubled_create_is_an_alarm(tmp_path, fault):
    with Site.opened(tmp_path, offers=UNGUARDED) as site, through(site, Once(fault, is_write)):
        assert set(ends(site.run())) == {"alarm"}
        assert set(ends(site.run())) == {"alarm"}


@pytest.mark.threat(14)
@pytest.mark.parametrize("way", WAYS)
def test_parallel_writers_of_one_server_leave_one_result_and_one_account_of_it(tmp_path, way):
    together = Together(2)

    def creates(asked):
        return ("", together) if is_write(asked) and asked.method == "POST" else None

    with Site.opened(tmp_path, offers=WAYS[way]) as site, through(site, creates):
        raced(site, tmp_path)
        for ledger in ("one", "two"):
            site.path = tmp_path / ledger
            assert set(ends(site.run())) == {"unchanged"}
            site.agrees()
    assert len(site.results()) == len(SETS)


@pytest.mark.threat(14)
def test_parallel_writers_of_a_server_that_races_are_an_alarm_for_both(tmp_path):
    together = Together(2)

    def creates(asked):
        return ("", together) if is_write(asked) else None

    offers = WAYS["transaction"]
    with Site.opened(tmp_path, offers=offers, races=0.05) as site, through(site, creates):
        told = raced(site, tmp_path)
        assert len(site.results()) > len(SETS)
        later = [ends(site.run(path=tmp_path / ledger)) for ledger in ("one", "two")]
    assert "alarm" in {one for done in [*told, *later] for one in done}
    assert {one for done in later for one in done} <= {"alarm", "unchanged"}


@pytest.mark.threat(14)
def test_two_runs_with_one_ledger_are_one_run_and_one_refusal(tmp_path):
    with Site.opened(tmp_path) as site, site.writer():
        with pytest.raises(WriteRefused, match="under way"):
            site.run()
        assert site.results() == []


@pytest.mark.threat(11)
@pytest.mark.parametrize("seed", range(6))
def test_messages_in_any_order_and_any_number_end_with_the_newest(tmp_path, seed):
    """Four states of a record arrive shuffled and repeated; the last state stands."""
    with Site.opened(tmp_path) as site:
        states = [site.record.copied()]
        for hours, percent in enumerate((60, 20, 80), start=1):
            site.record.burden(percent, hours)
            states.append(site.record.copied())
        order = [0, 1, 2, 3] * 2
        random.Random(seed).shuffle(order)  # noqa: S311 - chance, not secrets
        reached = -1
        for number in order:
            done = ends(site.run(record=states[number]))
            expected = {"refused"} if number < reached else {"unchanged", "created", "updated"}
            assert set(done) <= expected
            reached = max(reached, number)
        site.agrees()
        newest, _ = states[3].judged(date(2026, 6, 1), SETS)
    assert {row.input_digest for row in site.rows()} == {newest.input_digest}
    versions = [len(found) for found in site.store.history.values()]
    assert all(later >= earlier for earlier, later in pairwise(sorted(versions)))


@pytest.mark.threat(11)
def test_a_replayed_message_writes_nothing(tmp_path):
    with Site.opened(tmp_path) as site:
        site.run()
        before = json.dumps(site.store.history, sort_keys=True)
        for _ in range(3):
            assert set(ends(site.run())) == {"unchanged"}
        assert json.dumps(site.store.history, sort_keys=True) == before


@pytest.mark.threat(12)
@pytest.mark.parametrize("position", [0, 1])
@pytest.mark.parametrize("way", ["batch", "single"])
def test_an_entry_that_fails_is_the_only_one_that_is_sent_again(tmp_path, way, position):
    seen = []

    def fails(entry):
        if entry["resource"]["resourceType"] == "Provenance":
            return None
        seen.append(entry["request"])
        return outcome(500, "exception") if len(seen) == position + 1 else None

    with Site.opened(tmp_path, offers=WAYS[way], refuses=fails) as site:
        assert ends(site.run()) == ["created", "created"]
        site.agrees()
    assert len(seen) == len(SETS) + 1


@pytest.mark.threat(12)
def test_provenance_tells_only_of_the_entries_that_landed(tmp_path):
    def fails(entry):
        method = json.dumps(entry["resource"].get("method", ""))
        return outcome(422, "invalid") if "optn" in method else None

    with Site.opened(tmp_path, offers=WAYS["batch"], refuses=fails) as site:
        assert sorted(ends(site.run())) == ["created", "failed"]
        (landed,) = site.results()
        (told,) = site.store.of_type("Provenance")
        assert told["target"] == [{"reference": f"RiskAssessment/{landed['id']}"}]
        assert "optn" not in json.dumps(told["entity"])
