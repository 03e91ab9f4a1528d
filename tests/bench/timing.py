"""A thing and its floor in alternation, and what is said of their times.

In: two functions of one record, records, how many rounds. Out: one time per round for each. A round
runs through all records; on each the floor is called first and then the thing, so that whatever
else the machine does hits both. Times are CPU seconds of this process, the collector is on.
"""

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log
from statistics import median, quantiles
from typing import Any, Final

FEWEST: Final = 5
"""Rounds that are run whatever they cost."""
WARM: Final = 2
"""Rounds before the first that counts: imports, caches, compiled expressions."""

Call = Callable[[Any], object]


@dataclass(frozen=True, slots=True)
class Pace:
    """How long is measured: at least `FEWEST` rounds, at most `rounds`, about `seconds` in all."""

    rounds: int = 30
    seconds: float = 25.0


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds per record, one figure for each round."""

    floor: tuple[float, ...]
    own: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """The median of the thing over the median of its floor."""
        return median(self.own) / median(self.floor)

    @property
    def ratio_of_minima(self) -> float:
        """The same of the fastest rounds."""
        return min(self.own) / min(self.floor)

    @property
    def spread(self) -> float:
        """How far the middle half of the rounds lies apart, as ratios."""
        return spread([own / floor for own, floor in zip(self.own, self.floor, strict=True)])

    @property
    def beyond(self) -> tuple[float, ...]:
        """By how much the thing exceeds its floor, in each round."""
        return tuple(own - floor for own, floor in zip(self.own, self.floor, strict=True))


def alternate(own: Call, floor: Call, records: Sequence[Any], pace: Pace) -> Times:
    """Return the times of both over the same records."""
    for _ in range(WARM):
        _round(own, floor, records)
    gc.collect()
    began = time.perf_counter()
    rounds: list[tuple[float, float]] = []
    while len(rounds) < pace.rounds and (
        len(rounds) < FEWEST or time.perf_counter() - began < pace.seconds
    ):
        rounds.append(_round(own, floor, records))
    return Times(tuple(low for low, _ in rounds), tuple(high for _, high in rounds))


def _round(own: Call, floor: Call, records: Sequence[Any]) -> tuple[float, float]:
    clock = time.process_time
    of_floor = of_own = 0.0
    for record in records:
        began = clock()
        floor(record)
        between = clock()
        own(record)
        of_floor += between - began
        of_own += clock() - between
    return of_floor / len(records), of_own / len(records)


def spread(figures: Sequence[float]) -> float:
    """Return the distance between the first and the third quartile."""
    if len(figures) < 2:
        return 0.0
    first, _, third = quantiles(figures, n=4, method="inclusive")
    return third - first


def exponent(sizes: Sequence[float], times: Sequence[float]) -> float:
    """Return b of `time = a * size ** b`, fitted by least squares to the logarithms."""
    xs, ys = [log(size) for size in sizes], [log(one) for one in times]
    middle_x, middle_y = sum(xs) / len(xs), sum(ys) / len(ys)
    across = sum((x - middle_x) * (y - middle_y) for x, y in zip(xs, ys, strict=True))
    return across / sum((x - middle_x) ** 2 for x in xs)
