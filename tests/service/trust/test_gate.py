"""Who is let in: by token, by a listed proxy, from this machine; what other sites may not do."""

from ipaddress import ip_network

import pytest
import requests
from tests.servers.ehr import Ehr, bearer

from nelm_fhir.service.settings import Settings
from nelm_fhir.service.site import Site
from nelm_fhir.service.statuses import HttpFault
from nelm_fhir.service.trust.caller import Caller
from nelm_fhir.service.trust.forms import Seals
from nelm_fhir.service.trust.settings import Anonymous, Issuer, Realm, Trust

BASE = "https://nelm.example"
LOOPBACK = ip_network("127.0.0.0/8")
PATH = "/patients"
"""A path without a door: who is let in gets a 404."""


@pytest.fixture
def ehr():
    return Ehr()


@pytest.fixture
def ask(served, catalogue):
    def asking(trust, path=PATH, method="GET", **headers):
        base = served(Site(catalogue, Settings(base=BASE, trust=trust)))
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return requests.request(method, f"{base}{path}", headers=sent, timeout=5)

    return asking


@pytest.fixture
def trust(tmp_path, ehr):
    (tmp_path / "keys.json").write_bytes(ehr.published)
    realms = frozenset({Realm.API})
    return Trust((Issuer(ehr.name, keys_file=tmp_path / "keys.json", realms=realms),))


def test_whoever_sits_at_this_machine_is_let_in_while_nobody_is_configured(ask):
    assert ask(Trust()).status_code == 404


def test_nobody_is_let_in_without_a_word_once_an_issuer_is_configured(ask, trust):
    refused = ask(trust)
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"] == 'Bearer realm="nelm-fhir"'
    assert refused.json()["resourceType"] == "OperationOutcome"
    assert f"expected aud is {BASE}" in refused.text


def test_the_anonymous_may_be_let_in_or_kept_out_on_purpose(ask, trust):
    assert ask(Trust(anonymous=Anonymous.REFUSED)).status_code == 401
    allowed = Trust(trust.issuers, anonymous=Anonymous.ALLOWED)
    assert ask(allowed).status_code == 404


@pytest.mark.parametrize(
    ("header", "value"),
    [("X_Forwarded_For", "198.51.100.7"), ("Forwarded", "for=198.51.100.7"), ("Via", "1.1 proxy")],
)
def test_what_a_proxy_of_this_machine_forwards_is_not_this_machine(ask, header, value):
    assert ask(Trust(), **{header: value}).status_code == 401


def test_a_name_that_was_made_to_lead_here_is_not_this_machine(ask):
    assert ask(Trust(), Host="rebound.example").status_code == 401
    assert ask(Trust(), Host="localhost:8080").status_code == 404
    assert ask(Trust(), Host="nelm.example").status_code == 404


def test_a_token_is_let_in_and_another_word_than_bearer_is_not(ask, trust, ehr):
    assert ask(trust, **bearer(ehr.token(BASE))).status_code == 404
    assert ask(trust, **bearer(ehr.token(f"{BASE}{PATH}"))).status_code == 404
    assert ask(trust, Authorization="Basic dTpw").status_code == 401


def test_a_wrong_token_is_not_made_good_by_being_on_this_machine(ask):
    assert ask(Trust(), **bearer(Ehr().token(BASE))).status_code == 401


def test_operators_ask_without_a_token(ask, trust):
    assert ask(trust, "/healthz").status_code == 200


def test_a_listed_proxy_names_the_user_and_others_do_not(ask):
    listed = Trust(proxies=(LOOPBACK,))
    assert ask(listed, X_Remote_User="dr.example").status_code == 404
    assert ask(listed).status_code == 401
    others = Trust(proxies=(ip_network("192.0.2.0/24"),))
    assert ask(others, X_Remote_User="dr.example").status_code == 401


def test_the_header_of_the_proxy_can_be_another_one(ask):
    trust = Trust(proxies=(LOOPBACK,), user_header="X-Signed-In")
    assert ask(trust, X_Signed_In="dr.example").status_code == 404
    assert ask(trust, X_Remote_User="dr.example").status_code == 401


def test_the_user_of_a_page_does_not_open_the_doors_of_the_ehr(ask):
    trust = Trust(proxies=(LOOPBACK,), open_discovery=False)
    assert ask(trust, "/cds-services", X_Remote_User="dr.example").status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Origin": "https://evil.example", "Sec_Fetch_Site": "same-origin"},
    ],
)
def test_a_page_of_another_site_cannot_send_a_form(ask, headers):
    user = {"X_Remote_User": "dr.example", **headers}
    assert ask(Trust(proxies=(LOOPBACK,)), method="POST", **user).status_code == 403
    assert ask(Trust(), method="POST", **headers).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec_Fetch_Site": "same-origin"},
        {"Sec_Fetch_Site": "none"},
        {"Origin": BASE},
        {"Origin": BASE, "Sec_Fetch_Site": "same-origin"},
    ],
)
def test_our_own_page_and_a_program_can(ask, headers):
    user = {"X_Remote_User": "dr.example", **headers}
    assert ask(Trust(proxies=(LOOPBACK,)), method="POST", **user).status_code == 404


def test_a_page_of_this_machine_can_send_to_this_machine(served, catalogue):
    base = served(Site(catalogue, Settings()))
    sent = requests.post(f"{base}{PATH}", headers={"Origin": base}, timeout=5)
    assert sent.status_code == 404


class TestForms:
    """A form carries a number that only a page shown to this very person holds."""

    USER = Caller("proxy-user", "127.0.0.1", "dr.example")

    def test_a_form_that_was_opened_here_is_taken(self):
        seals = Seals(lambda: 0)
        seals.check(self.USER, seals.seal(self.USER))

    @pytest.mark.parametrize(
        "change",
        [
            lambda number: "",
            lambda number: "99999999999." + number.partition(".")[2],
            lambda number: number[:-1],
            lambda number: "x.y",
            lambda number: "é.é",
        ],
    )
    def test_a_made_up_number_is_not(self, change):
        seals = Seals(lambda: 0)
        with pytest.raises(HttpFault) as caught:
            seals.check(self.USER, change(seals.seal(self.USER)))
        assert caught.value.status == 403

    def test_the_number_of_another_person_is_not(self):
        seals = Seals(lambda: 0)
        with pytest.raises(HttpFault):
            seals.check(self.USER, seals.seal(Caller("proxy-user", "127.0.0.1", "dr.other")))

    def test_a_page_that_lay_open_over_night_is_not(self):
        now = 0
        seals = Seals(lambda: now)
        number = seals.seal(self.USER)
        now = 9 * 3600
        with pytest.raises(HttpFault):
            seals.check(self.USER, number)
