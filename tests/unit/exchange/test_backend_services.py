"""SMART Backend Services against a token endpoint that checks signatures."""

import base64
import hashlib
import json
import sys
import time

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from tests.servers.local import Local, Reply, answers, outcome
from tests.servers.smart import Keys, Smart, secret

from nelm_fhir.errors import AuthFailed, ServerUnavailable
from nelm_fhir.exchange.assertion import SECONDS, SigningKey, signing_key
from nelm_fhir.exchange.auth import BackendServices
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.patience import INTERACTIVE, NONE
from nelm_fhir.exchange.server import Server

pytestmark = pytest.mark.usefixtures("loopback")
PATIENT = {"resourceType": "Patient", "id": "p1"}
READ = answers(Reply(200, PATIENT))
KINDS = pytest.mark.parametrize("kind", ["RSA", "EC"])


@pytest.fixture
def keys(tmp_path):
    return Keys(tmp_path, "EC")


def server_of(smart, keys, **settings):
    auth = BackendServices("our-client", keys.file, keys.key_id, **settings)
    return Server(smart.base, auth=auth, patience=NONE)


@KINDS
def test_a_key_of_either_kind_signs_in(tmp_path, kind):
    keys = Keys(tmp_path, kind)
    with Smart(keys.registered(), READ) as smart, Client(server_of(smart, keys)) as client:
        assert client.get("Patient/p1").json() == PATIENT
        grant = client.tokens.grant()
    assert grant.scopes == ("system/*.rs",)
    assert smart.refusals == []


@KINDS
def test_a_key_may_be_a_jwk_or_stand_in_a_set(tmp_path, kind):
    keys, other = Keys(tmp_path, kind, "one"), Keys(tmp_path, kind, "two")
    both = [keys.private_jwk, other.private_jwk, other.jwk]
    many = secret(tmp_path / "set.json", json.dumps({"keys": both}))
    assert signing_key(keys.jwk_file, None).key_id == "one"
    assert signing_key(many, "two").key_id == "two"
    assert signing_key(many, "two").algorithm == keys.algorithm
    with pytest.raises(AuthFailed, match="holds no private key"):
        signing_key(many, None)
    with pytest.raises(AuthFailed, match="holds no private key"):
        signing_key(many, "three")


@KINDS
def test_a_key_without_a_name_is_named_by_its_thumbprint(tmp_path, kind):
    keys = Keys(tmp_path, kind)
    named = signing_key(keys.file, None).key_id
    assert named == thumbprint(keys.jwk)
    with (
        Smart({"our-client": {named: keys.jwk}}, READ) as smart,
        Client(Server(smart.base, auth=BackendServices("our-client", keys.file))) as client,
    ):
        assert client.get("Patient/p1").status == 200


def thumbprint(jwk):
    """RFC 7638, written by hand: the required members in the order of their names."""
    members = {"EC": ["crv", "kty", "x", "y"], "RSA": ["e", "kty", "n"]}[jwk["kty"]]
    text = "{" + ",".join(f'"{name}":"{jwk[name]}"' for name in members) + "}"
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")


def test_one_token_serves_many_requests(keys):
    with Smart(keys.registered(), READ) as smart, Client(server_of(smart, keys)) as client:
        for _ in range(3):
            client.get("Patient/p1")
    assert [asked.path for asked in smart.asked].count("/auth/token") == 1


def test_an_assertion_is_short_lived_and_never_used_twice(keys):
    with Smart(keys.registered(), READ, seconds=0) as smart:
        with Client(server_of(smart, keys)) as client:
            client.tokens.grant()
            client.tokens.grant()
        assertions = [asked.form["client_assertion"] for asked in smart.asked if asked.body]
    claims = [jwt.decode(one, options={"verify_signature": False}) for one in assertions]
    assert len({one["jti"] for one in claims}) == len(claims) == 2
    assert all(one["exp"] - one["iat"] == SECONDS < 300 for one in claims)
    assert claims[0]["aud"] == smart.token_url
    assert jwt.get_unverified_header(assertions[0]) == {
        "alg": "ES384",
        "kid": "key-1",
        "typ": "JWT",
    }


def test_a_token_that_ends_in_the_middle_of_a_job_is_renewed(keys):
    with Smart(keys.registered(), READ) as smart, Client(server_of(smart, keys)) as client:
        client.get("Patient/p1")
        smart.moved += 400
        assert client.get("Patient/p1").json() == PATIENT
    paths = [asked.path for asked in smart.asked]
    assert paths[-3:] == ["/fhir/Patient/p1", "/auth/token", "/fhir/Patient/p1"]


