"""`nelm ledger`: shows, compares, mends and shortens what was written, over real sockets."""

import json
import logging
from datetime import date

import pytest
from tests.servers.fault_proxy import FAULTS, FaultProxy, is_write
from tests.unit.cli.run import nelm
from tests.unit.exchange.writing_site import Site, ends

from nelm_fhir.ledger.results import State
from nelm_fhir.ledger.runs import Asked, begin
from nelm_fhir.ledger.store import Ledger

pytestmark = pytest.mark.usefixtures("loopback")


@pytest.fixture
def site(tmp_path):
    with Site.opened(tmp_path) as opened:
        opened.run()
        yield opened


def ledger(site, command, *more, **options):
    server = ("--server", site.base, "--patience", "0") if command in {"verify", "repair"} else ()
    return nelm("ledger", command, "--ledger", str(site.path), *server, *more, **options)


def differences(site, command="verify"):
    done = ledger(site, command, "--format", "json")
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)["differences"]
    return [(one["differs"], *([one["done"]] if "done" in one else [])) for one in found]


def first(site):
    return site.results()[0]


def test_what_was_written_is_shown_with_its_place_at_the_server(site):
    page = ledger(site, "show").stdout
    assert "2 results" in page
    assert "esmo-2020" in page
    assert "riskassessment-1" in page
    shown = json.loads(ledger(site, "show", "--format", "json").stdout)
    assert {one["state"] for one in shown["results"]} == {"written"}
    assert {one["server_id"] for one in shown["results"]} == {
        "riskassessment-1",
        "riskassessment-2",
    }
    nobody = json.loads(ledger(site, "show", "--format", "json", "--patient", "other").stdout)
    assert nobody == {"results": [], "runs": [], "alarms": []}


def test_a_ledger_that_agrees_says_so(site):
    assert differences(site) == []
    assert "Ledger and server agree." in ledger(site, "verify").stdout
    assert ledger(site, "verify", "--fail-on-difference").exit_code == 0


def test_what_somebody_deleted_there_is_missing_and_written_again_by_the_next_run(site):
    name = f"RiskAssessment/{first(site)['id']}"
    del site.store.texts[name]
    assert differences(site) == [("missing",)]
    assert differences(site) == [("missing",)], "looking changes nothing"
    assert differences(site, "repair") == [("missing", "to-be-written")]
    assert differences(site) == []
    assert sorted(ends(site.run())) == ["created", "unchanged"]
    assert differences(site) == []


def test_what_somebody_changed_there_is_told_and_learned(site):
    site.store.put({**first(site), "status": "final"})
    assert differences(site) == [("changed",)]
    assert differences(site, "repair") == [("changed", "learned")]
    assert differences(site) == []
    assert {row.server_version for row in site.rows()} == {"1", "2"}


def test_doubles_stop_writing_until_they_are_gone_and_repaired(site):
    site.store.put({**first(site), "id": "double"})
    assert differences(site) == [("doubled",)]
    assert differences(site, "repair") == [("doubled", "for-people")]
    site.record.burden(80)
    assert set(ends(site.run())) == {"alarm"}
    assert "Nothing is written for Patient/sample-ileum-1" in ledger(site, "show").stdout
    del site.store.texts["RiskAssessment/double"]
    assert differences(site, "repair") == []
    assert set(ends(site.run())) == {"updated"}


def test_what_is_in_doubt_is_told_and_settled(tmp_path):
    def away(asked):
        return ("", FAULTS["answer lost"]) if is_write(asked) or lost else None

    lost = []
    with Site.opened(tmp_path) as site, FaultProxy(site.base[:-5], away) as proxy:
        site.base = f"{proxy.origin}/fhir"
        site.run()
        with Ledger.open(site.path, exclusive=True) as opened:
            opened.execute("UPDATE result SET state = 'sending', server_id = ''")
        proxy.choice = lambda _asked: None
        assert differences(site) == [("in-doubt",), ("in-doubt",)]
        assert differences(site, "repair") == [("in-doubt", "learned"), ("in-doubt", "learned")]
        assert differences(site) == []
        assert {row.state for row in site.rows()} == {State.WRITTEN}


