"""Threat 24: a page of another site reads nothing here, unless its origin was listed by name.

A browser asks first (preflight) and shows an answer to a script only if the answer names its
origin; cookies and passwords of the user are never taken along.
"""

import pytest
import requests
from tests.servers.ehr import Ehr, bearer
from tests.service.conftest import running

from nelm_fhir import pipeline
from nelm_fhir.service.settings import Settings
from nelm_fhir.service.site import Site
from nelm_fhir.service.trust.settings import Issuer, Realm, Trust, faults

pytestmark = pytest.mark.usefixtures("loopback")
LISTED = "https://ehr.example:8443"
OTHERS = [
    "https://evil.example",
    "https://ehr.example",
    "http://ehr.example:8443",
    "https://ehr.example:8443.evil.example",
    "https://evil.example/https://ehr.example:8443",
    "null",
    "*",
]
PREFLIGHT = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization,content-type",
}


@pytest.fixture(scope="module")
def knowledge():
    return pipeline.load()


@pytest.fixture
def ask(knowledge, tmp_path):
    ehr = Ehr()
    (tmp_path / "keys.json").write_bytes(ehr.published)
    realms = frozenset({Realm.CDS})
    issuer = Issuer(ehr.name, keys_file=tmp_path / "keys.json", realms=realms)
    trust = Trust((issuer,), origins=(LISTED,))
    with running(Site(knowledge, Settings(base="https://nelm.example", trust=trust))) as base:

        def asking(method, path="/cds-services", **headers):
            return requests.request(method, f"{base}{path}", headers=headers, timeout=5)

        asking.ehr = ehr
        yield asking


def told(answer):
    return {name for name in answer.headers if name.lower().startswith("access-control-")}


@pytest.mark.threat(24)
def test_a_listed_page_may_ask_with_a_token(ask):
    asked = ask("OPTIONS", "/cds-services/nelm-patient-view", Origin=LISTED, **PREFLIGHT)
    assert asked.status_code == 200
    assert asked.headers["Access-Control-Allow-Origin"] == LISTED
    token = bearer(ask.ehr.token("https://nelm.example/cds-services"))
    answer = ask("GET", Origin=LISTED, **token)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == LISTED
    assert "Origin" in answer.headers["Vary"]


@pytest.mark.threat(24)
@pytest.mark.parametrize("origin", OTHERS)
def test_another_page_is_shown_nothing(ask, origin):
    asked = ask("OPTIONS", "/cds-services/nelm-patient-view", Origin=origin, **PREFLIGHT)
    assert asked.status_code == 400
    assert "Access-Control-Allow-Origin" not in asked.headers
    assert "Access-Control-Allow-Origin" not in ask("GET", Origin=origin).headers


@pytest.mark.threat(24)
@pytest.mark.parametrize("origin", [LISTED, *OTHERS])
def test_cookies_and_passwords_are_never_taken_along(ask, origin):
    for answer in (
        ask("OPTIONS", Origin=origin, **PREFLIGHT),
        ask("GET", Origin=origin, Cookie="session=1"),
    ):
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert answer.headers.get("Access-Control-Allow-Origin") != "*"
        assert "Set-Cookie" not in answer.headers


@pytest.mark.threat(24)
def test_a_refusal_can_be_read_by_a_listed_page(ask):
    refused = ask("POST", "/cds-services/nelm-patient-view", Origin=LISTED)
    assert refused.status_code == 401
    assert refused.headers["Access-Control-Allow-Origin"] == LISTED


@pytest.mark.threat(24)
def test_without_a_list_no_page_is_answered(knowledge):
    with running(Site(knowledge, Settings())) as base:
        answer = requests.get(f"{base}/cds-services", headers={"Origin": LISTED}, timeout=5)
        asked = requests.options(
            f"{base}/cds-services", headers={"Origin": LISTED, **PREFLIGHT}, timeout=5
        )
    assert told(answer) == set()
    assert told(asked) == set()


@pytest.mark.threat(24)
@pytest.mark.parametrize("origin", ["*", "null", "https://*.example", "https://a.example/path", ""])
def test_a_list_cannot_hold_everybody(origin):
    assert list(faults(Trust(origins=(origin,))))
