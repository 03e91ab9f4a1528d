"""Threats 15, 16, 20, 23: what an EHR sends makes us ask nobody but a listed server, and seldom.

Two real servers: the FHIR server that is listed, and another on this machine that answers all.
"""

from datetime import UTC, datetime

import pytest
from tests.servers.fhir_store import FhirStore
from tests.servers.local import Local, Reply, answers, bundle
from tests.service.cds.ehr_calls import AS_OF, SAMPLES, House, call, searchset
from tests.service.conftest import running
from tests.threats.test_only_configured_hosts import PRIVATE, SPELLINGS

from nelm_fhir import pipeline
from nelm_fhir.service.cds.settings import Cds
from nelm_fhir.service.settings import Settings
from nelm_fhir.service.site import Site

pytestmark = pytest.mark.usefixtures("loopback")
SHOWN = "SECRET-LENT-TOKEN"
LENT = {
    "access_token": SHOWN,
    "token_type": "Bearer",
    "expires_in": 300,
    "scope": "patient/*.read",
    "subject": "nelm",
}


@pytest.fixture(scope="module")
def knowledge():
    return pipeline.load()


@pytest.fixture
def listed():
    with Local(FhirStore.of(SAMPLES / "meets-all" / "bundle.json")) as server:
        yield server


@pytest.fixture
def thief():
    with Local(answers(bundle())) as server:
        yield server


@pytest.fixture
def service(knowledge, listed):
    noon = datetime(AS_OF.year, AS_OF.month, AS_OF.day, 12, tzinfo=UTC)
    settings = Settings(cds=Cds(servers=(listed.base,), seconds=2))
    with running(Site(knowledge, settings, now=lambda: noon)) as base:
        yield House(base)


@pytest.mark.threat(15, 16)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_server_that_is_not_listed_is_not_asked_however_it_is_written(
    service, listed, thief, spelling
):
    named = spelling.format(port=thief.port, own=listed.port)
    refused = service.called(call(prefetch=None, fhirServer=named, fhirAuthorization=LENT))
    assert refused.status_code == 412
    assert thief.asked == []
    assert listed.asked == []
    assert SHOWN not in refused.text


@pytest.mark.threat(16)
@pytest.mark.parametrize("named", PRIVATE)
def test_an_address_inside_the_network_is_not_asked(service, named):
    refused = service.called(call(prefetch=None, fhirServer=named, fhirAuthorization=LENT))
    assert refused.status_code == 412
    assert "may ask" in refused.text


@pytest.mark.threat(15, 16)
@pytest.mark.parametrize(
    "tail", ["@{thief}", "/../../x", "?x=", "/other", ":{port}", "%2f..", "/fhir2"]
)
def test_an_address_that_only_begins_like_the_listed_one_is_another(service, listed, thief, tail):
    named = listed.base + tail.format(thief=f"127.0.0.1:{thief.port}", port=thief.port)
    refused = service.called(call(prefetch=None, fhirServer=named, fhirAuthorization=LENT))
    assert refused.status_code == 412
    assert thief.asked == []
    assert [one for one in listed.asked if not one.path.startswith("/fhir/")] == []


@pytest.mark.threat(15, 16)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_the_lent_token_follows_no_redirect_of_the_listed_server(service, listed, thief, status):
    moved = Reply(status, headers={"Location": f"{thief.base}/metadata"})
    listed.answering.instead = lambda _asked: moved
    refused = service.called(call(prefetch=None, fhirServer=listed.base, fhirAuthorization=LENT))
    assert refused.status_code == 412
    assert thief.asked == []


@pytest.mark.threat(15, 16)
def test_a_further_page_on_another_host_is_not_read(service, listed, thief):
    """The first page came along in the request; whoever wrote it chooses where the next one is."""
    body = call(base=listed.base, fhirServer=listed.base, fhirAuthorization=LENT)
    link = [{"relation": "next", "url": f"{thief.base}/page-2"}]
    body["prefetch"]["Condition"] = searchset(base=listed.base, link=link)
    refused = service.called(body)
    assert refused.status_code == 412
    assert thief.asked == []


@pytest.mark.threat(16)
def test_references_in_what_came_along_are_not_fetched_from_where_they_point(
    service, listed, thief
):
    body = call(base=listed.base, fhirServer=listed.base, fhirAuthorization=LENT)
    report = {
        "resourceType": "DiagnosticReport",
        "id": "planted",
        "status": "final",
        "subject": {"reference": f"Patient/{body['context']['patientId']}"},
        "result": [{"reference": f"{thief.base}/Observation/1"}],
        "presentedForm": [{"url": f"{thief.base}/form.pdf"}],
    }
    body["prefetch"]["DiagnosticReport"] = searchset(report, base=listed.base)
    assert service.called(body).status_code == 200
    assert thief.asked == []


@pytest.mark.threat(15)
def test_the_lent_token_goes_to_the_listed_server_and_nowhere_else(service, listed, thief, caplog):
    with caplog.at_level("DEBUG"):
        found = service.called(call(prefetch=None, fhirServer=listed.base, fhirAuthorization=LENT))
    assert found.status_code == 200
    assert set(listed.seen("Authorization")) == {f"Bearer {SHOWN}"}
    assert thief.asked == []
    assert SHOWN not in caplog.text + found.text


@pytest.mark.threat(15)
def test_a_token_that_would_begin_a_header_of_its_own_is_not_sent(service, listed):
    lent = {**LENT, "access_token": "a\r\nX-Evil: 1"}
    refused = service.called(call(prefetch=None, fhirServer=listed.base, fhirAuthorization=lent))
    assert refused.status_code == 412
    assert listed.asked == []


@pytest.mark.threat(23)
def test_one_call_asks_a_failing_server_no_more_than_once(service, listed):
    """Whoever calls us over and over must not make us call others over and over for each."""
    listed.answering.instead = lambda _asked: Reply(503)
    service.called(call(prefetch=None, fhirServer=listed.base, fhirAuthorization=LENT))
    assert len(listed.asked) == 1


@pytest.mark.threat(23)
def test_a_call_that_brings_everything_along_asks_nobody(service, listed):
    body = call(base=listed.base, fhirServer=listed.base, fhirAuthorization=LENT)
    assert service.called(body).status_code == 200
    assert listed.asked == []


@pytest.mark.threat(20)
def test_nothing_of_a_call_stands_in_the_log(service, listed, caplog):
    body = call("local-codes", context={"userId": "CANARY7F3A", "patientId": "CANARY7F3A"})
    with caplog.at_level("DEBUG"):
        refused = service.called({**body, "hookInstance": "CANARY7F3A"})
    assert refused.status_code == 412
    assert "CANARY7F3A" not in caplog.text + refused.text
