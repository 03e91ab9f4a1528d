"""FHIR dates as spans of days, and the calendar arithmetic of rules 9.1 (POL-06).

"2024-06" denotes thirty days. Whatever is asked of such a date is asked of every day it can
denote: met if it holds for all of them, not met if for none, unknown otherwise. Months are always
added to the start, never subtracted from the end, and days are never counted.
"""

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final, Self

from nelm_fhir.core.logic import Status, over_all

MONTHS_PER_YEAR: Final = 12
_SHAPE: Final = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class DaySpan:
    """All days a recorded date can denote, first and last included."""

    earliest: date
    latest: date

    def __post_init__(self) -> None:
        if self.earliest > self.latest:
            raise ValueError("a span of days ends before it starts")

    @classmethod
    def of(cls, day: date) -> Self:
        """Return the span of one day."""
        return cls(day, day)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `YYYY`, `YYYY-MM`, `YYYY-MM-DD` or two full dates joined by `/` (a FHIR Period).

        Raises ValueError for another shape or a day that the calendar does not have.
        """
        start, slash, end = text.partition("/")
        if slash:
            return cls(_full_date(start), _full_date(end))
        return cls(*_bounds(text))

    @property
    def is_day(self) -> bool:
        """Whether the date is known to the day."""
        return self.earliest == self.latest

    def __str__(self) -> str:
        if self.is_day:
            return self.earliest.isoformat()
        for shape in (self.earliest.isoformat()[:4], self.earliest.isoformat()[:7]):
            if _bounds(shape) == (self.earliest, self.latest):
                return shape
        return f"{self.earliest.isoformat()}/{self.latest.isoformat()}"

    def until(self, day: date) -> Self | None:
        """Return the part of the span up to `day`; None if the whole span lies after it."""
        if self.earliest > day:
            return None
        return type(self)(self.earliest, min(self.latest, day))


def _full_date(text: str) -> date:
    earliest, latest = _bounds(text)
    if earliest != latest:
        raise ValueError("a span of days needs two full dates")
    return earliest


@lru_cache(maxsize=1024)  # a record repeats its dates
def _bounds(text: str) -> tuple[date, date]:
    shape = _SHAPE.match(text)
    if shape is None:
        raise ValueError("not a date of the form YYYY, YYYY-MM or YYYY-MM-DD")
    year, month, day = (int(part) if part else None for part in shape.groups())
    assert year is not None  # noqa: S101 - the shape always has a year
    if month is None:
        return date(year, 1, 1), date(year, MONTHS_PER_YEAR, 31)
    if day is None:
        return date(year, month, 1), date(year, month, monthrange(year, month)[1])
    return date(year, month, day), date(year, month, day)


def add_months(start: date, months: int) -> date:
    """Return the same day of the month, that many calendar months later, or the month's last day.

    A day beyond the year 9999 is cut to the last day the calendar knows.
    """
    year, month = divmod(start.year * MONTHS_PER_YEAR + start.month - 1 + months, MONTHS_PER_YEAR)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def due(start: DaySpan, months: int) -> DaySpan:
    """Return all days on which `start` plus that many months can fall."""
    return DaySpan(add_months(start.earliest, months), add_months(start.latest, months))


def at_least(start: DaySpan, months: int, on: date) -> Status:
    """Return whether at least that many months have passed since `start`, the due day included."""
    return on_or_before(due(start, months), on)


def not_older_than(day: DaySpan, months: int, on: date) -> Status:
    """Return whether something of that date is still fresh, the due day included (rules 8.2)."""
    last_fresh = due(day, months)
    return over_all((last_fresh.earliest >= on, last_fresh.latest >= on))


def on_or_before(span: DaySpan, day: date) -> Status:
    """Return whether a dated event lies on or before `day`."""
    return over_all((span.earliest <= day, span.latest <= day))


def before(first: DaySpan, second: DaySpan) -> Status:
    """Return whether the first event lies on an earlier day than the second."""
    return over_all((first.latest < second.earliest, first.earliest < second.latest))


def not_after(first: DaySpan, second: DaySpan) -> Status:
    """Return whether the first event lies on the same day as the second or earlier."""
    return over_all((first.latest <= second.earliest, first.earliest <= second.latest))


def first_of(spans: Sequence[DaySpan]) -> DaySpan:
    """Return the days on which the first of several dates can lie."""
    return DaySpan(min(s.earliest for s in spans), min(s.latest for s in spans))


def last_of(spans: Sequence[DaySpan]) -> DaySpan:
    """Return the days on which the last of several dates can lie."""
    return DaySpan(max(s.earliest for s in spans), max(s.latest for s in spans))


def completed_years(birth: DaySpan, on: date) -> tuple[int, int]:
    """Return the lowest and highest age in completed years on that day (rules 9.1, POL-05).

    Someone born on 29 February completes a year on 28 February of a common year.
    """
    return _years(birth.latest, on), _years(birth.earliest, on)


def _years(birth: date, on: date) -> int:
    years = on.year - birth.year
    return years if add_months(birth, years * MONTHS_PER_YEAR) <= on else years - 1
