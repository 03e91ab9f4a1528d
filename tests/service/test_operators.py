"""What those who run the service ask it."""

import re
from collections.abc import Callable
from ipaddress import ip_network

import pytest
import requests
from tests.servers.local import Local, Reply
from tests.service.asking import EVALUATE, MEETS_ALL, SENT, sample
from tests.service.conftest import running

from nelm_fhir.exchange.server import Server
from nelm_fhir.ledger.store import Ledger
from nelm_fhir.service.metrics import Door
from nelm_fhir.service.readiness import FRESH, Watch
from nelm_fhir.service.settings import Settings
from nelm_fhir.service.site import Site
from nelm_fhir.service.trust.settings import Trust

STATEMENT = Reply(200, {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1"})


def test_it_is_alive_and_names_its_editions(served, catalogue):
    base = served(Site(catalogue, Settings()))
    assert requests.get(f"{base}/healthz", timeout=5).text == "ok\n"
    told = requests.get(f"{base}/version", timeout=5).json()
    assert told["catalogue"] == catalogue.digest
    assert told["criteria"]["esmo-2020"] == catalogue.sets["esmo-2020"].version


def test_it_is_ready_without_what_it_was_not_told_to_have(served, catalogue):
    base = served(Site(catalogue, Settings()))
    got = requests.get(f"{base}/readyz", timeout=5)
    assert got.status_code == 200
    assert got.json() == {"ready": True, "ledger": "off", "fhir_server": "off"}


@pytest.mark.usefixtures("loopback")
@pytest.mark.parametrize("status", [200, 401, 500])
def test_it_is_ready_when_ledger_and_server_are(catalogue, tmp_path, status):
    statement = Reply(status, STATEMENT.content)
    with (
        Local(lambda _asked: statement) as server,
        Ledger.open(tmp_path / "ledger.sqlite", exclusive=True) as ledger,
        running(Site(catalogue, Settings(server=Server(f"{server.origin}/fhir")), ledger)) as base,
    ):
        got = requests.get(f"{base}/readyz", timeout=30)
    assert got.json()["ledger"] == "up"
    assert got.json()["fhir_server"] == ("up" if status == 200 else "down")
    assert got.status_code == (200 if status == 200 else 503)


@pytest.mark.usefixtures("loopback")
def test_who_asks_often_does_not_make_us_ask_the_server_as_often(catalogue):
    now = 0.0
    with Local(lambda _asked: STATEMENT) as server:
        site = Site(catalogue, Settings(server=Server(f"{server.origin}/fhir")))
        watch = Watch(site, clock=lambda: now)
        assert all(watch.look().is_ready for _ in range(20))
        assert len(server.asked) == 1
        now = FRESH
        watch.look()
        assert len(server.asked) == 2


def figures(base: str) -> Callable[[str], float]:
    """The figures of a service by name and labels; one that is not there is zero."""
    text = requests.get(f"{base}/metrics", timeout=5).text
    found = dict(re.findall(r"^(nelm_\S+) (\S+)$", text, re.MULTILINE))
    return lambda name: float(found.get(name, 0))


def test_what_happened_is_counted_by_door_status_and_verdict(served, catalogue):
    base = served(Site(catalogue, Settings()))
    for body in (MEETS_ALL, sample("indeterminate-old-pet"), b"{"):
        requests.post(base + EVALUATE, data=body, headers=SENT, timeout=30)
    requests.get(f"{base}/nowhere", timeout=5)
    of = figures(base)
    assert of('nelm_requests_total{door="evaluation",status_class="2xx"}') == 2
    assert of('nelm_requests_total{door="evaluation",status_class="4xx"}') == 1
    assert of('nelm_requests_total{door="none",status_class="4xx"}') == 1
    assert of('nelm_request_seconds_count{door="evaluation"}') == 3
    assert of('nelm_verdicts_total{verdict="indeterminate"}') >= 1
    assert of('nelm_verdicts_total{verdict="criteria-met"}') >= 6
    assert of("nelm_requests_running") == 1  # this very question


def test_labels_are_words_of_enumerations(served, catalogue):
    base = served(Site(catalogue, Settings()))
    for method in ("GET", "POST", "BREW"):
        requests.request(method, base + EVALUATE, data=MEETS_ALL, headers=SENT, timeout=30)
    text = requests.get(f"{base}/metrics", timeout=5).text
    labels = dict.fromkeys(re.findall(r'(\w+)="([^"]*)"', text))
    assert {name for name, _ in labels} <= {
        *("door", "status_class", "verdict", "le"),
        *("implementation", "major", "minor", "patchlevel", "version", "generation"),
    }
    assert {value for name, value in labels if name == "door"} <= {str(door) for door in Door}


def test_two_services_in_one_process_count_apart(served, catalogue):
    one, other = (served(Site(catalogue, Settings())) for _ in range(2))
    requests.post(one + EVALUATE, data=MEETS_ALL, headers=SENT, timeout=30)
    name = 'nelm_requests_total{door="evaluation",status_class="2xx"}'
    assert (figures(one)(name), figures(other)(name)) == (1, 0)


def test_who_is_turned_away_is_counted_at_the_door_that_was_meant(served, catalogue):
    trust = Trust(proxies=(ip_network("10.1.2.3/32"),))
    base = served(Site(catalogue, Settings(trust=trust)))
    assert requests.post(f"{base}/messages", data=b"{}", timeout=5).status_code == 401
    assert requests.get(f"{base}/patients/1/report", timeout=5).status_code == 401
    of = figures(base)
    assert of('nelm_requests_total{door="messages",status_class="4xx"}') == 1
    assert of('nelm_requests_total{door="pages",status_class="4xx"}') == 1
