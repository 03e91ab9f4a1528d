"""Threat 17: no forged, borrowed, replayed or outdated token is believed by the running service.

One EHR is trusted, by the keys that it publishes on a second port.
"""

import base64
import hashlib
import hmac
import json
import time
from contextlib import contextmanager

import jwt
import pytest
import requests
from tests.servers.ehr import Ehr, bearer, key, public
from tests.servers.local import Local, Reply, answers
from tests.service.conftest import running

from nelm_fhir import pipeline
from nelm_fhir.service.settings import Settings
from nelm_fhir.service.site import Site
from nelm_fhir.service.trust.settings import Issuer, Realm, Trust

pytestmark = pytest.mark.usefixtures("loopback")
BASE = "https://nelm.example"
AUDIENCE = f"{BASE}/cds-services"
REALMS = frozenset({Realm.CDS, Realm.API})


@pytest.fixture(scope="module")
def knowledge():
    return pipeline.load()


class House:
    """A service that fetches the keys of one EHR; `keys` is the server that publishes them."""

    def __init__(self, base, keys, ehr):
        self.base, self.keys, self.ehr = base, keys, ehr

    def asked(self, token):
        return requests.get(f"{self.base}/cds-services", headers=bearer(token), timeout=5)


@contextmanager
def publishing(ehr, published, knowledge, networks):
    """A service that trusts an EHR, whose address of keys answers what was `published`."""
    with Local(answers(Reply(200, published))) as keys:
        issuer = Issuer(ehr.name, keys_url=f"{keys.origin}/keys", realms=REALMS)
        trust = Trust((issuer,), networks=networks, keys_seconds=30)
        with running(Site(knowledge, Settings(base=BASE, trust=trust))) as base:
            yield House(base, keys, ehr)


@pytest.fixture
def house(knowledge, networks):
    ehr = Ehr()
    with publishing(ehr, ehr.published, knowledge, networks) as house:
        yield house


def part(content):
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def put_together(header, claims, signature=b""):
    return f"{part(header)}.{part(claims)}.{part(signature)}"


def unsigned(ehr):
    return put_together({"alg": "none", "typ": "JWT", "kid": ehr.kid}, ehr.claims(AUDIENCE))


def unsigned_in_other_letters(ehr):
    return put_together({"alg": "nOnE", "typ": "JWT", "kid": ehr.kid}, ehr.claims(AUDIENCE))


def hmac_with(secret):
    def made(ehr):
        text = (
            f"{part({'alg': 'HS256', 'typ': 'JWT', 'kid': ehr.kid})}.{part(ehr.claims(AUDIENCE))}"
        )
        content = secret(ehr)
        return f"{text}.{part(hmac.new(content, text.encode(), hashlib.sha256).digest())}"

    return made


def pem(ehr):
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public_key = key(ehr.kind, ehr.number).public_key()
    return public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def by_another_key(ehr):
    return jwt.encode(ehr.claims(AUDIENCE), key("P-384", 99), "ES384", {"kid": ehr.kid})


def by_a_key_it_brings(ehr):
    own = {"jwk": public("P-384", ehr.kid, 99), "kid": ehr.kid}
    return jwt.encode(ehr.claims(AUDIENCE), key("P-384", 99), "ES384", own)


def with_changed_claims(ehr):
    head, _, signature = ehr.token(AUDIENCE).split(".")
    return f"{head}.{part(ehr.claims(AUDIENCE, sub='somebody-else'))}.{signature}"


def without_signature(ehr):
    return ehr.token(AUDIENCE).rpartition(".")[0] + "."


def named(kid):
    return lambda ehr: ehr.token(AUDIENCE, {"kid": kid})


def now(seconds):
    return int(time.time()) + seconds


