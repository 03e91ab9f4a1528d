"""Whether time and memory grow with the bytes, or faster.

In: how to make one record of so many entries. Out: the exponent of time over bytes, fitted over
all sizes, and the largest one between two neighboring sizes. What every record costs, whatever its
size, makes the fitted one look smaller; it hides nothing in the second.
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
REPEATS: Final = 5


@dataclass(frozen=True, slots=True)
class Growth:
    """Exponent over all sizes, the steepest between two, seconds per megabyte at both ends."""

    fitted: float
    steepest: float
    first: float
    last: float


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
    return Growth(exponent(lengths, times), steepest, per_megabyte[0], per_megabyte[-1])


def _seconds(run: Callable[[bytes, date], object], data: bytes, as_of: date) -> float:
    gc.collect()
    began = time.process_time()
    run(data, as_of)
    return time.process_time() - began
