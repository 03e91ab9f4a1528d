"""Waiting for an export: asking for its state, ever more slowly, until it has a manifest.

In: a client, the status URL, the pacing. Out: the manifest as JSON, or an error. The server's
`Retry-After` comes first. A server that keeps the state of the job apart from that of the question
(`separate-export-status`) is understood, too.
Source: Bulk Data Access, "Bulk Data Status Request"; interop 5.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from nelm_fhir.errors import ExportFailed, ServerUnavailable
from nelm_fhir.events import Event, event
from nelm_fhir.exchange.answer import Answer, issue_types, refusal
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.retries import asked_pause

DAY: Final = 24 * 60 * 60
_JSON: Final = {"Accept": "application/json"}
_APART: Final = "x-export-status"
_GONE: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


@dataclass(frozen=True, slots=True)
class Pacing:
    """Seconds: the first pause, the longest of ours, the longest that a server may ask for.

    `deadline` is how long an export may take; big hospitals need weeks.
    """

    first: float = 2
    longest: float = 300
    asked: float = DAY
    deadline: float = 30 * DAY

    def pauses(self) -> Iterator[float]:
        """Yield pauses that double up to the longest."""
        pause = self.first
        while True:
            yield pause
            pause = min(pause * 2, self.longest)


class Expired(ExportFailed):
    """The server does not know the export any more."""


def manifest_of(
    client: Client,
    status_url: str,
    pacing: Pacing,
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[str, Any]:
    """Ask until the export is done and return its manifest.

    Raises Expired, ExportFailed, ServerUnavailable after the deadline.
    """
    end = time.monotonic() + pacing.deadline
    for polls, pause in enumerate(pacing.pauses(), start=1):
        answer = client.get(status_url, accept={*HTTPStatus}, headers=_JSON)
        state = _state(answer)
        if state == HTTPStatus.OK:
            return answer.json()
        if state != HTTPStatus.ACCEPTED and not _is_passing(answer, state):
            raise _failure(answer, state)
        wait = min(asked_pause(answer) or pause, pacing.asked)
        if time.monotonic() + wait > end:
            break
        event(Event.EXPORT_POLLED, polls=polls, pause=round(wait, 3))
        sleep(wait)
    raise ServerUnavailable(
        "The export did not end in time.", "Run the same command again: it goes on waiting."
    )


def _state(answer: Answer) -> int:
    """Return the state of the job, which a server may tell apart from that of the question."""
    apart = answer.headers.get(_APART, "").strip()[:3]
    if answer.status == HTTPStatus.OK and apart.isascii() and apart.isdigit():
        return int(apart)
    return answer.status


def _is_passing(answer: Answer, state: int) -> bool:
    """Whether only the question failed, not the job."""
    return state == HTTPStatus.TOO_MANY_REQUESTS or "transient" in issue_types(answer)


def _failure(answer: Answer, state: int) -> Exception:
    if state in _GONE:
        return Expired(
            "The server does not know the export any more.",
            "Run the same command again: it starts a new one.",
            state,
        )
    if state == HTTPStatus.UNAUTHORIZED:
        return refusal(answer, "the state of an export")
    issues = ", ".join(issue_types(answer))
    told = f"; issues: {issues}" if issues else ""
    return ExportFailed(
        f"The export failed at the server (status {state}{told}).",
        "Ask whoever runs the server; with --fresh a new export is started.",
        state,
    )
