"""How single values are said: numbers, amounts, dates, limits, lists, quotes.

In: a value and the wording of a language. Out: words. A partial date stays as partial as it is.
"""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from nelm_fhir.assessment.told import Limit, Months
from nelm_fhir.core.amounts import Amount, plain
from nelm_fhir.core.dates import DaySpan
from nelm_fhir.knowledge.wording import Wording

_CENT: Final = Decimal("0.01")
_LONG: Final = 3
"""Digits after the point from which on a computed number is rounded for people."""
_SHORT: Final = 60
"""Letters of a recorded text that a sentence quotes; its evidence holds the whole."""
_WHOLE: Final = 100  # percent
_BY_LENGTH: Final = {len("2026"): "year", len("2026-03"): "month", len("2026-03-02"): "day"}


def phrase(wording: Wording, table: str, key: str, **words: str) -> str:
    """Return a phrase with its fields filled; empty where the language has none."""
    return wording.phrase(table, key).filled(lambda name, _form: words[name])


def word(wording: Wording, table: str, key: str) -> str:
    """Return a word of a table; one that the table does not have is quoted."""
    return wording.word(table, key) or quoted(wording, key)


def quoted(wording: Wording, text: str) -> str:
    """Return words of the record in quotes, long ones cut."""
    line = " ".join(text.split())
    return phrase(
        wording, "quote", "text", text=line if len(line) <= _SHORT else f"{line[:_SHORT]}…"
    )


def listed(wording: Wording, items: Sequence[str]) -> str:
    """Return a list in words, each item once."""
    once = list(dict.fromkeys(items))
    if len(once) <= 1:
        return "".join(once)
    first = once[0]
    for item in once[1:-1]:
        first = phrase(wording, "list", "more", first=first, last=item)
    return phrase(wording, "list", "two", first=first, last=once[-1])


def number(wording: Wording, value: Decimal) -> str:
    """Return a number as it was written; a long one that was computed is rounded, and says so."""
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and -exponent >= _LONG:
        short = value.quantize(_CENT, ROUND_HALF_UP).normalize()
        if short != value:
            return phrase(wording, "number", "rounded", number=written(wording, plain(short)))
    return phrase(wording, "number", "exact", number=written(wording, plain(value)))


def written(wording: Wording, digits: str) -> str:
    """Return a number that was written with a point as the language writes it."""
    return digits.replace(".", wording.word("number", "point") or ".")


def months(wording: Wording, length: Months) -> str:
    """Return a number of months."""
    key = "one" if length.number == 1 else "more"
    return phrase(wording, "months", key, number=str(length.number))


def limit(wording: Wording, its: Limit, form: str) -> str:
    """Return a limit: what is asked for, or with the form `within` what a value keeps to."""
    table = "limit-within" if form else "limit"
    unit = word(wording, "unit", its.unit)
    return phrase(wording, table, its.test, value=written(wording, its.value), unit=unit)


def amount(wording: Wording, its: Amount) -> str:
    """Return an amount with its unit; open and closed ends are told apart."""
    low, unit = number(wording, its.low), word(wording, "unit", its.unit)
    high = "" if its.high is None else number(wording, its.high)
    return phrase(wording, "amount", _shape(its), low=low, high=high, unit=unit)


def _shape(its: Amount) -> str:
    if its.high is None or (its.unit == "%" and its.low < its.high == _WHOLE):
        return "more-than" if its.low_open else "at-least"
    if its.is_point:
        return "about" if its.approximate else "point"
    if its.low == 0 and not its.low_open:
        return "less-than" if its.high_open else "at-most"
    ends = {(False, False): "range", (True, False): "above-to", (False, True): "from-below"}
    return ends.get((its.low_open, its.high_open), "above-below")


def day(wording: Wording, when: DaySpan | date | None, form: str) -> str:
    """Return a date in the form that its sentence needs: bare, `on`, `of`, `until`, `optional`."""
    table = f"date-{form}" if form else "date"
    if when is None:
        return phrase(wording, table, "none")
    span = when if isinstance(when, DaySpan) else DaySpan.of(when)
    shape = _BY_LENGTH.get(len(str(span)), "span")
    if shape == "span":
        first, last = _day(wording, span.earliest, "day"), _day(wording, span.latest, "day")
        return phrase(wording, table, shape, date="", first=first, last=last)
    bare = _day(wording, span.earliest, shape)
    return phrase(wording, table, shape, date=bare, first=bare, last=bare) if form else bare


def _day(wording: Wording, when: date, shape: str) -> str:
    month = word(wording, "months-of-year", str(when.month))
    words = {"day": str(when.day), "month": month, "year": str(when.year)}
    return wording.phrase("date", shape).filled(lambda name, _form: words.get(name, ""))
