"""The scale of the timeline: days to places, and the years or months that are marked.

In: the first and the last day that are drawn. Out: places in units of the drawing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from nelm_fhir.core.dates import MONTHS_PER_YEAR, add_months

LEFT = 128
RIGHT = 980
_MOST_MARKS = 12
_STEPS = (1, 3, 6, 12, 24, 60, 120, 240)
"""Months between two marks; the first that gives no more than the most is taken."""


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear scale from the first to the last day."""

    first: date
    last: date

    def place(self, day: date) -> float:
        """Return the place of a day."""
        days = max((self.last - self.first).days, 1)
        share = (day - self.first).days / days
        return round(LEFT + share * (RIGHT - LEFT), 1)

    def marks(self) -> Iterator[tuple[date, str]]:
        """Yield the first days of the years or months that are marked, with their name."""
        months = (self.last.year - self.first.year) * MONTHS_PER_YEAR
        months += self.last.month - self.first.month
        step = next((s for s in _STEPS if months <= s * _MOST_MARKS), _STEPS[-1])
        day = date(self.first.year, 1, 1)
        while day <= self.last:
            if day >= self.first:
                whole = step >= MONTHS_PER_YEAR
                yield day, str(day.year) if whole else f"{day.year}-{day.month:02}"
            day = add_months(day, step)


def scale_of(days: list[date]) -> Scale:
    """Return the scale over these days, with a margin so that no mark touches an end."""
    first, last = min(days), max(days)
    return Scale(add_months(first, -1), add_months(last, 2))
