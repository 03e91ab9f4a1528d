"""No value of a record reaches logs, metrics or errors of the service, whatever is asked of it.

The marker CANARY7F3A stands in every string of what is sent: in records, addresses and headers, to
every door there is. Only an answer that says what a record gave may hold it.
"""

import logging
import re

import pytest
import requests
from starlette.routing import Route
from tests.service.asking import FHIR
from tests.service.conftest import running
from tests.unit.cli.test_canary import CANARY, INPUTS

from nelm_fhir.ledger.store import Ledger
from nelm_fhir.service.app import application
from nelm_fhir.service.settings import Settings
from nelm_fhir.service.site import Site

HEADERS = {
    "Content-Type": FHIR,
    "Prefer": f"return={CANARY}, {CANARY}",
    "User-Agent": CANARY,
    "X-Request-Id": f"a {CANARY}",
    "traceparent": CANARY,
    "X-Forwarded-For": CANARY,
    "Cookie": f"{CANARY}={CANARY}",
}
ODD = {
    "Accept": {"Accept": f"text/{CANARY}"},
    "Content-Type": {"Content-Type": f"text/{CANARY}"},
    "Content-Encoding": {"Content-Encoding": CANARY},
    "Content-Length": {"Content-Encoding": "gzip"},
    "Authorization": {"Authorization": f"Bearer {CANARY}"},
    "Prefer": {"Prefer": "handling=strict"},
}
ADDRESSES = ("", f"?asOf={CANARY}", f"?criteria={CANARY}&option={CANARY}", f"?subject={CANARY}")
POSTED = ("/evaluate", "/fhir/$nelm-evaluate")
IN_PATH = re.compile(r"\{[^}]*\}")


def assert_kept(answer: requests.Response, log: str, base: str) -> None:
    """The marker is in no log and in no figure, and only an answer of a record may say it."""
    assert CANARY not in log
    if answer.status_code >= 300 or "json" not in answer.headers["Content-Type"]:
        assert CANARY not in answer.text
    assert CANARY not in "".join(f"{name}: {one}" for name, one in answer.headers.items())
    assert CANARY not in requests.get(f"{base}/metrics", timeout=30).text
    assert "Traceback" not in log


@pytest.mark.threat(20)
@pytest.mark.parametrize("name", INPUTS)
def test_the_marker_of_a_record_is_nowhere_but_in_its_result(name, served, catalogue, caplog):
    base = served(Site(catalogue, Settings()))
    for path in POSTED:
        for accept in ("*/*", "application/json"):
            with caplog.at_level(logging.DEBUG):
                headers = {**HEADERS, "Accept": accept}
                answer = requests.post(base + path, data=INPUTS[name], headers=headers, timeout=60)
            assert answer.status_code < 500
            assert_kept(answer, ours(caplog), base)


@pytest.mark.threat(20)
@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("odd", ODD)
def test_the_marker_of_an_address_or_header_is_nowhere(odd, address, served, catalogue, caplog):
    base = served(Site(catalogue, Settings()))
    headers = {**HEADERS, **ODD[odd]}
    for path in (*POSTED, f"/{CANARY}"):
        for method in ("GET", "POST", CANARY):
            with caplog.at_level(logging.DEBUG):
                answer = requests.request(
                    method, f"{base}{path}{address}", data=b"{}", headers=headers, timeout=60
                )
            assert 400 <= answer.status_code < 500
            assert_kept(answer, ours(caplog), base)


@pytest.mark.threat(20)
@pytest.mark.usefixtures("loopback")
def test_every_door_keeps_the_marker(catalogue, caplog, tmp_path):
    with Ledger.open(tmp_path / "ledger.sqlite", exclusive=True) as ledger:
        site = Site(catalogue, Settings(), ledger)
        with running(site) as base:
            _every_door(site, base, caplog)


def _every_door(site: Site, base: str, caplog: pytest.LogCaptureFixture) -> None:
    doors = [route.path for route in application(site).routes if isinstance(route, Route)]
    assert set(POSTED) < set(doors)
    for path in doors:
        for method in ("GET", "POST", "PUT", "DELETE"):
            with caplog.at_level(logging.DEBUG):
                answer = requests.request(
                    method,
                    base + IN_PATH.sub(CANARY, path),
                    data=INPUTS["cut off"],
                    headers={"Content-Type": FHIR},
                    timeout=60,
                )
            assert answer.status_code < 500, path
            assert_kept(answer, ours(caplog), base)


def ours(caplog: pytest.LogCaptureFixture) -> str:
    """The log without the lines of this test's own client."""
    lines = [
        record.getMessage() + (record.exc_text or "")
        for record in caplog.records
        if not record.name.startswith("urllib3")
    ]
    return "\n".join(lines)


def test_the_marker_would_be_seen(served, catalogue):
    """The test itself works: what a record says does stand in the result."""
    base = served(Site(catalogue, Settings()))
    headers = {"Content-Type": FHIR, "Accept": "application/json"}
    answer = requests.post(f"{base}/evaluate", data=INPUTS["texts"], headers=headers, timeout=60)
    assert CANARY in answer.text
