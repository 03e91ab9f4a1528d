"""Answers of a signed-in person at the FHIR server of the record: theirs, and there once."""

import json
from base64 import b64decode, b64encode
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

import pytest
import requests
from tests.servers.local import Local
from tests.servers.writable import WRITES, WritableStore
from tests.service.messages import SAMPLES
from tests.service.populations import judged, samples
from tests.service.test_form import NEGATIVE_PET, hidden

from nelm_fhir.exchange.patience import NONE
from nelm_fhir.exchange.server import Server
from nelm_fhir.service.settings import Settings
from nelm_fhir.service.site import Site
from nelm_fhir.service.trust.settings import Trust

pytestmark = pytest.mark.usefixtures("loopback")
DAY = datetime(2026, 6, 30, 12, tzinfo=UTC)
SIGNED_IN = {"X-Remote-User": "dr-example"}
TRUST = Trust(proxies=(ip_network("127.0.0.1/32"),))
RECORD = Path(SAMPLES, "indeterminate-old-pet", "bundle.json")
NAME = next(one["resource"]["id"] for one in json.loads(RECORD.read_bytes())["entry"]
            if one["resource"]["resourceType"] == "Patient")  # fmt: skip
KINDS = {"response": "QuestionnaireResponse", "observations": "Observation"}


@pytest.fixture
def fhir():
    store = WritableStore.of(RECORD)
    store.types = (*WRITES, "QuestionnaireResponse")
    with Local(store) as server:
        store.base = server.base
        yield store


@pytest.fixture
def base(served, catalogue, fhir):
    server = Server(fhir.base, patience=NONE)
    settings = Settings(server=server, trust=TRUST, store_answers=True)
    return served(Site(catalogue, settings, now=lambda: DAY))


def answers(base, who=SIGNED_IN):
    """The page after the form was answered."""
    address = f"{base}/patients/{NAME}/form"
    fields = hidden(requests.get(address, headers=who, timeout=60).text)
    given = {name: value for name, value in NEGATIVE_PET.items() if name != "author"}
    page = requests.post(address, data={**fields, **given}, headers=who, timeout=60)
    assert page.status_code == 200, page.text[-900:]
    return page.text


def send(base, fields, kind="response", who=SIGNED_IN, name=NAME):
    address = f"{base}/patients/{name}/answers"
    return requests.post(address, data={**fields, "kind": kind}, headers=who, timeout=60)


def stated(fhir, kind):
    """What stands of a type beside the record itself."""
    before = {e["resource"]["id"] for e in json.loads(RECORD.read_bytes())["entry"]}
    return [one for one in fhir.of_type(kind) if one["id"] not in before]


@pytest.mark.parametrize("kind", KINDS)
def test_they_are_there_once_however_often_they_are_sent(base, fhir, kind):
    fields = hidden(answers(base))
    for _ in range(2):
        assert send(base, fields, kind).status_code == 200
    found = stated(fhir, KINDS[kind])
    assert len(found) == 1
    assert found[0]["subject"] == {"reference": f"Patient/{NAME}"}
    signed = found[0].get("author") or found[0]["performer"][0]
    assert signed["identifier"]["value"] == "dr-example"


def test_the_next_look_at_the_record_reads_them(base):
    assert "indeterminate" in answers(base)
    assert send(base, hidden(answers(base)), "observations").status_code == 200
    again = requests.get(f"{base}/patients/{NAME}/form", headers=SIGNED_IN, timeout=60).text
    assert "nothing to ask" in again


def changed(fields, **elements):
    response = json.loads(b64decode(fields["answers"])) | elements
    return {**fields, "answers": b64encode(json.dumps(response).encode()).decode()}


@pytest.mark.parametrize(
    "elements",
    [
        {"subject": {"reference": "Patient/another"}},
        {"subject": None},
        {"author": {"display": "somebody else"}},
        {"author": {"identifier": {"system": "127.0.0.1", "value": "chief"}, "display": "chief"}},
    ],
    ids=["another patient", "nobody", "a typed name", "another user"],
)
def test_answers_of_others_or_about_others_are_refused(base, fhir, elements):
    refused = send(base, changed(hidden(answers(base)), **elements))
    assert refused.status_code == 403
    assert stated(fhir, "QuestionnaireResponse") == []


def test_a_form_of_somebody_else_is_refused(base, fhir):
    fields = hidden(answers(base))
    assert send(base, fields, who={"X-Remote-User": "chief"}).status_code == 403
    assert send(base, fields, who={}).status_code == 401
    assert stated(fhir, "QuestionnaireResponse") == []


def test_what_is_no_form_is_refused(base, fhir):
    fields = hidden(answers(base))
    assert send(base, {**fields, "answers": "%%"}).status_code == 400
    assert send(base, changed(fields, status="in-progress")).status_code == 400
    assert stated(fhir, "QuestionnaireResponse") == []


def test_a_server_that_takes_none_is_told_and_nothing_is_half_there(base, fhir):
    fields = hidden(answers(base))
    fhir.types = WRITES
    assert send(base, fields).status_code == 502
    assert stated(fhir, "QuestionnaireResponse") == []


def test_where_the_service_may_not_write_the_page_says_why(served, catalogue, fhir, tmp_path):
    server = Server(fhir.base, patience=NONE)
    off = Settings(server=server, trust=TRUST)
    base = served(Site(catalogue, off, now=lambda: DAY))
    page = answers(base)
    assert "does not write to a FHIR server" in page
    assert send(base, hidden(page)).status_code == 403

    bundles = [one for one in samples() if NAME in json.dumps(one)]
    run = judged(tmp_path, bundles)
    elsewhere = Settings(server=server, trust=TRUST, store_answers=True, worklist=run)
    base = served(Site(catalogue, elsewhere, now=lambda: DAY))
    address = f"{base}/patients/{NAME}/form"
    page = requests.get(address, headers=SIGNED_IN, timeout=60).text
    assert send(base, hidden(page)).status_code in {400, 403}
    assert stated(fhir, "QuestionnaireResponse") == []
