"""Threat 15: whatever a server says, our token and keys never reach a host that may not have them.

Two real servers: the one that was configured, and a thief on another port that answers everything.
"""

import pytest
import requests
from tests.servers.local import Local, Reply, answers, bundle
from tests.servers.smart import Keys, secret

from nelm_fhir.errors import AuthFailed, ServerRefused
from nelm_fhir.exchange.auth import BackendServices, Bearer
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.paging import pages
from nelm_fhir.exchange.server import Server

pytestmark = pytest.mark.usefixtures("loopback")
KEY = {"X-Api-Key": "SECRET-KEY"}
SHOWN = "SECRET-TOKEN"


@pytest.fixture
def thief():
    with Local(answers(bundle())) as server:
        yield server


@pytest.fixture
def auth(tmp_path):
    return Bearer(secret(tmp_path / "token", SHOWN))


def refused(answering, auth, ask, **settings):
    """Ask a server that misleads; the client must refuse."""
    with Local(answering) as server:
        configured = Server(server.base, auth=auth, headers=KEY, **settings)
        with Client(configured) as client, pytest.raises(ServerRefused, match="another origin"):
            ask(client)
        return server


def secrets(server):
    return [*server.seen("Authorization"), *server.seen("X-Api-Key"), *server.seen("Cookie")]


@pytest.mark.threat(15)
def test_the_library_alone_would_give_our_key_away(thief):
    """What the other tests would see without our client: the key goes along with a redirect."""
    moved = Reply(302, headers={"Location": f"{thief.base}/Patient/1"})
    with Local(answers(moved)) as server:
        requests.get(f"{server.base}/Patient/1", headers=KEY, timeout=5)
    assert secrets(thief) == ["SECRET-KEY"]


@pytest.mark.threat(15)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("location", ["{thief}/fhir/Patient/1", "//{host}/fhir/Patient/1"])
def test_a_redirect_to_a_foreign_host_is_not_followed(thief, auth, status, location):
    to = location.format(thief=thief.origin, host=thief.origin.partition("//")[2])
    moving = answers(Reply(status, headers={"Location": to}))
    refused(moving, auth, lambda client: client.get("Patient/1"))
    assert thief.asked == []


@pytest.mark.threat(15)
@pytest.mark.parametrize("status", [307, 308])
def test_the_form_of_a_search_does_not_follow_a_redirect_to_a_foreign_host(thief, auth, status):
    moving = answers(Reply(status, headers={"Location": f"{thief.base}/Condition/_search"}))
    refused(moving, auth, lambda client: client.search("Condition", [("patient", "jane")]))
    assert thief.asked == []


@pytest.mark.threat(15)
def test_a_resource_that_is_written_does_not_follow_a_redirect(thief, auth):
    with Local(answers(Reply(307, headers={"Location": f"{thief.base}/Basic"}))) as server:
        configured = Server(server.base, auth=auth)
        with Client(configured) as client, pytest.raises(ServerRefused, match="with 307"):
            client.send("PUT", "Basic/1", {"a": 1}, accept={200}, repeatable=False)
    assert thief.asked == []


@pytest.mark.threat(15)
def test_a_redirect_within_the_origin_leads_no_way_out(thief, auth):
    inside = Reply(302, headers={"Location": "/fhir/again"})
    outside = Reply(302, headers={"Location": f"{thief.base}/Patient/1"})
    server = refused(answers(inside, outside), auth, lambda client: client.get("Patient/1"))
    assert len(server.asked) == 2
    assert thief.asked == []


@pytest.mark.threat(15)
def test_a_next_page_on_a_foreign_host_is_not_read(thief, auth):
    leading = answers(bundle(next_page=f"{thief.base}/Patient?page=2"))
    refused(leading, auth, lambda client: list(pages(client, client.search("Patient", []))))
    assert thief.asked == []


