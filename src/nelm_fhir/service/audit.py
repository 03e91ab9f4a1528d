"""Who saw or wrote what about whom, when: an append-only file beside the logs (interop 13).

In: what a door did. Out: one line of JSON for each, on the disk before anybody is answered. The
facts are those of IHE's Basic Audit Log Patterns: action, moment, outcome, who asked and who
answered, patient, resources, request id and trace. It holds names of patients and people, as a log
must not; nobody but its owner can read it (0600).

What cannot be noted is refused (503): nobody sees a record unseen.
"""

import os
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol

import orjson

from nelm_fhir.core.program import PROGRAM
from nelm_fhir.errors import InputError
from nelm_fhir.service.numbering import current
from nelm_fhir.service.statuses import HttpFault

_OWN: Final = 0o600
_FLAGS: Final = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW


class Action(StrEnum):
    """What was done with the data of a patient."""

    EVALUATED = "evaluated"
    SHOWN = "shown"
    RECEIVED = "received"
    FETCHED = "fetched"
    WRITTEN = "written"
    ANSWERED = "answered"
    DELETED = "deleted"


class Outcome(StrEnum):
    """How it ended."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


class Called(Protocol):
    """Who called, as far as it is noted (`service.trust.caller.Caller`)."""

    @property
    def kind(self) -> str:
        """How they are known."""

    @property
    def issuer(self) -> str:
        """Who vouches for them."""

    @property
    def name(self) -> str:
        """Who they are there."""


class Audit:
    """The audit file of one service; several threads may note at once."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._turn = threading.Lock()

    def check(self) -> None:
        """Make the file if there is none. Raises InputError where it cannot be written."""
        if self._path is None:
            return
        try:
            os.close(_opened(self._path))
        except OSError as error:
            what = error.strerror or "cannot be written"
            raise InputError(f"The audit file: {what}.", "Check --audit and its folder.") from None

    def note(
        self,
        action: Action,
        *,
        caller: Called | None,
        patient: str | None,
        outcome: Outcome,
        resources: Sequence[str] = (),
    ) -> None:
        """Note one deed; `patient` is a reference, None where it was about several or nobody knows.

        `resources` are what it was about beside: the criteria sets of a judgment, the patients of a
        list, the message that was received, judged and answered.

        It waits for the disk: call it in a thread. Raises HttpFault 503 where it cannot be noted.
        """
        if self._path is None:
            return
        line = orjson.dumps(_line(action, caller, patient, outcome, resources)) + b"\n"
        try:
            with self._turn:
                append(self._path, line)
        except OSError:
            raise _not_noted() from None


def _line(
    action: Action,
    caller: Called | None,
    patient: str | None,
    outcome: Outcome,
    resources: Sequence[str],
) -> dict[str, object]:
    numbers = current()
    return {
        "recorded": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "action": action,
        "outcome": outcome,
        "caller": caller and {"kind": caller.kind, "issuer": caller.issuer, "name": caller.name},
        "program": PROGRAM,
        "patient": patient,
        "resources": list(resources),
        "request_id": numbers.request_id,
        "correlation_id": numbers.correlation_id,
        "traceparent": numbers.traceparent,
        "number": numbers.number,
    }


def append(path: Path, line: bytes) -> None:
    """Append a line whole. The file is opened anew, so that it can be moved away meanwhile."""
    descriptor = _opened(path)
    try:
        before = os.fstat(descriptor).st_size
        if os.write(descriptor, line) != len(line):
            os.ftruncate(descriptor, before)  # half a line would spoil the next one
            raise OSError
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _opened(path: Path) -> int:
    descriptor = os.open(path, _FLAGS, _OWN)
    try:
        os.fchmod(descriptor, _OWN)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _not_noted() -> HttpFault:
    return HttpFault(
        503,
        "transient",
        "The audit file cannot be written, so nothing is shown or taken.",
        "Send it again later; whoever runs the service has to look at its disk.",
    )


NOWHERE: Final = Audit(None)
"""Notes nothing: for tests, and for a service that only this machine can reach."""
