"""Which tokens are believed: a signature of a listed issuer, for this endpoint, once, in time."""

import json
import time
from dataclasses import replace

import pytest
from tests.servers.ehr import Ehr

from nelm_fhir.service.statuses import HttpFault
from nelm_fhir.service.trust.keys import KeyRing
from nelm_fhir.service.trust.replay import Used
from nelm_fhir.service.trust.settings import Issuer, Realm, Trust, faults
from nelm_fhir.service.trust.tokens import Tokens

HERE = "https://nelm.example/cds-services/nelm-patient-view"


class House:
    """A service that trusts one EHR by a file of keys; `now` can be moved."""

    def __init__(self, folder, ehr, **issuer):
        self.ehr = ehr
        self.now = 0.0
        self.file = folder / "keys.json"
        self.publish()
        settings = {"realms": frozenset({Realm.CDS}), "keys_file": self.file, **issuer}
        trust = Trust((Issuer(ehr.name, **settings),))
        ring = KeyRing(trust.keys_seconds, (), lambda: self.now)
        self.tokens = Tokens(trust, ring, Used())

    def publish(self):
        self.file.write_bytes(self.ehr.published)

    def believed(self, token, realm=Realm.CDS, audience=HERE):
        return self.tokens.believed(token, realm, (audience,))

    def refused(self, token, **more):
        with pytest.raises(HttpFault) as caught:
            self.believed(token, **more)
        return caught.value


@pytest.fixture
def house(tmp_path):
    return House(tmp_path, Ehr())


@pytest.mark.parametrize("kind", ["P-384", "RSA"])
def test_a_signed_token_for_this_endpoint_is_believed(tmp_path, kind):
    ehr = Ehr(kind=kind)
    found = House(tmp_path, ehr).believed(ehr.token(HERE))
    assert (found.issuer.name, found.subject) == (ehr.name, "client")


def test_the_audience_may_be_one_of_a_list(house):
    assert house.believed(house.ehr.token(["https://other.example", HERE])).subject == "client"


def test_a_wrong_audience_is_told_exactly_what_was_expected(house, caplog):
    with caplog.at_level("INFO", logger="nelm_fhir"):
        fault = house.refused(house.ehr.token("https://nelm.example/SECRET"))
    assert fault.status == 401
    assert f"expected aud is {HERE}" in fault.message
    assert HERE in fault.headers["WWW-Authenticate"]
    assert f"reason=audience audience={HERE}" in caplog.text
    assert "SECRET" not in caplog.text + fault.message + fault.headers["WWW-Authenticate"]


def test_a_further_name_of_this_service_may_be_listed_as_audience(tmp_path):
    house = House(tmp_path, Ehr(), audiences=("https://proxy.example/nelm",))
    assert house.believed(house.ehr.token("https://proxy.example/nelm"))


def test_epic_says_not_before_some_minutes_before_it_issued(house):
    now = int(time.time())
    assert house.believed(house.ehr.token(HERE, nbf=now - 300, iat=now))


def test_clocks_may_differ_by_a_minute_and_no_more(house):
    now = int(time.time())
    assert house.believed(house.ehr.token(HERE, iat=now + 40, nbf=now + 40))
    assert house.believed(house.ehr.token(HERE, iat=now - 300, exp=now - 40))
    assert "not valid yet" in house.refused(house.ehr.token(HERE, iat=now + 90)).message
    assert "expired" in house.refused(house.ehr.token(HERE, iat=now - 300, exp=now - 90)).message


@pytest.mark.parametrize("claim", ["aud", "exp", "iat", "jti"])
def test_a_token_without_a_claim_that_is_asked_for_is_refused(house, claim):
    fault = house.refused(house.ehr.token(HERE, **{claim: None}))
    assert (fault.status, fault.message) == (401, f"The token has no {claim}.")


def test_a_token_is_good_once(house):
    token = house.ehr.token(HERE)
    house.believed(token)
    assert "used before" in house.refused(token).message


def test_a_token_that_was_refused_is_not_used_up(house):
    token = house.ehr.token(HERE)
    house.refused(token, audience="https://nelm.example/other")
    assert house.believed(token)


def test_tokens_of_an_issuer_may_be_good_until_they_end(tmp_path):
    house = House(tmp_path, Ehr(), once=False)
    token = house.ehr.token(HERE)
    assert house.believed(token) == house.believed(token)


