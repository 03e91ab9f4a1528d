"""All pages of a search, or an error: never a part that passes for the whole."""

import pytest
from tests.servers.local import Local, Reply, answers, bundle, outcome

from nelm_fhir.errors import ServerRefused, ServerUnavailable
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.paging import answers as pages_as_sent
from nelm_fhir.exchange.paging import pages
from nelm_fhir.exchange.patience import INTERACTIVE, NONE
from nelm_fhir.exchange.server import Limits, Server

pytestmark = pytest.mark.usefixtures("loopback")
SECONDS = INTERACTIVE.within(2)


def patient(number):
    return {"resourceType": "Patient", "id": f"p{number}"}


def read(server, limits=None, patience=NONE):
    with Client(Server(server.base, limits=limits or Limits(), patience=patience)) as client:
        found = pages(client, client.search("Patient", [("name", "x")]))
        return [entry["resource"]["id"] for page in found for entry in page.get("entry", [])]


@pytest.mark.parametrize(
    "link",
    [
        "{origin}/fhir/Patient?page=2",
        "{origin}/fhir?_getpages=abc",
        "/fhir/Patient?page=2",
        "/Patient?page=2",
        "Patient?page=2",
        "?_getpages=abc",
        "//{host}/fhir/Patient?page=2",
    ],
)
def test_the_next_page_is_found_however_its_link_is_written(link):
    def answering(asked):
        if asked.method == "POST":
            host = server.origin.partition("//")[2]
            further = link.format(origin=server.origin, host=host)
            return bundle(patient(1), next_page=further)
        return bundle(patient(2))

    with Local(answering) as server:
        assert read(server) == ["p1", "p2"]
    assert server.asked[1].path in {"/fhir", "/fhir/Patient"}
    assert server.asked[1].query in ({"page": "2"}, {"_getpages": "abc"})


def test_a_link_is_followed_as_it_was_given():
    given = "/fhir?_getpages=a%2Cb&x=%7C&_bundletype=searchset&y=ä+b"
    with Local(answers(bundle(patient(1), next_page=given), bundle())) as server:
        read(server)
    assert server.asked[1].target == given.replace("ä", "%C3%A4")


@pytest.mark.parametrize(
    "link",
    [
        "https://127.0.0.1:{port}/fhir/Patient?page=2",
        "http://127.0.0.1:{port}:{port}/fhir/Patient?page=2",
        "http://u:p@127.0.0.1:{port}/fhir/Patient?page=2",
        "http://localhost:{port}/fhir/Patient?page=2",
        "http://2130706433:{port}/fhir/Patient?page=2",
        "http://[::1]:{port}/fhir/Patient?page=2",
        "http://127.0.0.1:1/fhir/Patient?page=2",
        "http://127.0.0.1/fhir/Patient?page=2",
    ],
)
def test_a_link_that_leads_elsewhere_or_cannot_be_read_ends_the_search_loudly(link):
    def answering(_asked):
        return bundle(patient(1), next_page=link.format(port=server.port))

    with Local(answering) as server, pytest.raises(ServerRefused, match="link of the server"):
        read(server)
    assert len(server.asked) == 1


def test_pages_that_lead_back_are_no_search_without_end():
    def answering(asked):
        return bundle(patient(1), next_page=f"/fhir/Patient?page={'12'['1' in asked.target]}")

    with Local(answering) as server, pytest.raises(ServerRefused, match="lead back"):
        read(server, Limits(pages=20))
    assert len(server.asked) == 3


def test_a_search_of_too_many_pages_is_refused():
    def answering(_asked):
        return bundle(patient(1), next_page=f"/fhir/Patient?page={len(server.asked)}")

    with (
        Local(answering) as server,
        pytest.raises(ServerRefused, match="more than 5 pages; what was read so far is not used"),
    ):
        read(server, Limits(pages=5))
    assert len(server.asked) == 6


def test_a_search_of_too_many_resources_is_refused():
    with (
        Local(answers(bundle(*map(patient, range(11))))) as server,
        pytest.raises(ServerRefused, match="more than 10 resources"),
    ):
        read(server, Limits(resources=10))


@pytest.mark.parametrize("status", [404, 410, 500])
def test_a_page_that_fails_makes_the_search_fail(status):
    first = bundle(patient(1), next_page="/fhir/Patient?page=2")
    with (
        Local(answers(first, outcome(status, "not-found"))) as server,
        pytest.raises((ServerRefused, ServerUnavailable)),
    ):
        read(server)


def test_a_page_that_fails_once_is_asked_again():
    first = bundle(patient(1), next_page="/fhir/Patient?page=2")
    with Local(answers(first, Reply(500), Reply(429), bundle(patient(2)))) as server:
        assert read(server, patience=SECONDS) == ["p1", "p2"]
    assert [asked.query.get("page") for asked in server.asked] == [None, "2", "2", "2"]


BROKEN = {
    "an OperationOutcome": {"resourceType": "OperationOutcome", "issue": []},
    "entries that are no list": {"resourceType": "Bundle", "entry": {"a": 1}},
    "links that are no list": {"resourceType": "Bundle", "link": "next"},
    "links that are no objects": {"resourceType": "Bundle", "link": ["next"]},
    "a link without address": {"resourceType": "Bundle", "link": [{"relation": "next"}]},
    "an empty address": {"resourceType": "Bundle", "link": [{"relation": "next", "url": ""}]},
    "two next pages": {
        "resourceType": "Bundle",
        "link": [{"relation": "next", "url": "a"}, {"relation": "next", "url": "b"}],
    },
}


@pytest.mark.parametrize("page", BROKEN.values(), ids=BROKEN)
def test_a_page_that_cannot_be_read_is_not_the_last_one(page):
    first = bundle(patient(1), next_page="/fhir/Patient?page=2")
    with (
        Local(answers(first, Reply(200, page))) as server,
        pytest.raises(ServerRefused, match="is not used"),
    ):
        read(server)


def test_the_last_page_may_be_empty_and_without_links():
    with Local(answers(Reply(200, {"resourceType": "Bundle", "type": "searchset"}))) as server:
        assert read(server) == []


def test_pages_can_be_had_as_they_were_sent():
    text = b'{"resourceType":"Bundle","entry":[{"resource":{"value":0.10}}]}'
    with Local(answers(Reply(200, text))) as server, Client(Server(server.base)) as client:
        [(answer, page)] = pages_as_sent(client, client.search("Observation", []))
    assert answer.body == text
    assert page["entry"][0]["resource"]["value"] == 0.1
