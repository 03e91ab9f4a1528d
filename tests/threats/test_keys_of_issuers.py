"""Threat 16: whoever sends a token cannot make us ask another address than a listed one for keys.

Two real servers: one publishes keys, the other is a victim inside the network.
"""

import ipaddress
import json
import socket

import pytest
import requests
from tests.servers.ehr import Ehr, bearer
from tests.servers.local import Local, Reply, answers
from tests.service.conftest import running

from nelm_fhir import pipeline
from nelm_fhir.errors import ExchangeError, ServerRefused
from nelm_fhir.exchange.key_sets import MOST_BYTES, fetched_keys
from nelm_fhir.service.settings import Settings
from nelm_fhir.service.site import Site
from nelm_fhir.service.trust.settings import Issuer, Realm, Trust

pytestmark = pytest.mark.usefixtures("loopback")
ANYWHERE = "0.0.0.0"  # noqa: S104 - asked for, never bound
BASE = "https://nelm.example"
AUDIENCE = f"{BASE}/cds-services"


@pytest.fixture
def victim():
    with Local(answers(Reply(200, {"keys": []}))) as server:
        yield server


def resolving(monkeypatch, *addresses):
    """Let every name resolve to these addresses."""
    known = socket.getaddrinfo

    def told(host, port, *rest, **more):
        if host != "keys.example":
            return known(host, port, *rest, **more)
        families = {4: socket.AF_INET, 6: socket.AF_INET6}
        return [
            (families[ipaddress.ip_address(one).version], socket.SOCK_STREAM, 6, "", (one, port))
            for one in addresses
        ]

    monkeypatch.setattr(socket, "getaddrinfo", told)


@pytest.mark.threat(16)
@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", ANYWHERE, "[::1]", "[::ffff:127.0.0.1]", "127.1", "2130706433"],
)
def test_keys_are_not_fetched_from_this_machine_unless_it_was_listed(victim, host):
    with pytest.raises(ExchangeError):
        fetched_keys(f"http://{host}:{victim.port}/keys")
    with pytest.raises(ExchangeError):
        fetched_keys(f"https://{host}:{victim.port}/keys")
    assert victim.asked == []


@pytest.mark.threat(16)
@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        ANYWHERE,
        "224.0.0.1",
        "::1",
        "fd00::1",
        "fe80::1",
        "::ffff:10.0.0.1",
        "2002:a00:1::",
    ],
)
def test_a_public_name_that_leads_into_a_private_network_is_not_asked(monkeypatch, address):
    resolving(monkeypatch, address)
    with pytest.raises(ServerRefused, match="private network"):
        fetched_keys("https://keys.example/keys")


@pytest.mark.threat(16)
def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch):
    resolving(monkeypatch, "198.41.0.4", "127.0.0.1")
    with pytest.raises(ServerRefused, match="private network"):
        fetched_keys("https://keys.example/keys")


@pytest.mark.threat(16)
def test_the_connection_goes_to_the_address_that_was_looked_at(monkeypatch, victim, networks):
    """A name that leads elsewhere the second time it is asked gains nothing: it is asked once."""
    asked = []
    known = socket.getaddrinfo

    def told(host, port, *rest, **more):
        if host == "keys.example":
            asked.append(host)
            return known("127.0.0.1" if len(asked) == 1 else "198.41.0.4", port, *rest, **more)
        return known(host, port, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", told)
    assert json.loads(fetched_keys(f"http://keys.example:{victim.port}/keys", networks)) == {
        "keys": []
    }
    assert asked == ["keys.example"]


@pytest.mark.threat(16)
def test_a_listed_network_may_be_asked(victim, networks):
    assert fetched_keys(f"{victim.origin}/keys", networks)
    [asked] = victim.asked
    assert "Authorization" not in asked.headers
    assert "Cookie" not in asked.headers


@pytest.mark.threat(16)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_not_even_to_a_listed_network(victim, networks, status):
    moved = Reply(status, headers={"Location": f"{victim.origin}/keys"})
    with Local(answers(moved)) as server, pytest.raises(ExchangeError):
        fetched_keys(f"{server.origin}/keys", networks)
    assert victim.asked == []


@pytest.mark.threat(16)
@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "gopher://127.0.0.1/", "//127.0.0.1/", "keys"]
)
def test_an_address_of_another_kind_is_no_address_of_keys(networks, url):
    with pytest.raises(ServerRefused):
        fetched_keys(url, networks)


@pytest.mark.threat(16)
def test_an_endless_set_is_given_up(networks):
    endless = Reply(200, (b" " * 65_536 for _ in range(MOST_BYTES // 65_536 + 2)))
    with Local(answers(endless)) as server, pytest.raises(ServerRefused):
        fetched_keys(f"{server.origin}/keys", networks)


@pytest.fixture
def house(networks, victim):
    """A service that trusts an EHR by one listed address of its keys."""
    ehr = Ehr()
    with Local(answers(Reply(200, ehr.published))) as keys:
        listed = f"{keys.origin}/keys"
        issuer = Issuer(ehr.name, jku=frozenset({listed}), realms=frozenset({Realm.CDS}))
        trust = Trust((issuer,), networks=networks)
        site = Site(pipeline.load(), Settings(base=BASE, trust=trust))
        with running(site) as base:
            yield ehr, listed, keys, base


def asked(base, token):
    return requests.get(f"{base}/cds-services", headers=bearer(token), timeout=5)


@pytest.mark.threat(16, 17)
def test_the_listed_address_is_asked_when_a_token_names_it(house):
    ehr, listed, keys, base = house
    assert asked(base, ehr.token(AUDIENCE, {"jku": listed})).status_code != 401
    assert [one.path for one in keys.asked] == ["/keys"]


@pytest.mark.threat(16, 17)
@pytest.mark.parametrize(
    "other",
    [
        "http://127.0.0.1:{port}/keys",
        "http://localhost:{port}/keys",
        "{listed}?",
        "{listed}/",
        "{listed}#a",
        "{listed}/../keys",
        "http://127.0.0.1@127.0.0.1:{port}/keys",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]:{port}/keys",
        "file:///etc/passwd",
        "",
        None,
        7,
        ["{listed}"],
    ],
)
def test_no_other_address_in_a_token_is_asked(house, victim, other):
    ehr, listed, keys, base = house
    named = other.format(port=victim.port, listed=listed) if isinstance(other, str) else other
    headers = {} if named is None else {"jku": named}
    refused = asked(base, ehr.token(AUDIENCE, headers))
    assert refused.status_code == 401
    assert victim.asked == []
    assert keys.asked == []


@pytest.mark.threat(16, 17)
@pytest.mark.parametrize("header", ["x5u", "jwk", "x5c"])
def test_other_places_of_keys_in_a_token_are_not_looked_at(house, victim, header):
    ehr, listed, _keys, base = house
    headers = {"jku": listed, header: f"{victim.origin}/keys"}
    assert asked(base, ehr.token(AUDIENCE, headers)).status_code != 401
    assert victim.asked == []
