"""Three-valued logic: the status of a statement and how statuses combine.

The tables are written out in full, so that a clinician can check them line by line. A criterion
can also be `not-applicable`; that is decided by its definition and never enters these tables.
Source: rules 1.1.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final


class Status(StrEnum):
    """Status of one criterion or comparison, in the words of rules 1.1."""

    MET = "met"
    NOT_MET = "not-met"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not-applicable"


MET: Final = Status.MET
NOT_MET: Final = Status.NOT_MET
UNKNOWN: Final = Status.UNKNOWN

BOTH: Final = {
    (MET, MET): MET,
    (MET, UNKNOWN): UNKNOWN,
    (MET, NOT_MET): NOT_MET,
    (UNKNOWN, MET): UNKNOWN,
    (UNKNOWN, UNKNOWN): UNKNOWN,
    (UNKNOWN, NOT_MET): NOT_MET,
    (NOT_MET, MET): NOT_MET,
    (NOT_MET, UNKNOWN): NOT_MET,
    (NOT_MET, NOT_MET): NOT_MET,
}

EITHER: Final = {
    (MET, MET): MET,
    (MET, UNKNOWN): MET,
    (MET, NOT_MET): MET,
    (UNKNOWN, MET): MET,
    (UNKNOWN, UNKNOWN): UNKNOWN,
    (UNKNOWN, NOT_MET): UNKNOWN,
    (NOT_MET, MET): MET,
    (NOT_MET, UNKNOWN): UNKNOWN,
    (NOT_MET, NOT_MET): NOT_MET,
}

OPPOSITE: Final = {MET: NOT_MET, UNKNOWN: UNKNOWN, NOT_MET: MET}


def all_of(statuses: Iterable[Status]) -> Status:
    """Return the status of "every one of these"; of none at all, met."""
    result = MET
    for status in statuses:
        result = BOTH[result, status]
    return result


def any_of(statuses: Iterable[Status]) -> Status:
    """Return the status of "at least one of these"; of none at all, not met."""
    result = NOT_MET
    for status in statuses:
        result = EITHER[result, status]
    return result


def over_all(holds: Iterable[bool]) -> Status:
    """Return met if it holds in every case, not met if in none, unknown otherwise (POL-01).

    The cases are all values a vague datum can denote. Of no case at all nothing can be said.
    """
    seen = set(holds)
    if seen == {True}:
        return MET
    return NOT_MET if seen == {False} else UNKNOWN
