"""The worklist of a service without a run: whom messages told of, each by the newest record."""

import json
import re
from datetime import UTC, datetime

import pytest
import requests
from tests.service.messages import FHIR_JSON, SENDER, message
from tests.service.populations import judged, samples
from tests.service.test_worklist import page as worklist

from nelm_fhir.ledger.store import Ledger
from nelm_fhir.service.settings import Settings
from nelm_fhir.service.site import Site

ROW = re.compile(r'<tr><th scope="row">(?:<a href="([^"]+)">)?([^<]+)')


@pytest.fixture
def kept(tmp_path):
    with Ledger.open(tmp_path / "service.sqlite", exclusive=True) as ledger:
        yield ledger


@pytest.fixture
def start(served, catalogue, kept):
    """Serve with that ledger; what is given are the settings."""

    def one(**settings):
        now = datetime(2026, 6, 1, 12, tzinfo=UTC)
        return served(Site(catalogue, Settings(**settings), kept, now=lambda: now))

    return one


def send(base, *bodies):
    for body in bodies:
        answer = requests.post(f"{base}/messages", body, headers=FHIR_JSON, timeout=30)
        assert answer.status_code == 200


def told_of(base, **query):
    return [name for _, name in ROW.findall(worklist(base, **query))]


def test_who_came_by_a_message_stands_in_it_and_leads_to_the_report(start):
    base = start()
    assert requests.get(f"{base}/worklist", timeout=30).status_code == 404
    send(base, message("m-1"), message("m-2", "neuroendocrine-carcinoma"))
    page = worklist(base)
    assert "the day beside the name" in page
    assert page.count("as of 2026-06-01") == 2
    (address, first), (_, other) = ROW.findall(page)
    assert (first, other) == ("sample-ileum-1", "sample-mii-682212")
    assert requests.get(base + address, timeout=30).status_code == 200
    assert told_of(base, set="optn", verdict="criteria-met") == [first]


def test_the_newest_record_of_a_patient_counts_however_late_an_older_one_comes(start):
    base = start()
    send(
        base,
        message("m-1", moment="2026-05-30T10:00:00Z"),
        message("m-2", "neuroendocrine-carcinoma", patient="sample-ileum-1",
                moment="2026-05-20T10:00:00Z"),
    )  # fmt: skip
    assert told_of(base, verdict="criteria-met") == ["sample-ileum-1"]
    assert told_of(base) == ["sample-ileum-1"]


def test_who_died_and_who_has_no_tumor_do_not_stand_in_it(start):
    base = start()
    dead, healthy = (json.loads(message(name, patient=name)) for name in ("m-1", "m-2"))
    for entry in dead["entry"]:
        if entry["resource"]["resourceType"] == "Patient":
            entry["resource"]["deceasedDateTime"] = "2026-05-25"
    healthy["entry"] = [
        entry
        for entry in healthy["entry"]
        if entry["resource"]["resourceType"] in ("MessageHeader", "Patient")
    ]
    send(base, json.dumps(dead), json.dumps(healthy), message("m-3"))
    assert told_of(base) == ["sample-ileum-1"]


def test_who_stood_in_it_stays_whatever_a_later_message_leaves_out(start):
    base = start()
    later = json.loads(message("m-2", moment="2026-05-31T10:00:00Z"))
    later["entry"] = [
        entry
        for entry in later["entry"]
        if entry["resource"]["resourceType"] in ("MessageHeader", "Patient")
    ]
    send(base, message("m-1"), json.dumps(later))
    assert told_of(base, verdict="criteria-met") == []
    assert told_of(base) == ["sample-ileum-1"]
    later["entry"][1]["resource"]["deceasedBoolean"] = True
    later["entry"][0]["resource"]["id"] = "m-3"
    later["timestamp"] = "2026-06-01T10:00:00Z"
    send(base, json.dumps(later))
    assert requests.get(f"{base}/worklist", timeout=30).status_code == 404


def test_one_name_of_two_senders_leads_nowhere(start):
    base = start()
    other = message("m-2").replace(SENDER.encode(), b"https://other.example/nelm")
    send(base, message("m-1"), other)
    assert ROW.findall(worklist(base)) == [("", "sample-ileum-1")] * 2
    assert "used by several senders" in worklist(base)


def test_sets_that_a_patient_was_not_judged_against_have_an_empty_cell(start):
    send(start(sets=("optn",)), message("m-1"))
    base = start(sets=("esmo-2020", "optn"))
    send(base, message("m-2", "neuroendocrine-carcinoma"))
    page = worklist(base)
    assert page.index("OPTN/UNOS") < page.index(">ESMO 2020<")
    rows = re.findall(r'<tr><th scope="row">.*?</tr>', page)
    assert [row.count("<td") for row in rows] == [4, 4]


def test_a_run_of_everybody_comes_first(start, tmp_path):
    base = start(worklist=judged(tmp_path, samples()[1:2]))
    send(base, message("m-1"))
    assert "as of 1 June 2026" in worklist(base)
    assert "sample-ileum-1" not in told_of(base)
