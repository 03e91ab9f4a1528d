"""Who saw or wrote what about whom: every look leaves its line, and no look without one."""

import json
import stat
import threading

import pytest
import requests
from tests.servers.waiting import until
from tests.service.asking import EVALUATE, MEETS_ALL, SENT
from tests.service.messages import message
from tests.service.test_status_contract import TWO

from nelm_fhir.errors import InputError
from nelm_fhir.ledger.store import Ledger
from nelm_fhir.service.audit import Action, Audit, Outcome
from nelm_fhir.service.settings import Settings
from nelm_fhir.service.site import Site
from nelm_fhir.service.statuses import HttpFault

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
NUMBERS = {"X-Request-Id": "engine-1", "X-Correlation-Id": "case-2", "traceparent": TRACE}


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_an_evaluation_leaves_who_what_whom_when_and_under_which_numbers(
    served, catalogue, tmp_path
):
    path = tmp_path / "audit.ndjson"
    base = served(Site(catalogue, Settings(), audit=Audit(path)))
    requests.post(base + EVALUATE, data=MEETS_ALL, headers={**SENT, **NUMBERS}, timeout=30)
    requests.post(base + EVALUATE, data=TWO, headers=SENT, timeout=30)
    requests.get(f"{base}/version", timeout=30)
    done, refused = lines(path)
    assert (done["action"], done["outcome"]) == ("evaluated", "done")
    assert done["patient"] == "Patient/sample-ileum-1"
    assert set(done["resources"]) == set(catalogue.sets)
    assert (done["request_id"], done["correlation_id"]) == ("engine-1", "case-2")
    assert done["traceparent"].split("-")[1] == TRACE.split("-")[1]
    assert done["recorded"].endswith("+00:00")
    assert (refused["outcome"], refused["patient"]) == ("refused", None)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_whoever_is_shown_on_a_page_stands_in_it(served, catalogue, ledger, tmp_path):
    path = tmp_path / "audit.ndjson"
    base = served(Site(catalogue, Settings(worklist=ledger), audit=Audit(path)))
    page = requests.get(f"{base}/worklist", params={"text": "sample-ileum-1"}, timeout=30)
    assert "sample-ileum-1" in page.text
    sample = {"sample": "meets-all", "as_of": "2026-05-20"}
    for address in ("/try", "/try/form"):
        assert requests.get(base + address, params=sample, timeout=60).status_code == 200
    assert requests.get(f"{base}/", timeout=30).status_code == 200
    listed, *tried = lines(path)
    assert (listed["action"], listed["patient"]) == ("shown", None)
    assert "Patient/sample-ileum-1" in listed["resources"]
    assert "Patient/sample-pancreas-3" not in listed["resources"]
    told = [(line["action"], line["patient"]) for line in tried]
    assert told == [("shown", "Patient/sample-ileum-1")] * 2


@pytest.mark.parametrize("later", [False, True])
def test_who_sent_what_is_judged_later_is_found_by_the_name_of_the_message(
    served, catalogue, tmp_path, later
):
    path = tmp_path / "audit.ndjson"
    with Ledger.open(tmp_path / "ledger.sqlite", exclusive=True) as ledger:
        base = served(Site(catalogue, Settings(), ledger, audit=Audit(path)))
        headers = {**SENT, "X-Request-Id": "engine-1"}
        if later:
            headers["Prefer"] = "respond-async"
            requests.post(base + EVALUATE, data=MEETS_ALL, headers=headers, timeout=30)
        else:
            requests.post(f"{base}/messages", message("m-1"), headers=headers, timeout=30)
        until(lambda: len(lines(path)) == 2)
    noted = {line["action"]: line for line in lines(path)}
    assert noted["received"]["request_id"] == "engine-1"
    assert noted["received"]["resources"] == ["message/1"]
    assert noted["evaluated"]["resources"][0] == "message/1"
    assert noted["evaluated"]["patient"] == "Patient/sample-ileum-1"


def note(audit: Audit, patient: str = "Patient/1") -> None:
    audit.note(Action.SHOWN, caller=None, patient=patient, outcome=Outcome.DONE)


def test_lines_of_many_threads_stay_whole(tmp_path):
    audit = Audit(tmp_path / "audit.ndjson")
    threads = [
        threading.Thread(target=lambda: [note(audit, "Patient/" + "x" * 500) for _ in range(25)])
        for _ in range(8)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(lines(tmp_path / "audit.ndjson")) == 200


def test_a_file_that_was_open_to_others_is_closed_to_them_and_only_grows(tmp_path):
    path = tmp_path / "audit.ndjson"
    path.write_text('{"earlier": true}\n')
    path.chmod(0o644)
    note(Audit(path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert lines(path)[0] == {"earlier": True}
    assert len(lines(path)) == 2


def test_a_file_that_was_moved_away_is_begun_anew(tmp_path):
    path = tmp_path / "audit.ndjson"
    audit = Audit(path)
    note(audit)
    path.rename(tmp_path / "audit.1")
    note(audit)
    assert len(lines(path)) == len(lines(tmp_path / "audit.1")) == 1


@pytest.mark.parametrize("place", ["gone/audit.ndjson", "link.ndjson", "."])
def test_where_nothing_can_be_noted_the_request_is_refused_and_the_start_too(tmp_path, place):
    (tmp_path / "link.ndjson").symlink_to(tmp_path / "elsewhere.ndjson")
    audit = Audit(tmp_path / place)
    with pytest.raises(HttpFault) as fault:
        note(audit)
    assert fault.value.status == 503
    with pytest.raises(InputError):
        audit.check()
    assert not (tmp_path / "elsewhere.ndjson").exists()
