"""What one request is called: by its sender, across systems, and by us.

In: its headers. Out: Numbers, for whoever works on that request (`current()`), and the headers of
the answer. `X-Request-Id` and `X-Correlation-Id` are given back as they came, made where there are
none; `traceparent` goes on under the same trace (W3C Trace Context level 1).

The sender's words may hold anything, so logs know a request by `number` alone, which is ours.
"""

import re
import secrets
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

REQUEST_ID: Final = "X-Request-Id"
CORRELATION_ID: Final = "X-Correlation-Id"
TRACEPARENT: Final = "traceparent"
_NUMBER_BITS: Final = 52  # a number that JSON readers keep exactly
_ID: Final = re.compile(r"[\x21-\x7e]{1,128}")
_TRACE: Final = re.compile(r"(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_OURS: Final = "00"
_SAMPLED: Final = 1


@dataclass(frozen=True, slots=True)
class Numbers:
    """What one request is called. `number` stands in logs, and in the answer of a defect."""

    number: int
    request_id: str
    correlation_id: str
    traceparent: str

    def headers(self) -> dict[str, str]:
        """Return the headers of the answer."""
        return {
            REQUEST_ID: self.request_id,
            CORRELATION_ID: self.correlation_id,
            TRACEPARENT: self.traceparent,
        }


def numbers_of(headers: Mapping[str, str]) -> Numbers:
    """Return what the request with these headers is called."""
    request_id = _given(headers, REQUEST_ID) or str(uuid4())
    return Numbers(
        number=secrets.randbits(_NUMBER_BITS),
        request_id=request_id,
        correlation_id=_given(headers, CORRELATION_ID) or request_id,
        traceparent=_traceparent(headers.get(TRACEPARENT, "")),
    )


def _given(headers: Mapping[str, str], name: str) -> str | None:
    value = headers.get(name, "")
    return value if _ID.fullmatch(value) else None


def _traceparent(given: str) -> str:
    """Return our own step of the trace that was given, or of a new one."""
    found = _TRACE.fullmatch(given)
    trace, flags = secrets.token_hex(16), 0
    if found and _is_valid(found):
        trace, flags = found[2], int(found[4], 16) & _SAMPLED
    return f"{_OURS}-{trace}-{secrets.token_hex(8)}-{flags:02x}"


def _is_valid(found: re.Match[str]) -> bool:
    """Whether no id is all zeros, and nothing follows where the version knows of nothing."""
    return bool(found[2].strip("0") and found[3].strip("0")) and (found[1] != _OURS or not found[5])


_CURRENT: Final[ContextVar[Numbers | None]] = ContextVar("numbers", default=None)


def begin(numbers: Numbers) -> None:
    """Work on this request from now on, in this task and the threads it starts."""
    _CURRENT.set(numbers)


def current() -> Numbers:
    """Return what the request is called that is worked on; for work of our own, a new name."""
    return _CURRENT.get() or numbers_of({})