def test_a_token_that_would_have_to_be_remembered_for_days_is_refused(house):
    far = int(time.time()) + 90_000
    assert "lives longer" in house.refused(house.ehr.token(HERE, exp=far)).message


def test_nothing_is_new_where_there_is_no_room_to_remember_it():
    used = Used(most=2)
    assert [used.is_new("a", str(n), until=10, now=5) for n in range(3)] == [True, True, False]
    assert used.is_new("a", "4", until=20, now=11)


def test_two_issuers_may_use_the_same_number():
    used = Used()
    assert [used.is_new(name, "1", until=10, now=5) for name in "ab"] == [True, True]


def test_an_issuer_whose_keys_cannot_be_had_is_not_refused_but_asked_to_wait(house):
    house.file.unlink()
    fault = house.refused(house.ehr.token(HERE))
    assert (fault.status, fault.headers["Retry-After"]) == (503, "60")


def test_a_new_key_is_believed_as_soon_as_it_is_published(house):
    house.believed(house.ehr.token(HERE))
    house.ehr.rotate()
    house.publish()
    house.now += 11
    assert house.believed(house.ehr.token(HERE))


def test_a_key_that_was_withdrawn_is_believed_no_longer_than_a_set_holds(house):
    old = house.ehr.token(HERE)
    house.believed(house.ehr.token(HERE))
    house.ehr.rotate()
    house.publish()
    house.now += 601
    assert "hold none of the name" in house.refused(old).message


def test_a_set_that_can_no_longer_be_had_is_no_longer_trusted(house):
    house.believed(house.ehr.token(HERE))
    house.file.unlink()
    house.now += 599
    assert house.believed(house.ehr.token(HERE))
    house.now += 2
    assert house.refused(house.ehr.token(HERE)).status == 503


def test_a_token_of_another_kind_of_door_is_known_and_not_allowed(house):
    assert house.refused(house.ehr.token(HERE), realm=Realm.API).status == 403


def test_only_listed_subjects_may_use_it_where_some_are_listed(tmp_path):
    house = House(tmp_path, Ehr(), subjects=frozenset({"epic-client"}))
    assert house.believed(house.ehr.token(HERE, sub="epic-client"))
    assert house.refused(house.ehr.token(HERE, sub="another")).status == 403


def test_a_scope_that_is_asked_for_has_to_be_there(tmp_path):
    house = House(tmp_path, Ehr(), scope="nelm/evaluate")
    assert house.believed(house.ehr.token(HERE, scope="openid nelm/evaluate"))
    fault = house.refused(house.ehr.token(HERE, scope="nelm/evaluate-not"))
    assert fault.status == 403
    assert 'scope="nelm/evaluate"' in fault.headers["WWW-Authenticate"]


def test_another_algorithm_may_be_listed_for_an_issuer(tmp_path):
    ehr = Ehr(kind="P-256")
    assert House(tmp_path, ehr).refused(ehr.token(HERE)).status == 401
    assert House(tmp_path, ehr, algorithms=("ES256",)).believed(ehr.token(HERE))


def test_a_name_that_stands_twice_in_a_set_names_no_key(house):
    keys = house.ehr.keys["keys"]
    house.file.write_text(json.dumps({"keys": [*keys, replace_kid(Ehr(kind="RSA"), keys)]}))
    assert "hold none of the name" in house.refused(house.ehr.token(HERE)).message


def replace_kid(other, keys):
    return {**other.keys["keys"][0], "kid": keys[0]["kid"]}


def test_settings_that_trust_too_much_are_faults():
    issuer = Issuer("https://ehr.example/", keys_url="https://ehr.example/keys")
    told = [
        fault.what
        for trust in (
            Trust((issuer, issuer)),
            Trust((replace(issuer, algorithms=("HS256",)),)),
            Trust((replace(issuer, algorithms=("none",)),)),
            Trust((replace(issuer, keys_url=None),)),
            Trust((replace(issuer, jku=frozenset({"https://ehr.example/keys"})),)),
            Trust(origins=("*",)),
            Trust(origins=("https://pages.example/path",)),
        )
        for fault in faults(trust)
    ]
    assert len(told) == 7
    assert not list(faults(Trust((issuer,), origins=("https://pages.example:8443",))))
