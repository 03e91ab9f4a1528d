"""Around every request: whatever happens inside, no value of it leaves, and it is counted."""

import asyncio
import logging
import re

import pytest

from nelm_fhir.service.envelope import Envelope
from nelm_fhir.service.settings import Settings
from nelm_fhir.service.site import Site

CANARY = "CANARY7F3A"
SCOPE = {"type": "http", "method": "GET", "path": f"/{CANARY}", "headers": [], "query_string": b""}
START = {"type": "http.response.start", "status": 200, "headers": []}


def asked(site: Site, app, kind: str = "http") -> list[dict]:
    """What an application inside the envelope sends for one request."""
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "http.disconnect"}

    asyncio.run(Envelope(app, site)({**SCOPE, "type": kind}, receive, send))
    return sent


@pytest.fixture
def site(loopback, catalogue) -> Site:
    return Site(catalogue, Settings())


def counted(site: Site, status_class: str) -> bool:
    pattern = rf'nelm_requests_total{{door="none",status_class="{status_class}"}} 1\.0'
    return bool(re.search(pattern, site.metrics.text().decode()))


def test_a_failure_before_the_answer_is_a_number(site, caplog):
    async def app(_scope, _receive, _send):
        raise RuntimeError(CANARY)

    with caplog.at_level(logging.DEBUG):
        start, body = asked(site, app)
    assert start["status"] == 500
    assert CANARY.encode() not in body["body"]
    assert CANARY not in caplog.text
    assert f">{__name__}:" in caplog.text
    assert counted(site, "5xx")


def test_a_failure_in_the_middle_of_an_answer_cuts_it_off_and_says_nothing(site, caplog):
    async def app(_scope, _receive, send):
        await send(START)
        raise RuntimeError(CANARY)

    with caplog.at_level(logging.DEBUG):
        sent = asked(site, app)
    assert [message["type"] for message in sent] == ["http.response.start"]
    assert "kind=RuntimeError" in caplog.text
    assert CANARY not in caplog.text
    assert counted(site, "2xx")


def test_a_start_that_fails_is_told_by_its_place(site, caplog):
    async def app(_scope, _receive, _send):
        raise RuntimeError(CANARY)

    with caplog.at_level(logging.DEBUG), pytest.raises(RuntimeError):
        asked(site, app, kind="lifespan")
    assert "defect number=0 kind=RuntimeError" in caplog.text
    assert CANARY not in caplog.text


def test_who_goes_away_is_no_failure_of_ours(site):
    async def app(_scope, receive, send):
        assert (await receive())["type"] == "http.disconnect"
        await send({**START, "status": 204})

    assert asked(site, app)[0]["status"] == 204
    assert b"nelm_requests_running 0.0" in site.metrics.text()
