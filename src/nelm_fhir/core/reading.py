"""How the usable gate reads a resource (terminology 2.3)."""

from enum import StrEnum


class Reading(StrEnum):
    """What a usable resource says about its statement; dropped ones never get here."""

    ASSERTED = "asserted"
    ABSENT = "absent"
    SUSPECTED = "suspected"
    PAST = "past"
    PLANNED = "planned"
    NOT_DONE = "not-done"
    UNKNOWN = "unknown"
