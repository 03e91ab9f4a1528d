"""Whether time and memory grow with the bytes, or faster.

In: how to make one record of so many entries. Out: the exponent of time over bytes, fitted over
all sizes and over the large ones alone, and the largest one between two neighboring sizes. What
every record costs, whatever its size, makes the first look smaller than it is: a goal is judged by
the larger of the two fits.
"""

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

from tests.bench.timing import exponent

SIZES: Final = (10, 100, 1_000, 5_000, 20_000)
QUICK: Final = (10, 100, 1_000)
LARGE: Final = 3
"""How many of the largest sizes are fitted by themselves: from 1,000 entries on."""
REPEATS: Final = 5


@dataclass(frozen=True, slots=True)
class Growth:
    """Exponents: over all sizes, over the large ones, the steepest between two.

    `first` and `last` are seconds per megabyte of the smallest and the largest record.
    """

    fitted: float
    large: float
    steepest: float
    first: float
    last: float

    @property
    def judged(self) -> float:
        """The exponent that a goal is held against."""
        return max(self.fitted, self.large)


def growth(
    make: Callable[[int], tuple[bytes, date]],
    run: Callable[[bytes, date], object],
    sizes: Sequence[int],
) -> Growth:
    """Return how the time of `run` grows with the bytes of what `make` makes."""
    lengths, times = [], []
    for size in sizes:
        data, as_of = make(size)
        lengths.append(len(data))
        times.append(min(_seconds(run, data, as_of) for _ in range(REPEATS)))
    pairs = list(zip(lengths, times, strict=True))
    steepest = max(exponent(*zip(*pair, strict=True)) for pair in pairwise(pairs))
    per_megabyte = [seconds / length * 1e6 for length, seconds in pairs]
    fits = exponent(lengths, times), exponent(lengths[-LARGE:], times[-LARGE:])
    return Growth(*fits, steepest, per_megabyte[0], per_megabyte[-1])


def _seconds(run: Callable[[bytes, date], object], data: bytes, as_of: date) -> float:
    gc.collect()
    began = time.process_time()
    run(data, as_of)
    return time.process_time() - began
