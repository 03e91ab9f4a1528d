"""Amounts as decimal intervals with open or closed ends and a UCUM unit.

"<3 %", "5-10 %" and "~10 %" are amounts. A comparison with a limit is met only if every value of
the interval satisfies it, not met only if none does, unknown otherwise (POL-01, rules 10.1).
Nothing is rounded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, Self

from nelm_fhir.core.logic import MET, NOT_MET, OPPOSITE, UNKNOWN, Status

Test = Literal["<", "<=", ">", ">="]
TESTS: Final[tuple[Test, ...]] = ("<", "<=", ">", ">=")


@dataclass(frozen=True, slots=True)
class Amount:
    """Every value between `low` and `high`; `high` None has no upper end.

    `unit` is a UCUM code. `approximate` tells that the value was reported as about so much; the
    interval then is the number itself.
    """

    low: Decimal
    high: Decimal | None
    unit: str
    low_open: bool = False
    high_open: bool = False
    approximate: bool = False

    def __post_init__(self) -> None:
        if self.high is None:
            return
        if self.low > self.high or (self.low == self.high and (self.low_open or self.high_open)):
            raise ValueError("an amount with no value in it")

    @classmethod
    def point(cls, value: Decimal, unit: str) -> Self:
        """Return the amount that is exactly one number."""
        return cls(value, value, unit)

    @property
    def is_point(self) -> bool:
        """Whether the amount is one number."""
        return self.low == self.high

    def compare(self, test: Test, limit: Decimal) -> Status:
        """Return whether the amount satisfies `test limit`; `limit` is in the amount's unit."""
        if test == "<":
            return self._below(limit)
        if test == "<=":
            return self._at_most(limit)
        return OPPOSITE[self._at_most(limit) if test == ">" else self._below(limit)]

    def _below(self, limit: Decimal) -> Status:
        if self.high is not None and (self.high < limit or (self.high == limit and self.high_open)):
            return MET
        return NOT_MET if self.low >= limit else UNKNOWN

    def _at_most(self, limit: Decimal) -> Status:
        if self.high is not None and self.high <= limit:
            return MET
        above = self.low > limit or (self.low == limit and self.low_open)
        return NOT_MET if above else UNKNOWN

    def __str__(self) -> str:
        return f"{self._numbers()} {self.unit}"

    def _numbers(self) -> str:
        if self.high is None:
            return f"{'>' if self.low_open else '>='}{plain(self.low)}"
        if self.is_point:
            return f"{'about ' if self.approximate else ''}{plain(self.low)}"
        if self.low == 0 and not self.low_open:
            return f"{'<' if self.high_open else '<='}{plain(self.high)}"
        if not self.low_open and not self.high_open:
            return f"{plain(self.low)}-{plain(self.high)}"
        low, high = plain(self.low), plain(self.high)
        return f"{'>' if self.low_open else '>='}{low} and {'<' if self.high_open else '<='}{high}"


def plain(number: Decimal) -> str:
    """Return the number without exponent, as it was written."""
    return format(number, "f")


def hull(amounts: Sequence[Amount]) -> Amount:
    """Return the smallest interval that holds all of them; the closed one of two equal ends counts.

    The amounts share one unit; there is at least one.
    """
    return _spanning(min((a.low, a.low_open) for a in amounts), amounts)


def maximum(amounts: Sequence[Amount]) -> Amount:
    """Return the interval in which the largest of them lies (rules 6.3).

    Of two equal lower ends the open one counts: the largest value then lies above it. The amounts
    share one unit; there is at least one.
    """
    return _spanning(max((a.low, a.low_open) for a in amounts), amounts)


def _spanning(low: tuple[Decimal, bool], amounts: Sequence[Amount]) -> Amount:
    high, closed = max((_height(a.high), not a.high_open) for a in amounts)
    return Amount(
        low[0],
        None if high.is_infinite() else high,
        amounts[0].unit,
        low_open=low[1],
        high_open=not closed,
        approximate=any(a.approximate for a in amounts),
    )


def _height(high: Decimal | None) -> Decimal:
    return Decimal("Infinity") if high is None else high
