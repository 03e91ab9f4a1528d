"""What a row of the benchmark is, and what it came to.

In: times or a plain number. Out: a Figure whose every cell is text already, so that what stands in
RESULTS.md is what was printed.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from typing import Any, Final

from tests.bench.timing import Times, spread

ITSELF: Final = "itself"
NOT: Final = "not measured"


@dataclass(frozen=True, slots=True)
class Goal:
    """A limit that was set before the project existed; `>=` where more is better."""

    limit: float
    unit: str = ""
    at_least: bool = False

    def holds(self, value: float) -> bool:
        """Whether a figure keeps to it."""
        return value >= self.limit if self.at_least else value <= self.limit

    def __str__(self) -> str:
        return f"{'>=' if self.at_least else '<='} {self.limit:g}{self.unit}"


@dataclass(frozen=True, slots=True)
class Measured:
    """What measuring gave: the figure, and where it comes from.

    `floor` and `own` are what was compared, as text; `rounds` how often.
    """

    value: float
    minimum: float
    spread: float
    floor: str = "-"
    own: str = "-"
    rounds: int = 1


class NotHere(Exception):
    """What a row is measured with is not on this machine; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the benchmark; `reason` is said where the goal is not met.

    `measure` raises NotHere where it cannot be measured.
    """

    name: str
    what: str
    against: str
    measure: Callable[[Any], Measured]
    goal: Goal | None = None
    unit: str = ""
    reason: str = ""


def of_ratio(times: Times) -> Measured:
    """Return the ratio of two times."""
    return Measured(
        times.ratio,
        times.ratio_of_minima,
        times.spread,
        milliseconds(times.floor),
        milliseconds(times.own),
        len(times.own),
    )


def of_difference(times: Times) -> Measured:
    """Return by how many seconds one time exceeds the other."""
    lowest, told = min(times.own) - min(times.floor), of_ratio(times)
    beyond = times.beyond
    return Measured(median(beyond), lowest, spread(beyond), told.floor, told.own, told.rounds)


def milliseconds(seconds: tuple[float, ...]) -> str:
    """Return a median for people."""
    return f"{median(seconds) * 1000:.2f} ms"


def cells(row: Row, found: Measured | NotHere) -> tuple[str, ...]:
    """Return the cells of a row as they are printed and written."""
    goal = "-" if row.goal is None else str(row.goal)
    if isinstance(found, NotHere):
        return (
            row.name,
            row.what,
            row.against,
            goal,
            *["-"] * 6,
            *_when(),
            f"not measured: {found}",
        )
    figures = (f"{one:.2f}{row.unit}" for one in (found.value, found.minimum, found.spread))
    compared = (found.floor, found.own, str(found.rounds), *_when())
    return (row.name, row.what, row.against, goal, *figures, *compared, _outcome(row, found))


def _when() -> tuple[str, str]:
    """Return the day, and how many processes wanted a core in the last minute."""
    return str(datetime.now(UTC).date()), f"{os.getloadavg()[0]:.1f}"


def _outcome(row: Row, found: Measured) -> str:
    if row.goal is None:
        return "-"
    return "met" if keeps(row, found.value, found.minimum) else f"missed: {row.reason}"


def keeps(row: Row, figure: float, of_minima: float) -> bool:
    """Whether a row keeps its goal: a ratio in medians and in minima.

    One alone can look good by chance: the collector now and then makes the floor slow, too. What is
    compared with itself has another second figure, which its goal does not speak of.
    """
    judged = (figure,) if row.against == ITSELF else (figure, of_minima)
    return row.goal is not None and all(row.goal.holds(one) for one in judged)
