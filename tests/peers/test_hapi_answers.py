"""HAPI takes the answers of a signed-in person once, as the form or as Observations."""

import json
from collections.abc import Iterator

import pytest
import requests
from tests.peers.loading import put, record, session
from tests.peers.servers import HapiServer
from tests.service.conftest import running
from tests.service.test_form import hidden
from tests.service.test_stored_answers import DAY, KINDS, NAME, SIGNED_IN, TRUST, answers, send

from nelm_fhir import pipeline
from nelm_fhir.exchange.server import Server
from nelm_fhir.service.settings import Settings
from nelm_fhir.service.site import Site

pytestmark = [pytest.mark.peer, pytest.mark.usefixtures("loopback")]


@pytest.fixture
def base(hapi_server: HapiServer) -> Iterator[str]:
    hapi_server.empty()
    put(hapi_server, record("indeterminate-old-pet"))
    settings = Settings(server=Server(hapi_server.base), trust=TRUST, store_answers=True)
    with running(Site(pipeline.load(), settings, now=lambda: DAY)) as address:
        yield address


@pytest.mark.parametrize("kind", KINDS)
def test_they_are_there_once_and_the_next_look_reads_them(
    base: str, hapi_server: HapiServer, kind: str
) -> None:
    fields = hidden(answers(base))
    for _ in range(2):
        told = send(base, fields, kind)
        assert told.status_code == 200, told.text[-600:]
    with session() as asking:
        query = f"{hapi_server.base}/{KINDS[kind]}?subject=Patient/{NAME}&_count=200"
        found = asking.get(query, timeout=30).json().get("entry", [])
    assert sum("dr-example" in json.dumps(one) for one in found) == 1
    again = requests.get(f"{base}/patients/{NAME}/form", headers=SIGNED_IN, timeout=60).text
    assert "nothing to ask" in again
