"""The token endpoint of a server: found, asked, and its refusals told with what it expected.

Its address stands in `.well-known/smart-configuration`. One that lies on another origin than those
configured is not asked until somebody confirms it with --token-url: no host is contacted because a
document says so.
In: a server and a client's registration. Out: a Grant. Every attempt has a new assertion.
Source: SMART App Launch 2.2, backend-services.html; interop 5; RFC 6749, section 5.2.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from nelm_fhir.errors import AuthFailed, ServerRefused
from nelm_fhir.exchange.answer import Answer, refusal
from nelm_fhir.exchange.asking import FORM, Ask, Request
from nelm_fhir.exchange.assertion import SigningKey, signing_key
from nelm_fhir.exchange.origins import Address
from nelm_fhir.exchange.retries import persistently
from nelm_fhir.exchange.server import Server

_WELL_KNOWN: Final = ".well-known/smart-configuration"
_ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_JSON: Final = {"Accept": "application/json"}
_ERRORS: Final = frozenset(
    {"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client"}
    | {"unsupported_grant_type", "invalid_scope", "access_denied", "server_error"}
    | {"temporarily_unavailable", "invalid_token", "insufficient_scope"}
)
"""OAuth's words for what is wrong. Others, and the description, could hold anything."""
EVERYTHING: Final = "system/*.rs"
EVERYTHING_V1: Final = "system/*.read"
"""Scopes that are asked for where none are configured, in the second and the first notation."""
_USUAL_SECONDS: Final = 300
"""The life of a token whose answer does not say it: the longest that SMART recommends."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A token, how many seconds it lasts, and the scopes that were granted."""

    token: str
    seconds: int
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Published:
    """What a server says of its token endpoint; empty where it says nothing."""

    token_url: str = ""
    algorithms: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()


@dataclass(frozen=True)
class TokenEndpoint:
    """A server's token endpoint and the client that asks it."""

    server: Server
    ask: Ask
    client_id: str
    key_file: Path
    key_id: str | None
    token_url: str | None
    scope: str | None

    @cached_property
    def key(self) -> SigningKey:
        """The key that signs; raises AuthFailed."""
        return signing_key(self.key_file, self.key_id)

    @cached_property
    def published(self) -> Published:
        """What the server's SMART configuration says; nothing where it has none."""
        pin = self.server.pin
        url = pin.url(_WELL_KNOWN)
        request = Request("GET", url, "GET smart-configuration", _JSON)
        answer = persistently(lambda: self.ask(request), request, self.server.patience)
        if answer.is_transient:
            raise refusal(answer, request.what)
        if answer.status != HTTPStatus.OK:
            return Published()
        return _published(answer.json())

    @cached_property
    def audience(self) -> str:
        """The address of the token endpoint, which is `aud` of an assertion; raises AuthFailed."""
        if self.token_url:
            return self.token_url
        found = self.published.token_url
        if not found:
            raise AuthFailed(
                f"The server names no token endpoint in {_WELL_KNOWN}.",
                "Give its address with --token-url.",
            )
        if not self._is_configured(found):
            raise AuthFailed(
                "The token endpoint that the server names lies on another origin.",
                f"If {found} is right, confirm it with --token-url.",
            )
        return found

    @cached_property
    def asked_scope(self) -> str:
        """The scopes that are asked for."""
        first_notation = "permission-v1" in self.published.capabilities
        second = "permission-v2" in self.published.capabilities
        return self.scope or (EVERYTHING_V1 if first_notation and not second else EVERYTHING)

    def grant(self) -> Grant:
        """Ask for a token; raises AuthFailed, or ServerUnavailable after all attempts."""
        request = self._request("")
        answer = persistently(
            lambda: self.ask(self._request(self.key.assertion(self.client_id, self.audience))),
            request,
            self.server.patience,
        )
        if answer.is_transient:
            raise refusal(answer, request.what)
        if answer.status != HTTPStatus.OK:
            raise self._refused(answer)
        return self._granted(answer)

    def _request(self, assertion: str) -> Request:
        try:
            url = Address.of(self.audience)
        except ValueError:
            raise AuthFailed(
                "The token endpoint is no http or https address.", "Check --token-url."
            ) from None
        form = {
            "grant_type": "client_credentials",
            "scope": self.asked_scope,
            "client_assertion_type": _ASSERTION,
            "client_assertion": assertion,
        }
        return Request(
            method="POST",
            url=url,
            what="POST for a token",
            headers={**_JSON, "Content-Type": FORM},
            body=urlencode(form).encode(),
            trusted=self.server.pin.is_trusted(url),
        )

    def _is_configured(self, url: str) -> bool:
        try:
            return self.server.pin.is_trusted(Address.of(url))
        except ValueError:
            return False

    def _granted(self, answer: Answer) -> Grant:
        found = _object(answer)
        token, seconds = found.get("access_token"), found.get("expires_in", _USUAL_SECONDS)
        kind = str(found.get("token_type", "")).lower()
        if not isinstance(token, str) or kind != "bearer" or not isinstance(seconds, int):
            raise AuthFailed("The answer of the token endpoint holds no bearer token.")
        return Grant(token, seconds, tuple(str(found.get("scope", "")).split()))

    def _refused(self, answer: Answer) -> AuthFailed:
        word = _object(answer).get("error")
        told = f" ({word})" if word in _ERRORS else ""
        return AuthFailed(
            f"The token endpoint refused the client with {answer.status}{told}.",
            f"It must know client {self.client_id} with the public part of key "
            f"{self.key.key_id} ({self.key.algorithm}) and expect aud {self.audience}; "
            f"asked for was the scope {self.asked_scope}. Check both clocks, too.",
            answer.status,
        )


def _object(answer: Answer) -> Mapping[str, Any]:
    try:
        return answer.json()
    except ServerRefused:
        return {}


def _published(found: Mapping[str, Any]) -> Published:
    url = found.get("token_endpoint")
    return Published(
        token_url=url if isinstance(url, str) else "",
        algorithms=_words(found.get("token_endpoint_auth_signing_alg_values_supported")),
        capabilities=_words(found.get("capabilities")),
    )


def _words(found: Any) -> tuple[str, ...]:
    return tuple(map(str, found)) if isinstance(found, list) else ()
