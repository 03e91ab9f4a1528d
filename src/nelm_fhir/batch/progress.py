"""How far a run is, in numbers and in words: rates and the time that is left.

In: the reports of an engine, and the moments in seconds at which they came, read by the caller from
its clock. Out: numbers and plain lines. Nothing of it comes from a record; `cli` draws.
"""

from typing import Final, Self

from msgspec import Struct

from nelm_fhir.batch.settings import MEGABYTE, Progress

_MINUTE: Final = 60


class Pace(Struct):
    """The pace of one kind of work: so much of so much, since when.

    What was done at the first report was done before this run, so it is no part of the rate.
    """

    begun: float
    at_first: int
    done: int
    total: int
    now: float

    @classmethod
    def begin(cls, done: int, total: int, now: float) -> Self:
        """Begin with a first report."""
        return cls(now, done, done, total, now)

    def add(self, done: int, total: int, now: float) -> None:
        """Take a later report."""
        self.done, self.total, self.now = done, total, now

    @property
    def rate(self) -> float | None:
        """Units per second; None as long as nothing can be said."""
        seconds, done = self.now - self.begun, self.done - self.at_first
        return done / seconds if seconds > 0 and done > 0 else None

    @property
    def seconds_left(self) -> float | None:
        """Seconds until all is done at this rate; None as long as nothing can be said."""
        return None if self.rate is None else max(0, self.total - self.done) / self.rate


class Course(Struct):
    """The course of a run: looking through the source, then judging patients."""

    bytes: Pace | None = None
    patients: Pace | None = None

    def add(self, progress: Progress, now: float) -> None:
        """Take a report of the engine, which came at that moment."""
        if progress.bytes_total:
            done, total = progress.bytes_done, progress.bytes_total
            if self.bytes is None:
                self.bytes = Pace.begin(done, total, now)
            elif done != self.bytes.done:
                self.bytes.add(done, total, now)
        if progress.patients_total:
            done, total = progress.patients_done, progress.patients_total
            if self.patients is None:
                self.patients = Pace.begin(done, total, now)
            else:
                self.patients.add(done, total, now)

    def line(self) -> str:
        """Return how far the run is, as one line."""
        if self.patients is not None:
            pace = self.patients  # how many there are is only known at the end
            judged = f"Judged {pace.done} of about {pace.total} patients"
            return ", ".join([judged, *_speed(pace, 1, "patients/s")]) + "."
        if self.bytes is None:
            return "Looking at the source."
        size = max(1, self.bytes.total)
        share = f"{100 * self.bytes.done // size} % of {self.bytes.total / MEGABYTE:.1f} MB"
        told = [f"Looked through {share}", *_speed(self.bytes, MEGABYTE, "MB/s")]
        return ", ".join(told) + "."


def _speed(pace: Pace, unit: int, name: str) -> list[str]:
    if pace.rate is None or pace.seconds_left is None:
        return []
    return [f"{pace.rate / unit:.1f} {name}", f"{duration(pace.seconds_left)} left"]


def duration(seconds: float) -> str:
    """Return a duration as people say it: 45 s, 12 min, 3 h 20 min."""
    if seconds < _MINUTE:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / _MINUTE), _MINUTE)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min"
