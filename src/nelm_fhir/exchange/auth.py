"""How a client shows who it is: a token of a file, one it is given for its key, one it is lent.

Three of the ways of `server.Auth`; the fourth, nothing, stands beside it. `BackendServices` is
SMART Backend Services (SMART App Launch 2.2, backend-services.html): the token endpoint is found,
an assertion signed, the token renewed before it ends and when the server refuses it.
"""

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from nelm_fhir.errors import AuthFailed
from nelm_fhir.events import Event, event
from nelm_fhir.exchange.asking import Ask
from nelm_fhir.exchange.secret_files import read_secret
from nelm_fhir.exchange.server import Server
from nelm_fhir.exchange.token_endpoint import Grant, TokenEndpoint

_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/-]+=*")
"""RFC 6750, b64token: nothing that could end a header."""
_SPARE_SECONDS: Final = 30
_SPARE_PART: Final = 4
"""A token is renewed this long before it ends, or a quarter of its life, whichever is less."""


@dataclass(frozen=True, slots=True)
class Bearer:
    """A token from a file. It is read again when the server refuses it: others may renew it."""

    token_file: Path

    def tokens(self, server: Server, ask: Ask) -> "FileTokens":  # noqa: ARG002 - the protocol's
        """Begin a job."""
        return FileTokens(self.token_file)


class FileTokens:
    """The token of a file, as it stood when it was last read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._token: str | None = None

    def current(self) -> str:
        """Return the token; raises AuthFailed."""
        if self._token is None:
            self._token = self._read()
        return self._token

    def renewed(self, refused: str | None) -> str | None:
        """Return what stands in the file by now, None if that is the refused one."""
        self._token = self._read()
        return None if self._token == refused else self._token

    def _read(self) -> str:
        token = read_secret(self._path, "The token file")
        if not _TOKEN.fullmatch(token):
            raise AuthFailed(
                f"The token file {self._path} does not hold one token.",
                "Write the token alone into it, without 'Bearer' and quotes.",
            )
        return token


@dataclass(frozen=True, slots=True)
class Lent:
    """A token that came with the request it is for; it is not kept, and there is no other."""

    token: str = field(repr=False)

    def tokens(self, server: Server, ask: Ask) -> "LentTokens":  # noqa: ARG002 - the protocol's
        """Begin a job; raises AuthFailed for a token that no header can hold."""
        if not _TOKEN.fullmatch(self.token):
            raise AuthFailed("The token that came with the request is none that can be sent.")
        return LentTokens(self.token)


class LentTokens:
    """One token, for as long as the job lasts."""

    def __init__(self, token: str) -> None:
        self._token = token

    def current(self) -> str:
        """Return the token."""
        return self._token

    def renewed(self, refused: str | None) -> None:
        """Return no other token."""


@dataclass(frozen=True, slots=True)
class BackendServices:
    """A client registered with a public key. `token_url` is found where it is not given."""

    client_id: str
    key_file: Path
    key_id: str | None = None
    token_url: str | None = None
    scope: str | None = None

    def tokens(self, server: Server, ask: Ask) -> "GrantedTokens":
        """Begin a job."""
        endpoint = TokenEndpoint(
            server=server,
            ask=ask,
            client_id=self.client_id,
            key_file=self.key_file,
            key_id=self.key_id,
            token_url=self.token_url,
            scope=self.scope,
        )
        return GrantedTokens(endpoint)


class GrantedTokens:
    """Tokens of a token endpoint, one after another; safe for several threads."""

    def __init__(
        self, endpoint: TokenEndpoint, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.endpoint = endpoint
        self._clock = clock
        self._lock = threading.Lock()
        self._grant: Grant | None = None
        self._until = 0.0

    def grant(self) -> Grant:
        """Return what was granted, asking for it where there is nothing that lasts."""
        with self._lock:
            if self._grant is None or self._clock() >= self._until:
                self._grant = self._new()
            return self._grant

    def current(self) -> str:
        """Return a token that still lasts; raises AuthFailed."""
        return self.grant().token

    def renewed(self, refused: str | None) -> str | None:
        """Return a new token, unless another thread already has one."""
        with self._lock:
            if self._grant is None or self._grant.token == refused:
                self._grant = self._new()
            return self._grant.token

    def _new(self) -> Grant:
        asked = self._clock()
        grant = self.endpoint.grant()
        if not _TOKEN.fullmatch(grant.token):
            raise AuthFailed("The token endpoint gave a token that no header can hold.")
        spare = min(_SPARE_SECONDS, grant.seconds / _SPARE_PART)
        self._until = asked + grant.seconds - spare
        event(Event.SIGNED_IN, seconds=grant.seconds)
        return grant