@pytest.mark.parametrize(
    "strategy", ["risk-assessment", "observation", "document-reference", "basic"]
)
def test_results_that_a_lost_ledger_forgot_are_learned_and_can_be_retracted(tmp_path, strategy):
    with Site.opened(tmp_path, strategy=strategy) as site:
        site.run()
        site.run(sets=("milan-net-2016",), path=tmp_path / "other.sqlite")
        assert differences(site) == [("unknown-to-ledger",)]
        assert differences(site, "repair") == [("unknown-to-ledger", "learned")]
        assert differences(site) == []
        assert ends(site.withdraw()) == ["retracted"] * 3


def test_a_difference_can_end_a_job(site):
    site.store.put({**first(site), "status": "final"})
    assert ledger(site, "verify", "--fail-on-difference").exit_code == 1


def test_a_server_that_nothing_was_written_to_is_refused(site, tmp_path):
    with Site.opened(tmp_path) as other:
        done = ledger(Site(other.store, other.base, site.path), "verify")
    assert done.exit_code == 13
    assert "no results for this server" in done.stderr


def test_what_is_old_is_deleted_and_what_is_in_doubt_stays(site):
    site.record.burden(80)
    site.run(date(2026, 7, 1))
    asked = Asked("batch", date(2026, 5, 1), "c", "s", "p", {}, {})
    with Ledger.open(site.path, exclusive=True) as opened:
        begin(opened, asked, site.night)
        opened.execute(
            "UPDATE result SET state = 'sending' WHERE set_id = 'optn' AND as_of < '2026-07-01'"
        )
    done = ledger(site, "purge", "--before", "2026-07-01", "--format", "json")
    assert json.loads(done.stdout) == {
        "runs": 1,
        "patients": 0,
        "results": 1,
        "kept": 1,
        "messages": 0,
    }
    assert [(row.set_id, row.as_of.month) for row in site.rows()] == [
        ("esmo-2020", 7),
        ("optn", 6),
        ("optn", 7),
    ]
    page = ledger(site, "purge", "--before", "2026-07-01").stdout
    assert "0 results" in page
    assert "still in doubt" in page


def test_what_was_deleted_can_be_read_by_nobody(site):
    assert b"sample-ileum-1" in site.path.read_bytes()
    ledger(site, "purge", "--before", "2027-01-01")
    left = b"".join(path.read_bytes() for path in site.path.parent.glob("ledger.sqlite*"))
    assert b"sample-ileum-1" not in left


def test_a_ledger_in_use_can_be_looked_at_and_not_mended(site):
    with Ledger.open(site.path, exclusive=True):
        assert ledger(site, "show").exit_code == 0
        assert ledger(site, "verify").exit_code == 0
        for command, more in (("repair", ()), ("purge", ("--before", "2026-01-01"))):
            done = ledger(site, command, *more)
            assert done.exit_code == 13
            assert "under way" in done.stderr


def test_no_command_makes_a_ledger_where_there_is_none(site, tmp_path):
    site.path = tmp_path / "nothing"
    for command, more in (
        ("show", ()),
        ("verify", ()),
        ("repair", ()),
        ("purge", ("--before", "2026-01-01")),
    ):
        assert ledger(site, command, *more).exit_code in {2, 10}
    assert not site.path.exists()


@pytest.mark.threat(20)
@pytest.mark.parametrize("command", ["show", "verify", "repair", "purge"])
def test_patients_of_a_ledger_stand_in_no_error_and_no_log(site, command, caplog):
    del site.store.texts[f"RiskAssessment/{first(site)['id']}"]
    more = ("--before", "2026-06-20") if command == "purge" else ()
    with caplog.at_level(logging.DEBUG):
        done = ledger(site, command, *more)
        broken = Site(site.store, "http://127.0.0.1:9/fhir", site.path)
        failed = ledger(broken, command, *more)
    for one in (done, failed):
        assert "sample-ileum-1" not in one.stderr
    assert "sample-ileum-1" not in caplog.text