FORGED = {
    "unsigned": unsigned,
    "unsigned, in other letters": unsigned_in_other_letters,
    "HMAC with the public key as PEM": hmac_with(pem),
    "HMAC with the published set": hmac_with(lambda ehr: ehr.published),
    "HMAC with nothing": hmac_with(lambda _ehr: b""),
    "signed by another key": by_another_key,
    "signed by a key that it brings along": by_a_key_it_brings,
    "claims changed after signing": with_changed_claims,
    "signature left out": without_signature,
    "for somebody else": lambda ehr: ehr.token("https://other.example/cds-services"),
    "for another endpoint of ours": lambda ehr: ehr.token(f"{AUDIENCE}/nelm-patient-view"),
    "for the endpoint and more": lambda ehr: ehr.token(f"{AUDIENCE}/../cds-services"),
    "for nobody": lambda ehr: ehr.token(None),
    "by an issuer nobody knows": lambda ehr: ehr.token(AUDIENCE, iss="https://evil.example/"),
    "by an issuer that looks like ours": lambda ehr: ehr.token(AUDIENCE, iss=ehr.name[:-1]),
    "without an end": lambda ehr: ehr.token(AUDIENCE, exp=None),
    "without a number": lambda ehr: ehr.token(AUDIENCE, jti=None),
    "without a beginning": lambda ehr: ehr.token(AUDIENCE, iat=None),
    "without an issuer": lambda ehr: ehr.token(AUDIENCE, iss=None),
    "expired": lambda ehr: ehr.token(AUDIENCE, iat=now(-900), exp=now(-600)),
    "from the future": lambda ehr: ehr.token(AUDIENCE, iat=now(600), exp=now(900)),
    "good for a year": lambda ehr: ehr.token(AUDIENCE, exp=now(365 * 86_400)),
    "ends at no number": lambda ehr: put_together(
        {"alg": "ES384", "typ": "JWT", "kid": ehr.kid}, ehr.claims(AUDIENCE, exp="never"), b"0" * 96
    ),
    "a name of a key that is a path": named("../../../../dev/null"),
    "a name of a key that is a query": named("key-0' OR '1'='1"),
    "a name of a key that is an address": named("https://evil.example/keys"),
    "an empty name of a key": named(""),
    "a critical extension": lambda ehr: ehr.token(AUDIENCE, {"crit": ["b64"], "b64": False}),
    "another kind of token": lambda ehr: ehr.token(AUDIENCE, {"typ": "logout+jwt"}),
    "no token at all": lambda _ehr: "not.a.token",
    "two parts": lambda _ehr: "eyJ9.eyJ9",
    "endless": lambda _ehr: "A" * 20_000,
    "deeply nested": lambda _ehr: put_together({"alg": "ES384"}, b"[" * 8_000),
}


@pytest.mark.threat(17)
def test_what_all_the_others_would_be_is_believed(house):
    assert house.asked(house.ehr.token(AUDIENCE)).status_code == 200


@pytest.mark.threat(17)
@pytest.mark.parametrize("forge", FORGED.values(), ids=list(FORGED))
def test_no_forged_token_is_believed(house, forge):
    token = forge(house.ehr)
    refused = house.asked(token)
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")
    assert refused.json()["resourceType"] == "OperationOutcome"
    longest = max(token.split("."), key=len)
    assert len(longest) < 20 or longest not in refused.text


@pytest.mark.threat(17)
def test_a_token_that_somebody_saw_is_of_no_use_to_them(house):
    token = house.ehr.token(AUDIENCE)
    assert house.asked(token).status_code != 401
    assert house.asked(token).status_code == 401


@pytest.mark.threat(17)
@pytest.mark.filterwarnings("ignore:The RSA key is 1024 bits")
@pytest.mark.parametrize("kind", ["weak", "P-256"])
def test_a_key_that_is_too_weak_or_of_another_kind_signs_nothing(knowledge, networks, kind):
    ehr = Ehr(kind=kind)
    with publishing(ehr, ehr.published, knowledge, networks) as house:
        assert house.asked(ehr.token(AUDIENCE)).status_code == 401


@pytest.mark.threat(17)
@pytest.mark.parametrize(
    "change", [{"use": "enc"}, {"alg": "ES256"}, {"key_ops": ["encrypt"]}, {"crv": "P-256"}]
)
def test_a_key_that_was_published_for_something_else_signs_nothing(knowledge, networks, change):
    ehr = Ehr()
    published = {"keys": [{**ehr.keys["keys"][0], **change}]}
    with publishing(ehr, published, knowledge, networks) as house:
        assert house.asked(ehr.token(AUDIENCE)).status_code == 401


@pytest.mark.threat(17)
def test_a_secret_among_the_published_keys_is_no_key(knowledge, networks):
    ehr = Ehr()
    secret = {"kty": "oct", "k": part(b"0" * 48), "kid": ehr.kid}
    with publishing(ehr, {"keys": [secret]}, knowledge, networks) as house:
        forged = hmac_with(lambda _ehr: b"0" * 48)(ehr)
        assert house.asked(forged).status_code == 401


@pytest.mark.threat(17, 23)
def test_invented_names_of_keys_do_not_make_us_hammer_the_issuer(house):
    for number in range(20):
        assert (
            house.asked(house.ehr.token(AUDIENCE, {"kid": f"made-up-{number}"})).status_code == 401
        )
    assert len(house.keys.asked) == 1
