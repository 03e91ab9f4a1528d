"""Whose report an address leads to: of the newest run, of the service itself, of the server."""

import pytest
import requests
from tests.servers.local import Local
from tests.service.messages import FHIR_JSON, message
from tests.service.notifications import PATIENT, store
from tests.service.populations import judged, samples

from nelm_fhir.exchange.patience import NONE
from nelm_fhir.exchange.server import Server
from nelm_fhir.ledger.store import Ledger
from nelm_fhir.service.settings import Settings
from nelm_fhir.service.site import Site

pytestmark = pytest.mark.usefixtures("loopback")
NAME = PATIENT.removeprefix("Patient/")


@pytest.fixture
def kept(tmp_path):
    with Ledger.open(tmp_path / "service.sqlite", exclusive=True) as ledger:
        yield ledger


def report(base, name=NAME):
    return requests.get(f"{base}/patients/{name}/report", timeout=30)


def test_who_is_in_no_run_is_read_at_the_configured_server(served, catalogue, tmp_path):
    run = judged(tmp_path, samples()[1:2])
    with Local(store()) as server:
        settings = Settings(worklist=run, server=Server(server.base, patience=NONE))
        base = served(Site(catalogue, settings))
        found = report(base)
        assert found.status_code == 200
        assert PATIENT in found.text
        assert report(base, "nobody-of-that-name").status_code == 404
        assert report(base, "..%2f..%2fmetadata").status_code == 404
    assert not [one for one in server.asked if "metadata/" in one.target]


def test_who_came_by_a_message_has_a_report(served, catalogue, kept):
    base = served(Site(catalogue, Settings(), kept))
    assert report(base).status_code == 404
    sent = requests.post(f"{base}/messages", message("m-1"), headers=FHIR_JSON, timeout=30)
    assert sent.status_code == 200
    assert PATIENT in report(base).text


def test_two_senders_with_one_name_are_two_people(served, catalogue, kept):
    base = served(Site(catalogue, Settings(), kept))
    other = message("m-2").replace(b"https://engine.example/nelm", b"https://other.example/nelm")
    for body in (message("m-1"), other):
        assert requests.post(f"{base}/messages", body, headers=FHIR_JSON, timeout=30).ok
    assert report(base).status_code == 404
