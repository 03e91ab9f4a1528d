"""A client's signed statement of who it is (private_key_jwt), and the key that signs it.

RSA keys sign RS384, P-384 keys ES384: the two algorithms that SMART requires servers to know. Each
statement is for one token endpoint (`aud`), lasts four minutes and has its own number (`jti`).
In: a private key as PEM, JWK or JWK Set. Out: the JWT. PyJWT is part of the extra `server`.
Source: SMART App Launch 2.2, client-confidential-asymmetric.html; RFC 7523, RFC 7638.
"""

import base64
import hashlib
import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from nelm_fhir.errors import AuthFailed
from nelm_fhir.exchange.retries import INSTALL
from nelm_fhir.exchange.secret_files import read_secret

SECONDS: Final = 240
"""How long a statement holds. Servers refuse more than 300, and clocks differ."""
_SHORTEST_RSA: Final = 2048
_OF_CURVE: Final = {"secp384r1": "ES384"}
_THUMBPRINT: Final = {"RSA": ("e", "kty", "n"), "EC": ("crv", "kty", "x", "y")}


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key, the algorithm that it signs with, and the name it is registered under."""

    key: Any
    algorithm: str
    key_id: str

    def assertion(self, client_id: str, audience: str) -> str:
        """Return a new statement for one token endpoint."""
        import jwt  # noqa: PLC0415 - an extra

        now = int(time.time())
        claims = {
            "iss": client_id,
            "sub": client_id,
            "aud": audience,
            "iat": now,
            "exp": now + SECONDS,
            "jti": str(uuid.uuid4()),
        }
        return jwt.encode(claims, self.key, self.algorithm, headers={"kid": self.key_id})


def signing_key(path: Path, key_id: str | None) -> SigningKey:
    """Read a key. Without a name its thumbprint is one; raises AuthFailed."""
    try:
        import jwt  # noqa: PLC0415 - an extra
    except ImportError:
        raise AuthFailed("Signing in with a key needs PyJWT.", f"Install it: {INSTALL}") from None

    text = read_secret(path, "The key file")
    try:
        key, named = _from_json(text, key_id) if text.startswith("{") else (_from_pem(text), None)
    except (ValueError, TypeError, KeyError, jwt.PyJWTError):
        raise _unusable(path) from None
    algorithm = _algorithm(key)
    if algorithm is None:
        raise _unusable(path)
    return SigningKey(key, algorithm, key_id or named or _thumbprint(key, algorithm))


def _unusable(path: Path) -> AuthFailed:
    return AuthFailed(
        f"The key file {path} holds no private key that can be used.",
        "Give an RSA key of 2048 bits or more or a P-384 key, as PEM without passphrase or as JWK; "
        "of several in a set, name one with --key-id.",
    )


def _from_pem(text: str) -> Any:
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415 - an extra
        load_pem_private_key,
    )

    return load_pem_private_key(text.encode(), password=None)


def _from_json(text: str, key_id: str | None) -> tuple[Any, str | None]:
    """Return the key of a JWK, or the one of a set that has the name or is the only private one."""
    import jwt  # noqa: PLC0415 - an extra

    found = json.loads(text)
    private = [one for one in found.get("keys", [found]) if "d" in one]
    fitting = [one for one in private if key_id in (None, one.get("kid")) or len(private) == 1]
    [chosen] = fitting
    return jwt.PyJWK.from_dict(chosen, _jwk_algorithm(chosen)).key, chosen.get("kid")


def _jwk_algorithm(jwk: Mapping[str, Any]) -> str:
    return "RS384" if jwk["kty"] == "RSA" else "ES384"


def _algorithm(key: Any) -> str | None:
    """Return what a private key signs with; None for a key that is none, or too weak."""
    if not hasattr(key, "private_numbers"):
        return None
    if hasattr(key, "curve"):
        return _OF_CURVE.get(key.curve.name)
    return "RS384" if key.key_size >= _SHORTEST_RSA else None


def _thumbprint(key: Any, algorithm: str) -> str:
    """Return the name of a key that has none: the digest of its public part (RFC 7638)."""
    import jwt  # noqa: PLC0415 - an extra

    public = jwt.get_algorithm_by_name(algorithm).to_jwk(key.public_key(), as_dict=True)
    named = {member: public[member] for member in _THUMBPRINT[public["kty"]]}
    text = json.dumps(named, separators=(",", ":"), sort_keys=True)
    digest = hashlib.sha256(text.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
