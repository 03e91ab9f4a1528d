"""Threat 16: a server cannot make us talk to a host behind it, however its address is written.

A victim stands on the same machine, as services inside a hospital's network would.
"""

import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from tests.servers.local import Local, Reply, answers, bundle

from nelm_fhir.errors import ServerRefused
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.paging import pages
from nelm_fhir.exchange.server import Server

pytestmark = pytest.mark.usefixtures("loopback")
SPELLINGS = [
    "http://127.0.0.1:{port}/fhir",
    "http://localhost:{port}/fhir",
    "http://LOCALHOST.:{port}/fhir",
    "http://127.1:{port}/fhir",
    "http://2130706433:{port}/fhir",
    "http://0x7f000001:{port}/fhir",
    "http://0177.0.0.1:{port}/fhir",
    "http://0.0.0.0:{port}/fhir",
    "http://[::ffff:127.0.0.1]:{port}/fhir",
    "http://[::1]:{port}/fhir",
    "http://127.0.0.1:{own}@127.0.0.1:{port}/fhir",
    "http://127.0.0.1:{own}\\@127.0.0.1:{port}/fhir",
    "http://127.0.0.1:{own}:{port}/fhir",
    "//127.0.0.1:{port}/fhir",
    "\\\\127.0.0.1:{port}\\fhir",
    "/\\127.0.0.1:{port}/fhir",
    "http:\\\\127.0.0.1:{port}/fhir",
    " http://127.0.0.1:{port}/fhir",
    "http://127.0.0.1:{own}\t@127.0.0.1:{port}/fhir",
    "ht\ntp://127.0.0.1:{port}/fhir",
]
"""The victim, as a link may name it; `own` is the port of the server that was configured."""
PRIVATE = [
    "http://169.254.169.254/latest/meta-data/",
    "http://metadata.google.internal/",
    "http://10.0.0.1/fhir",
    "http://172.16.0.1/fhir",
    "http://192.168.0.1/fhir",
    "http://[fd00::1]/fhir",
    "http://[fe80::1]/fhir",
    "http://[::ffff:10.0.0.1]/fhir",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_INFO",
]


@pytest.fixture
def victim():
    with Local(answers(bundle())) as server:
        yield server


def misled(link, by):
    """Let a server lead to a link in one of the ways there are; the client must refuse."""
    leading = {
        "next": lambda written: bundle(next_page=written),
        "redirect": lambda written: Reply(302, headers={"Location": written}),
    }
    server = Local(lambda _asked: leading[by](link.format(own=server.port)))
    with server, Client(Server(server.base)) as client, pytest.raises(ServerRefused):
        list(pages(client, client.get("Patient")))
    assert len(server.asked) == 1


@pytest.mark.threat(16)
@pytest.mark.parametrize("link", SPELLINGS)
def test_no_spelling_of_another_address_is_followed_as_the_next_page(victim, link):
    misled(link.replace("{port}", str(victim.port)), "next")
    assert victim.asked == []


@pytest.mark.threat(16)
@pytest.mark.parametrize("link", [one for one in SPELLINGS if "\n" not in one])
def test_no_spelling_of_another_address_is_followed_as_a_redirect(victim, link):
    """A redirect is read as browsers do; what stays on the server is asked of the server."""
    port = str(victim.port)
    server = Local(
        lambda asked: (
            Reply(302, headers={"Location": link.format(port=port, own=server.port)})
            if asked.path == "/fhir/Patient"
            else Reply(404)
        )
    )
    with server, Client(Server(server.base)) as client, pytest.raises(ServerRefused):
        client.get("Patient")
    assert victim.asked == []


@pytest.mark.threat(16)
@pytest.mark.parametrize("by", ["next", "redirect"])
@pytest.mark.parametrize("link", PRIVATE)
def test_addresses_inside_a_network_are_not_asked(link, by):
    """The tests let nothing but loopback through: an attempt would be another error."""
    misled(link, by)


@pytest.mark.threat(16)
@pytest.mark.parametrize("link", ["http://127.0.0.1:{port}/", "http://localhost:{port}/", *PRIVATE])
def test_a_file_or_a_reference_is_not_fetched_from_there_either(victim, link):
    with Client(Server("http://127.0.0.1:1/fhir")) as client:
        for ask in (client.get, lambda url: list(client.stream(url, token=False))):
            with pytest.raises(ServerRefused):
                ask(link.format(port=victim.port))
    assert victim.asked == []


@pytest.mark.threat(16)
def test_a_victim_on_ipv6_is_not_asked():
    asked = []

    class Victim(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)

    class Server6(ThreadingHTTPServer):
        address_family = socket.AF_INET6

    try:
        server = Server6(("::1", 0), Victim)
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    serving = Thread(target=server.serve_forever, args=(0.01,))
    serving.start()
    misled(f"http://[::1]:{server.server_address[1]}/fhir", "next")
    misled(f"http://[0:0:0:0:0:0:0:1]:{server.server_address[1]}/fhir", "redirect")
    server.shutdown()
    serving.join()
    server.server_close()
    assert asked == []


@pytest.mark.threat(16)
def test_a_name_that_was_configured_is_asked_wherever_it_resolves_to(victim):
    """A hospital's server has a private address: it is listed, so it is asked."""
    with Client(Server(f"http://localhost:{victim.port}/fhir")) as client:
        assert client.get("Patient").status == 200
    assert len(victim.asked) == 1
