"""Which FHIR server, how it is talked to, and how much of it is taken.

All of it is settings: nothing here opens a file or a connection. `Server.of` refuses what cannot
be an address.
Source: interop 5, 7 (rule 9), 11 (threats 15, 16).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from nelm_fhir.errors import ServerRefused
from nelm_fhir.exchange.asking import Ask
from nelm_fhir.exchange.origins import Address, Pin
from nelm_fhir.exchange.patience import INTERACTIVE, Patience
from nelm_fhir.fhir_r4.limits import MAX_BYTES, MAX_ENTRIES

MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is taken from a server; far above what one patient's record holds.

    Bytes are counted unpacked. `idle` and `connect` are seconds without a byte, `answer` seconds
    for a whole answer, `file` for a file of an export.
    """

    answer_bytes: int = MAX_BYTES
    file_bytes: int = 64 * 1024 * MIB
    pages: int = 10_000
    resources: int = MAX_ENTRIES
    redirects: int = 3
    connect: float = 10
    idle: float = 60
    answer: float = 300
    file: float = 6 * 60 * 60


class Tokens(Protocol):
    """The tokens of one job; safe for several threads."""

    def current(self) -> str | None:
        """Return the token to send, None for none; raises AuthFailed."""

    def renewed(self, refused: str | None) -> str | None:
        """Return another token than the one the server refused, None if there is no other."""


class Auth(Protocol):
    """How a client shows who it is."""

    def tokens(self, server: "Server", ask: Ask) -> Tokens:
        """Begin a job."""


class NoTokens:
    """A server that asks for no token."""

    def current(self) -> None:
        """Return no token."""

    def renewed(self, refused: str | None) -> None:
        """Return no other token."""


@dataclass(frozen=True, slots=True)
class NoAuth:
    """Nothing is shown, or the client certificate is all that is asked for."""

    def tokens(self, server: "Server", ask: Ask) -> NoTokens:  # noqa: ARG002 - the protocol's
        """Begin a job."""
        return NoTokens()


@dataclass(frozen=True, slots=True)
class Server:
    """A FHIR server and everything that was configured for it.

    `base` has no slash at its end. `headers` and the token go to the origin of the base and to
    `origins`, `file_origins` may be asked for files without either; no other host is ever asked.
    """

    base: str
    auth: Auth = field(default_factory=NoAuth)
    headers: Mapping[str, str] = field(default_factory=dict)
    origins: frozenset[str] = frozenset()
    file_origins: frozenset[str] = frozenset()
    client_cert: Path | None = None
    client_key: Path | None = None
    ca_file: Path | None = None
    limits: Limits = field(default_factory=Limits)
    patience: Patience = INTERACTIVE

    @property
    def pin(self) -> Pin:
        """The addresses that may be asked; raises ServerRefused where a setting is none."""
        return Pin(
            base=_address(self.base),
            trusted=_origins(self.origins),
            open=_origins(self.file_origins),
        )


def _address(text: str) -> Address:
    try:
        found = Address.of(text)
    except ValueError:
        raise ServerRefused(
            "The address of the server is no http or https address.",
            "Write it as https://HOST[:PORT]/PATH, without name, password or '?'.",
        ) from None
    if found.query:
        raise ServerRefused("The address of the server holds a query.", "Leave out '?' and behind.")
    return Address(found.origin, found.path.rstrip("/"), "")


def _origins(texts: Collection[str]) -> frozenset[str]:
    return frozenset(_address(text).origin for text in texts)