def test_a_token_is_renewed_before_it_ends(keys):
    with Smart(keys.registered(), READ, seconds=1) as smart, Client(server_of(smart, keys)) as one:
        one.get("Patient/p1")
        time.sleep(0.8)
        one.get("Patient/p1")
    assert [asked.path for asked in smart.asked].count("/auth/token") == 2
    assert smart.asked[-1].headers["Authorization"] != smart.asked[-3].headers["Authorization"]


def test_a_create_is_sent_again_after_a_401_because_nothing_was_done(keys):
    def fhir(asked):
        return Reply(201)

    with Smart(keys.registered(), fhir) as smart, Client(server_of(smart, keys)) as client:
        client.tokens.grant()
        smart.moved += 400
        client.send("POST", "Basic", {"resourceType": "Basic"}, accept={201}, repeatable=False)
    assert [asked.path for asked in smart.asked].count("/fhir/Basic") == 2


def test_a_401_that_a_new_token_does_not_end_is_told_after_one_renewal(keys):
    with (
        Smart(keys.registered(), answers(outcome(401, "login"))) as smart,
        Client(server_of(smart, keys)) as client,
        pytest.raises(AuthFailed) as error,
    ):
        client.get("Patient/p1")
    assert error.value.status == 401
    assert [asked.path for asked in smart.asked].count("/auth/token") == 2


def test_a_client_nobody_registered_is_told_what_the_endpoint_must_expect(keys):
    with (
        Smart({}, READ) as smart,
        Client(server_of(smart, keys)) as client,
        pytest.raises(AuthFailed) as error,
    ):
        client.get("Patient/p1")
    told = str(error.value)
    assert f"aud {smart.token_url};" in told
    assert "400 (invalid_client)" in told
    assert "client our-client" in told
    assert "key key-1 (ES384)" in told
    assert "CANARY" not in told


FORGED = {
    "no algorithm": {"alg": "none"},
    "a shared secret": {"alg": "HS384"},
    "another key": {"other": True},
    "an unknown kid": {"kid": "unknown"},
    "a wrong aud": {"aud": "https://elsewhere.example/token"},
    "no exp": {"without": "exp"},
    "no jti": {"without": "jti"},
    "expired": {"exp": -600},
    "an exp too far away": {"exp": 3600},
}


@pytest.mark.parametrize("wrong", FORGED.values(), ids=FORGED)
def test_what_the_token_endpoint_refuses_is_told_as_failed_sign_in(
    tmp_path, keys, monkeypatch, wrong
):
    """The refusals are the test server's; whoever signs so is a client with a defect or a thief."""

    def forged(self, client_id, audience):
        now = int(time.time())
        claims = {"iss": client_id, "sub": client_id, "jti": "n1"}
        claims |= {"aud": wrong.get("aud", audience), "exp": now + wrong.get("exp", 200)}
        claims.pop(wrong.get("without"), None)
        algorithm = wrong.get("alg", self.algorithm)
        key = {"none": None, "HS384": b"public" * 12}.get(algorithm, self.key)
        key = Keys(tmp_path, "EC", "other").private if wrong.get("other") else key
        return jwt.encode(claims, key, algorithm, {"kid": wrong.get("kid", self.key_id)})

    monkeypatch.setattr(SigningKey, "assertion", forged)
    with (
        Smart(keys.registered(), READ) as smart,
        Client(server_of(smart, keys)) as client,
        pytest.raises(AuthFailed, match="expect aud"),
    ):
        client.get("Patient/p1")
    assert len(smart.refusals) == 1
    assert "/fhir/Patient/p1" not in [asked.path for asked in smart.asked]


def test_a_replayed_assertion_is_refused_and_told(keys, monkeypatch):
    first = []

    def replayed(self, client_id, audience, sign=SigningKey.assertion):
        return first[0] if first else first.append(sign(self, client_id, audience)) or first[0]

    monkeypatch.setattr(SigningKey, "assertion", replayed)
    with Smart(keys.registered(), READ) as smart, Client(server_of(smart, keys)) as client:
        client.get("Patient/p1")
        smart.moved += 400
        with pytest.raises(AuthFailed, match="expect aud"):
            client.get("Patient/p1")
    assert smart.refusals == ["jti was used before"]


def test_a_scope_that_is_not_granted_is_told(keys):
    with (
        Smart(keys.registered(), READ) as smart,
        Client(server_of(smart, keys, scope="system/Patient.cud")) as client,
        pytest.raises(AuthFailed, match=r"invalid_scope.*scope system/Patient\.cud"),
    ):
        client.get("Patient/p1")


