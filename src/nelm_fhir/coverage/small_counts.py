"""Counts that may leave the house: none from 1 to 4, none from which such a one follows.

In: counts of records. Out: counts as shown. What is below the smallest is "<5"; everything else is
rounded down to a multiple of five, so that the difference of two counts never tells a small one.
Where the parts of a count cover it, small ones could still follow from their sum (20 records, five
codes of "<5" each: all are 4); then these parts are shown without counts (None).
"""

from collections.abc import Sequence
from dataclasses import dataclass

Shown = int | str | None


@dataclass(frozen=True, slots=True)
class SmallCounts:
    """The rule for one smallest count."""

    smallest: int

    def shown(self, count: int) -> int | str:
        """Return a count as shown; zero says that there is none."""
        if 0 < count < self.smallest:
            return f"<{self.smallest}"
        return count - count % self.smallest

    def low(self, count: int) -> int:
        """Return the lowest count that is shown as this one."""
        return 1 if 0 < count < self.smallest else count - count % self.smallest

    def high(self, count: int) -> int:
        """Return the highest count that is shown as this one."""
        return self.low(count) + self.smallest - 1 if count >= self.smallest else self._below(count)

    def _below(self, count: int) -> int:
        return self.smallest - 1 if count else 0

    def parts(self, lowest_total: int, counts: Sequence[int]) -> list[Shown]:
        """Return the parts of a count of which at least `lowest_total` is known to be covered."""
        if self._tell(lowest_total, counts):
            return [None for _ in counts]
        return [self.shown(count) for count in counts]

    def _tell(self, lowest_total: int, counts: Sequence[int]) -> bool:
        """Whether some small part must be more than 1 for the parts to cover the total."""
        highest = sum(self.high(count) for count in counts)
        if lowest_total > highest:
            return False  # the parts do not cover it, so nothing follows
        small = [count for count in counts if 0 < count < self.smallest]
        return any(lowest_total - (highest - self.high(count)) > 1 for count in small)
