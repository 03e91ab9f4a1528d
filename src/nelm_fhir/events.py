"""The one door to logging: names, numbers and enumerations, never free text.

Nothing that comes from a patient's record may pass. Strings are refused by type and at run time;
standard `logging` stands behind the door. Rooms from `core` to `pipeline` do not log at all.
"""

import logging
import traceback
from enum import StrEnum
from typing import Final

_LOGGER: Final = logging.getLogger("nelm_fhir")


class Event(StrEnum):
    """Everything that can be logged."""

    RECORD_ASSESSED = "record-assessed"
    RECORD_REFUSED = "record-refused"
    REQUEST_REPEATED = "request-repeated"
    SEARCHED_BY_GET = "searched-by-get"
    SIGNED_IN = "signed-in"
    RECORD_FETCHED = "record-fetched"
    CANDIDATES_FOUND = "candidates-found"
    EXPORT_NARROWED = "export-narrowed"
    EXPORT_STARTED = "export-started"
    EXPORT_POLLED = "export-polled"
    EXPORT_NOT_CLEANED_UP = "export-not-cleaned-up"
    RESULT_SENT = "result-sent"
    PROVENANCE_REFUSED = "provenance-refused"
    REQUEST_ANSWERED = "request-answered"
    DEFECT = "defect"
    SERVICE_STARTED = "service-started"
    SERVICE_ENDED = "service-ended"
    BATCH_PROGRESS = "batch-progress"
    BATCH_ENDED = "batch-ended"
    CALLER_REFUSED = "caller-refused"
    KEYS_FETCHED = "keys-fetched"
    KEYS_NOT_FETCHED = "keys-not-fetched"
    WORK_ACCEPTED = "work-accepted"
    WORK_DONE = "work-done"
    WORK_PUT_OFF = "work-put-off"
    REPLY_DELIVERED = "reply-delivered"
    REPLY_REFUSED = "reply-refused"
    HOOK_HEARD = "hook-heard"
    HOOK_GAP = "hook-gap"
    HOOK_SILENT = "hook-silent"


def event(name: Event, **fields: float | bool | StrEnum) -> None:
    """Log one event with its numbers and enumerations.

    Raises TypeError for anything else: a string could hold a value of a record.
    """
    for key, value in fields.items():
        if not isinstance(value, int | float | StrEnum):
            raise TypeError(f"field {key} of event {name.value} is neither a number nor a word")
    parts = [f"{key}={value}" for key, value in fields.items()]
    _LOGGER.info("%s", " ".join([name.value, *parts]))


def defect(number: int, error: BaseException) -> None:
    """Log where a defect lies: its kind, and module and line of each step of our own code.

    All of them are words of the program; what was in the values, or in the error's text, is not
    among them. `number` is what the answer of the request is called.
    """
    steps = [
        f"{frame.f_globals.get('__name__')}:{line}"
        for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    _LOGGER.error(
        "%s number=%d kind=%s at=%s",
        Event.DEFECT.value,
        number,
        type(error).__name__,
        ">".join(steps),
    )
