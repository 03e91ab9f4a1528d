"""Spans of days as FHIR elements: a (partial) date, or a Period for what was recorded as one.

In: a DaySpan. Out: the element under the name that FHIR gives it. Where FHIR takes a dateTime only,
a Period becomes the smallest partial date that holds it, and none where there is no such date.
"""

from typing import Final

from nelm_fhir.core.dates import DaySpan
from nelm_fhir.writers.datatypes import Json, day_span

_YEAR: Final = 4
_MONTH: Final = 7


def when(name: str, span: DaySpan | None) -> Json:
    """Return the element `name` as DateTime or Period; nothing without a date."""
    if span is None:
        return {}
    kind, value = day_span(span)
    return {f"{name}{'Period' if kind == 'Period' else 'DateTime'}": value}


def point(span: DaySpan | None) -> str | None:
    """Return the date where no Period may stand."""
    if span is None or is_point(span):
        return None if span is None else str(span)
    first, last = span.earliest.isoformat(), span.latest.isoformat()
    lengths = (length for length in (_MONTH, _YEAR) if first[:length] == last[:length])
    return next((first[:length] for length in lengths), None)


def is_point(span: DaySpan | None) -> bool:
    """Whether the date can stand where FHIR takes a dateTime only."""
    return span is None or "/" not in str(span)


def is_year(span: DaySpan | None) -> bool:
    """Whether the date is a year and no more."""
    return span is not None and len(str(span)) == _YEAR