def test_a_server_of_the_first_notation_is_asked_for_its_scopes(keys):
    with Smart(keys.registered(), READ) as smart:
        smart.capabilities, smart.scopes = ["permission-v1"], ("system/*.read",)
        with Client(server_of(smart, keys)) as client:
            assert client.tokens.grant().scopes == ("system/*.read",)


def test_a_token_endpoint_elsewhere_is_asked_only_when_it_was_confirmed(keys):
    with Smart(keys.registered(), READ) as elsewhere:
        named = Reply(200, {"token_endpoint": elsewhere.token_url})
        with Local(answers(named)) as server:
            found = Server(server.base, auth=BackendServices("our-client", keys.file, "key-1"))
            with (
                Client(found) as client,
                pytest.raises(AuthFailed, match="another origin") as error,
            ):
                client.tokens.grant()
            assert elsewhere.token_url in error.value.remedy
            assert elsewhere.asked == []
            auth = BackendServices("our-client", keys.file, "key-1", elsewhere.token_url)
            with Client(Server(server.base, auth=auth, headers={"X-Key": "1"})) as client:
                assert client.tokens.grant().token
            assert elsewhere.seen("X-Key") == []


def test_a_server_without_a_token_endpoint_is_told(keys):
    with (
        Local(answers(outcome(404, "not-found"))) as server,
        Client(server_of(server, keys)) as client,
        pytest.raises(AuthFailed, match="--token-url"),
    ):
        client.get("Patient/p1")


def test_a_token_endpoint_that_is_down_is_asked_again_with_a_new_assertion(keys):
    with Smart(keys.registered(), READ) as smart:
        real = smart.answering
        failing = [Reply(503), Reply(429)]
        smart.answering = lambda asked: (
            failing.pop() if asked.path == "/auth/token" and failing else real(asked)
        )
        settings = server_of(smart, keys)
        patient = Server(smart.base, auth=settings.auth, patience=INTERACTIVE.within(5))
        with Client(patient) as client:
            assert client.get("Patient/p1").status == 200
        sent = [asked.form["client_assertion"] for asked in smart.asked if asked.body]
    assert len(set(sent)) == 3


def test_a_token_endpoint_that_stays_down_is_unavailable_not_a_failed_sign_in(keys):
    with Smart(keys.registered(), READ) as smart, Client(server_of(smart, keys)) as client:
        real = smart.answering
        smart.answering = lambda a: Reply(503) if a.path == "/auth/token" else real(a)
        with pytest.raises(ServerUnavailable):
            client.get("Patient/p1")


@pytest.mark.parametrize(
    "answer",
    [
        {"token_type": "bearer"},
        {"access_token": "x\r\nX-Evil: 1", "token_type": "bearer"},
        {"access_token": "abc", "token_type": "mac"},
        {"access_token": "abc", "token_type": "bearer", "expires_in": "soon"},
    ],
)
def test_an_answer_that_holds_no_usable_token_fails(keys, answer):
    with (
        Local(answers(Reply(200, answer))) as server,
        Client(server_of(server, keys, token_url=f"{server.origin}/token")) as client,
        pytest.raises(AuthFailed, match="token"),
    ):
        client.get("Patient/p1")


@pytest.mark.parametrize("text", ["", "no key", "{", '{"keys": []}', '{"kty": "EC", "d": "x"}'])
def test_a_file_that_holds_no_key_is_refused(tmp_path, text):
    with pytest.raises(AuthFailed, match="holds no private key"):
        signing_key(secret(tmp_path / "key", text), None)


def test_weak_keys_and_public_keys_are_refused(tmp_path, keys):
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8)
    short = rsa.generate_private_key(65537, 1024)  # noqa: S505 - what must be refused
    weak = [short, ec.generate_private_key(ec.SECP256R1())]
    texts = [one.private_bytes(*form, serialization.NoEncryption()).decode() for one in weak]
    locked = serialization.BestAvailableEncryption(b"secret")
    texts += [json.dumps(keys.jwk), keys.private.private_bytes(*form, locked).decode()]
    for text in texts:
        with pytest.raises(AuthFailed, match="holds no private key"):
            signing_key(secret(tmp_path / "key", text), None)


def test_without_the_extra_the_error_says_what_to_install(keys, monkeypatch):
    monkeypatch.setitem(sys.modules, "jwt", None)
    with pytest.raises(AuthFailed, match=r"pip install 'nelm-fhir\[server\]'"):
        signing_key(keys.file, None)
