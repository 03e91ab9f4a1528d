"""A FHIR server behind SMART Backend Services that really checks what it is shown.

It publishes its token endpoint, verifies assertions with PyJWT against the registered public keys
(algorithm, signature, aud, exp, jti, replay), gives out tokens that end, and answers FHIR requests
only to those. `clock` may be moved to let tokens end.
"""

import json
import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from tests.servers.local import Answering, Asked, Local, Reply, outcome

ALGORITHMS = {"RSA": "RS384", "EC": "ES384"}
MOST_SECONDS = 300


class Refused(Exception):
    """What the token endpoint says no to, in OAuth's word."""


class Smart(Local):
    """The server. Give it the public keys of its clients, `{client: {kid: JWK}}`."""

    def __init__(
        self,
        clients: Mapping[str, Mapping[str, dict[str, Any]]],
        fhir: Answering,
        seconds: int = 300,
    ) -> None:
        super().__init__(self._all)
        self.clients = clients
        self.fhir = fhir
        self.seconds = seconds
        self.moved = 0.0
        self.scopes = ("system/*.rs",)
        self.capabilities = ["client-confidential-asymmetric", "permission-v2"]
        self.token_url = f"{self.origin}/auth/token"
        self.refusals: list[str] = []
        self._tokens: dict[str, float] = {}
        self._numbers: set[str] = set()

    def now(self) -> float:
        return time.time() + self.moved

    def _all(self, asked: Asked) -> Reply:
        if asked.path == "/fhir/.well-known/smart-configuration":
            return Reply(200, self.configuration())
        if asked.path == "/auth/token":
            return self._token(asked)
        scheme, _, token = asked.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or self._tokens.get(token, 0) < self.now():
            return outcome(401, "login")
        return self.fhir(asked)

    def configuration(self) -> dict[str, Any]:
        return {
            "token_endpoint": self.token_url,
            "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS.values()),
            "capabilities": self.capabilities,
        }

    def _token(self, asked: Asked) -> Reply:
        try:
            granted = self.check(asked.form)
        except Refused as refused:
            self.refusals.append(str(refused.__cause__ or refused))
            return Reply(400, {"error": str(refused), "error_description": "of CANARY7F3A"})
        token = secrets.token_urlsafe(24)
        self._tokens[token] = self.now() + self.seconds
        return Reply(
            200,
            {"access_token": token, "token_type": "bearer", "expires_in": self.seconds}
            | {"scope": " ".join(granted)},
        )

    def check(self, form: Mapping[str, str]) -> list[str]:
        """Return the scopes that are granted; raises Refused."""
        kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        if form.get("grant_type") != "client_credentials" or not form.get("scope"):
            raise Refused("invalid_request")
        if form.get("client_assertion_type") != kind:
            raise Refused("invalid_client")
        try:
            self._verify(form.get("client_assertion", ""))
        except (jwt.PyJWTError, KeyError) as error:
            raise Refused("invalid_client") from error
        granted = [scope for scope in form["scope"].split() if scope in self.scopes]
        if not granted:
            raise Refused("invalid_scope")
        return granted

    def _verify(self, assertion: str) -> None:
        key_id = jwt.get_unverified_header(assertion)["kid"]
        unverified = jwt.decode(assertion, options={"verify_signature": False})
        jwk = self.clients[unverified["iss"]][key_id]
        claims = jwt.decode(
            assertion,
            jwt.PyJWK.from_dict(jwk, ALGORITHMS[jwk["kty"]]).key,
            algorithms=[ALGORITHMS[jwk["kty"]]],
            audience=self.token_url,
            options={"require": ["iss", "sub", "aud", "exp", "jti"]},
        )
        if claims["iss"] != claims["sub"] or claims["exp"] > time.time() + MOST_SECONDS + 5:
            raise jwt.InvalidTokenError("iss is not sub, or exp is too far away")
        if claims["jti"] in self._numbers:
            raise jwt.InvalidTokenError("jti was used before")
        self._numbers.add(claims["jti"])


class Keys:
    """A key pair made for a test: the private part in a file, the public part as JWK."""

    def __init__(self, folder: Path, kind: str, key_id: str = "key-1") -> None:
        self.key_id = key_id
        self.algorithm = ALGORITHMS[kind]
        self.private: Any = (
            rsa.generate_private_key(65537, 2048)
            if kind == "RSA"
            else ec.generate_private_key(ec.SECP384R1())
        )
        algorithm = jwt.get_algorithm_by_name(self.algorithm)
        named = {"kid": key_id, "alg": self.algorithm}
        self.jwk = algorithm.to_jwk(self.private.public_key(), as_dict=True) | named
        self.private_jwk = algorithm.to_jwk(self.private, as_dict=True) | named
        self.file = secret(folder / f"{key_id}.pem", self.pem())
        self.jwk_file = secret(folder / f"{key_id}.jwk", json.dumps(self.private_jwk))

    def pem(self) -> str:
        return self.private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()

    def registered(self, client: str = "our-client") -> dict[str, dict[str, dict[str, Any]]]:
        return {client: {self.key_id: self.jwk}}


def secret(path: Path, text: str) -> Path:
    """Write a file that only its owner reads."""
    path.touch(mode=0o600)
    path.write_text(text, "utf-8")
    return path