@pytest.mark.threat(15)
def test_a_link_of_a_resource_to_a_foreign_host_is_not_read(thief, auth):
    """fullUrl, attachment, Binary, literal reference: all are asked for through the client."""
    refused(answers(bundle()), auth, lambda client: client.get(f"{thief.base}/Binary/1"))
    refused(
        answers(bundle()),
        auth,
        lambda client: client.send("DELETE", thief.base, None, accept={200}, repeatable=True),
    )
    assert thief.asked == []


@pytest.mark.threat(15)
@pytest.mark.parametrize("token", [True, False])
def test_a_file_on_a_foreign_host_is_not_read(thief, auth, token):
    refused(answers(bundle()), auth, lambda c: list(c.stream(f"{thief.origin}/1", token=token)))
    assert thief.asked == []


@pytest.mark.threat(15)
def test_a_host_for_files_gets_neither_token_nor_key(thief, auth):
    """`requiresAccessToken` false: the token shall not be sent."""
    with Local(answers(bundle())) as server:
        hosts = frozenset({thief.origin})
        configured = Server(server.base, auth=auth, headers=KEY, file_origins=hosts)
        with Client(configured) as client:
            assert list(client.stream(f"{thief.origin}/1.ndjson", token=False))
            with pytest.raises(ServerRefused, match="another origin"):
                list(client.stream(f"{thief.origin}/1.ndjson", token=True))
    assert len(thief.asked) == 1
    assert secrets(thief) == []


@pytest.mark.threat(15)
def test_a_file_of_the_server_itself_is_read_without_the_token_if_it_says_so(auth):
    with (
        Local(answers(Reply(200, b"{}"))) as server,
        Client(Server(server.base, auth=auth, headers=KEY)) as client,
    ):
        list(client.stream(f"{server.origin}/1", token=False))
        assert secrets(server) == []
        list(client.stream(f"{server.origin}/1", token=True))
    assert secrets(server) == [f"Bearer {SHOWN}", "SECRET-KEY"]


@pytest.mark.threat(15)
def test_a_host_for_files_cannot_send_us_on_to_another(thief, auth):
    away = Reply(302, headers={"Location": f"{thief.origin}/1"})
    with Local(answers(away)) as files, Local(answers(bundle())) as server:
        configured = Server(server.base, auth=auth, file_origins=frozenset({files.origin}))
        with Client(configured) as client, pytest.raises(ServerRefused, match="another origin"):
            list(client.stream(f"{files.origin}/1", token=False))
    assert thief.asked == []


@pytest.mark.threat(15)
def test_no_assertion_is_sent_to_a_token_endpoint_that_nobody_configured(thief, tmp_path):
    keys = Keys(tmp_path, "EC")
    named = Reply(200, {"token_endpoint": f"{thief.origin}/token"})
    with Local(answers(named)) as server:
        configured = Server(server.base, auth=BackendServices("us", keys.file), headers=KEY)
        with Client(configured) as client, pytest.raises(AuthFailed, match="another origin"):
            client.get("Patient/1")
    assert thief.asked == []


@pytest.mark.threat(15)
def test_a_token_endpoint_cannot_send_our_assertion_on(thief, tmp_path):
    keys = Keys(tmp_path, "EC")
    with Local(answers(Reply(307, headers={"Location": f"{thief.origin}/token"}))) as server:
        signing_in = BackendServices("us", keys.file, token_url=f"{server.origin}/token")
        with Client(Server(server.base, auth=signing_in)) as client, pytest.raises(ServerRefused):
            client.get("Patient/1")
    assert thief.asked == []


@pytest.mark.threat(15)
def test_an_origin_that_may_have_the_token_gets_it(auth):
    with Local(answers(bundle())) as further, Local(answers(bundle())) as server:
        origins = frozenset({further.origin})
        with Client(Server(server.base, auth=auth, headers=KEY, origins=origins)) as client:
            client.get(f"{further.base}/Patient/1")
    assert secrets(further) == [f"Bearer {SHOWN}", "SECRET-KEY"]
