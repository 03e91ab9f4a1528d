"""How far a run is: how much of which step is done, how fast, and how long the rest will take.

In: what an engine reports, and moments in seconds that the caller reads from its clock. Out:
numbers. Nothing is drawn here, and nothing in it comes from a record: `cli` draws, logs get lines.
"""

from collections.abc import Callable
from enum import StrEnum

from msgspec import Struct


class Step(StrEnum):
    """The steps of a run, in their order."""

    FINDING = "finding"
    """Who has a neuroendocrine finding; counted in bytes."""
    GATHERING = "gathering"
    """Bringing the lines of these patients together; counted in bytes."""
    JUDGING = "judging"
    """Counted in patients."""
    WRITING = "writing"
    """Counted in files."""


class Progress(Struct, frozen=True):
    """So much of a step is done; `total` None where nobody knows yet how much there is."""

    step: Step
    done: int
    total: int | None = None


Watch = Callable[[Progress], None]
"""What an engine tells how far it is, as often as it likes."""


def unwatched(_progress: Progress) -> None:
    """Take a report that nobody looks at."""


class Pace(Struct):
    """The pace of one step, from reports and the moments at which they came.

    What was done at the first report was not done in this run, so it is no part of the rate.
    """

    step: Step
    begun: float
    at_first: int
    done: int
    total: int | None
    now: float

    @classmethod
    def first(cls, progress: Progress, now: float) -> "Pace":
        """Begin with the first report of a step."""
        done = progress.done
        return cls(progress.step, now, done, done, progress.total, now)

    def add(self, progress: Progress, now: float) -> None:
        """Take a later report of the same step."""
        self.done, self.total, self.now = progress.done, progress.total, now

    @property
    def rate(self) -> float | None:
        """Units per second; None as long as nothing can be said."""
        seconds = self.now - self.begun
        done = self.done - self.at_first
        return done / seconds if seconds > 0 and done > 0 else None

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the step is done at this rate; None as long as nothing can be said."""
        rate = self.rate
        if rate is None or self.total is None:
            return None
        return max(0, self.total - self.done) / rate
