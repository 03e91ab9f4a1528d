"""Asking again: which failures are worth it, after which pause, and when to stop.

Worth another attempt are 408, 425, 429, failures of the server and broken connections, but a
request that must not happen twice only if it certainly did not happen once. The server's own
`Retry-After`, in seconds or as a date, comes first; where it asks for more time than there is, the
answer stands at once. Pauses are the work of stamina (extra `server`); without it there is one
attempt.
In: something that asks once. Out: its last answer, or NoAnswer.
Source: interop 7, rules 4 and 9; RFC 9110, section 10.2.3.
"""

import logging
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final

from nelm_fhir.errors import ExchangeError, ServerUnavailable
from nelm_fhir.events import Event, event
from nelm_fhir.exchange.answer import Answer
from nelm_fhir.exchange.asking import NoAnswer, Request
from nelm_fhir.exchange.patience import Patience

INSTALL: Final = "pip install 'nelm-fhir[server]'"
Once = Callable[[], Answer]

# stamina tells of its pauses through `logging`; without a handler that ends on stderr.
logging.getLogger("stamina").addHandler(logging.NullHandler())


class _Again(Exception):
    """An outcome that is worth another attempt; holds no text, because loggers show it."""

    def __init__(self, outcome: Answer | NoAnswer) -> None:
        super().__init__()
        self.outcome = outcome


def persistently(once: Once, request: Request, patience: Patience) -> Answer:
    """Ask until there is an answer that stands; raises NoAnswer if there never is one."""
    if not can_repeat():
        return _only_once(once)
    import stamina  # noqa: PLC0415 - an extra, and only where something is asked

    pauses = _Pauses(patience)
    try:
        for attempt in stamina.retry_context(on=pauses, attempts=pauses.attempts, timeout=None):
            with attempt:
                return _standing(once, request)
    except _Again as last:
        outcome = last.outcome
    if isinstance(outcome, Answer):
        return outcome
    raise outcome


def can_repeat() -> bool:
    """Whether the extra is installed that asks again."""
    try:
        import stamina  # noqa: F401, PLC0415 - whether it is there
    except ImportError:
        return False
    return True


def _only_once(once: Once) -> Answer:
    try:
        return once()
    except NoAnswer as error:
        raise hinted(error) from None


def hinted(error: ExchangeError) -> ExchangeError:
    """Return an error; where another attempt was worth it and impossible, it says what lacks."""
    if isinstance(error, ServerUnavailable) and not can_repeat():
        error.remedy = f"{error.remedy} To be asked again by itself it needs: {INSTALL}".strip()
    return error


def _standing(once: Once, request: Request) -> Answer:
    try:
        answer = once()
    except NoAnswer as error:
        if request.repeatable or not error.sent:
            raise _Again(error) from None
        raise
    if answer.status not in request.accept and _is_worth_another(answer, request):
        raise _Again(answer)
    return answer


def _is_worth_another(answer: Answer, request: Request) -> bool:
    """Whether to repeat; 429 is the one refusal that says that nothing was done."""
    undone = request.repeatable or answer.status == HTTPStatus.TOO_MANY_REQUESTS
    return answer.is_transient and undone


class _Pauses:
    """Says for each failure how many seconds to wait, or that it stands."""

    def __init__(self, patience: Patience) -> None:
        self.attempts = len(patience.waits) + 1
        self._longest = iter(patience.waits)
        self._end = time.monotonic() + patience.deadline

    def __call__(self, error: Exception) -> bool | float:
        longest = next(self._longest, None)
        if not isinstance(error, _Again) or longest is None:
            return False
        pause = max(asked_pause(error.outcome), random.uniform(0, longest))  # noqa: S311 - no secret
        if time.monotonic() + pause > self._end:
            return False
        status = error.outcome.status or 0
        event(Event.REQUEST_REPEATED, status=status, pause=round(pause, 3))
        return pause


def asked_pause(outcome: Answer | NoAnswer) -> float:
    """Return the seconds that `Retry-After` asks for, 0 where nothing readable stands there."""
    if isinstance(outcome, NoAnswer):
        return 0
    text = outcome.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        then = parsedate_to_datetime(text)
        return max(0, (then - _now_of(outcome)).total_seconds())
    except (ValueError, TypeError):
        return 0


def _now_of(answer: Answer) -> datetime:
    """Return the time by the clock of the server, which may be another than ours."""
    try:
        return parsedate_to_datetime(answer.headers.get("date", ""))
    except (ValueError, TypeError):
        return datetime.now(UTC)
