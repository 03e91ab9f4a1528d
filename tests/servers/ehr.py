"""The signing side of an EHR: its keys, the set it publishes, the tokens it makes; all made up.

ehr = Ehr("https://ehr.example/")
token = ehr.token("http://127.0.0.1:1/cds-services/nelm-patient-view")
"""

import json
import time
import uuid
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa


@cache
def key(kind: str, number: int = 0) -> Any:
    """A private key of a kind; the same for the same number."""
    if kind == "P-384":
        return ec.generate_private_key(ec.SECP384R1())
    if kind == "P-256":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(65537, 1024 if kind == "weak" else 2048)


ALGORITHM = {"P-384": "ES384", "P-256": "ES256", "RSA": "RS384", "weak": "RS384"}


def public(kind: str, kid: str, number: int = 0, **more: Any) -> dict[str, Any]:
    """The public part of a key as a JWK."""
    algorithm = jwt.get_algorithm_by_name(ALGORITHM[kind])
    return {**algorithm.to_jwk(key(kind, number).public_key(), as_dict=True), "kid": kid, **more}


class Ehr:
    """An issuer with one key at a time; `rotate` gives it the next."""

    def __init__(self, name: str = "https://ehr.example/", kind: str = "P-384") -> None:
        self.name = name
        self.kind = kind
        self.number = 0

    @property
    def kid(self) -> str:
        return f"key-{self.number}"

    def rotate(self) -> None:
        self.number += 1

    @property
    def keys(self) -> dict[str, Any]:
        return {"keys": [public(self.kind, self.kid, self.number, use="sig")]}

    @property
    def published(self) -> bytes:
        return json.dumps(self.keys).encode()

    def claims(self, audience: Any, **other: Any) -> dict[str, Any]:
        """The claims of a good token; one that is None is left out."""
        now = int(time.time())
        made = {
            "iss": self.name,
            "aud": audience,
            "exp": now + 300,
            "iat": now,
            "jti": str(uuid.uuid4()),
            "sub": "client",
        }
        return {name: one for name, one in {**made, **other}.items() if one is not None}

    def token(self, audience: Any, headers: dict[str, Any] | None = None, **claims: Any) -> str:
        """A signed token; `claims` and `headers` change it."""
        return jwt.encode(
            self.claims(audience, **claims),
            key(self.kind, self.number),
            ALGORITHM[self.kind],
            headers={"kid": self.kid, **(headers or {})},
        )


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
