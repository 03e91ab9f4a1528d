"""A request before it is sent, and how it may be told about."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from nelm_fhir.errors import ServerUnavailable
from nelm_fhir.exchange.answer import Answer
from nelm_fhir.exchange.origins import Address, Pin

FHIR_JSON: Final = "application/fhir+json"
FORM: Final = "application/x-www-form-urlencoded"
_TYPE: Final = re.compile(r"[A-Z][A-Za-z]{2,40}")


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `what` names it without ids or values.

    `repeatable`: sent twice it does no more than once, so it may be repeated where nobody knows
    what became of it, and follow a redirect. `trusted`: the token and our headers may go with it.
    `accept`: the statuses that are an answer to it; one of a redirect is then not followed.
    """

    method: str
    url: Address
    what: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    repeatable: bool = True
    trusted: bool = True
    accept: frozenset[int] = frozenset({HTTPStatus.OK})


class NoAnswer(ServerUnavailable):
    """Nothing came back. `sent` is False only if the server certainly never saw the request."""

    def __init__(self, message: str, remedy: str = "", *, sent: bool = True) -> None:
        super().__init__(message, remedy)
        self.sent = sent


@dataclass(frozen=True, slots=True)
class Opened(Answer):
    """An answer whose contents are still arriving: `body` is empty, `pieces` yields them once."""

    pieces: Iterator[bytes]


Ask = Callable[[Request], Answer]
"""Sends a request, with all attempts it may have, and returns the last answer."""


def told(method: str, url: Address, pin: Pin) -> str:
    """Return a name for a request: resource type and operation, never an id or a parameter."""
    path = url.path.removeprefix(pin.base.path).strip("/")
    if url.origin != pin.base.origin:
        return method
    first, *rest = path.split("/")
    parts = [first if _TYPE.fullmatch(first) or _is_operation(first) else "…" * bool(first)]
    parts += [part if _is_operation(part) else "…" for part in rest]
    return " ".join(part for part in (method, "/".join(parts)) if part)


def _is_operation(part: str) -> bool:
    return part.startswith(("$", "_")) or part == "metadata"
