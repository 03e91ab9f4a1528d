"""Why a caller is turned away: 401 for who they are, 403 for what they may not do.

The answer tells what would be right (the exact audience that is expected), never what a token held.
Source: RFC 6750 section 3; interop 1 and 4 (Epic: hospitals type `aud` by hand).
"""

from enum import StrEnum
from http import HTTPStatus
from typing import Final, cast

from nelm_fhir.events import Event, event
from nelm_fhir.service.statuses import HttpFault

REALM: Final = "nelm-fhir"
INVALID: Final = "invalid_token"


class Reason(StrEnum):
    """Why a token or a caller is refused."""

    NOBODY = "nobody"
    UNREADABLE = "unreadable"
    ALGORITHM = "algorithm"
    ISSUER = "issuer"
    KEY_PLACE = "key-place"
    KEY = "key"
    SIGNATURE = "signature"
    CLAIM_MISSING = "claim-missing"
    AUDIENCE = "audience"
    EXPIRED = "expired"
    NOT_YET = "not-yet"
    TOO_LONG = "too-long"
    REPLAYED = "replayed"
    CLAIMS = "claims"
    SUBJECT = "subject"
    REALM = "realm"
    SCOPE = "scope"
    CROSS_SITE = "cross-site"
    FORM = "form"


def unauthorized(
    reason: Reason, message: str, remedy: str = "", *, expected: str = ""
) -> HttpFault:
    """Return the refusal of a request whose sender is not established; logs the reason.

    `expected` is the audience that a token for this endpoint has to name.
    """
    _log(reason, expected)
    challenge = f'Bearer realm="{REALM}"'
    if reason is not Reason.NOBODY:
        challenge += f', error="{INVALID}", error_description="{_quotable(message)}"'
    return HttpFault(
        HTTPStatus.UNAUTHORIZED, "login", message, remedy, headers={"WWW-Authenticate": challenge}
    )


def forbidden(reason: Reason, message: str, remedy: str = "", *, scope: str = "") -> HttpFault:
    """Return the refusal of a caller who is known and may not do this; logs the reason."""
    _log(reason)
    headers = {}
    if scope:
        told = f'Bearer realm="{REALM}", error="insufficient_scope", scope="{_quotable(scope)}"'
        headers["WWW-Authenticate"] = told
    return HttpFault(HTTPStatus.FORBIDDEN, "forbidden", message, remedy, headers=headers)


def unready(message: str, remedy: str, seconds: int) -> HttpFault:
    """Return the refusal of a request that nobody can judge just now."""
    return HttpFault(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "transient",
        message,
        remedy,
        headers={"Retry-After": str(seconds)},
    )


def _log(reason: Reason, expected: str = "") -> None:
    if expected:
        event(Event.CALLER_REFUSED, reason=reason, audience=_of_settings(expected))
    else:
        event(Event.CALLER_REFUSED, reason=reason)


def _of_settings(address: str) -> StrEnum:
    """Return an address of this service as a word: the settings enumerate them, no caller does."""
    return cast("StrEnum", StrEnum("Audience", {"EXPECTED": address}).EXPECTED)  # type: ignore[attr-defined]


def _quotable(text: str) -> str:
    return "".join(c for c in text if " " <= c <= "~" and c not in '"\\')
