"""The progress of a long run on stderr: a bar on a terminal, a plain line now and then in a log.

In: the reports of an engine. Out: how much is done, how fast, and the time that is left. It holds
counts only; nothing of a record and no name of a file.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Final

import click
from rich.console import Console
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as Bars

from nelm_fhir.batch.progress import Course
from nelm_fhir.batch.settings import Progress, Watcher
from nelm_fhir.events import Event, event

EVERY: Final = 10.0
"""Seconds between two lines of a log."""


@contextmanager
def shown(now: Callable[[], float] = monotonic) -> Iterator[Watcher]:
    """Give what an engine tells its progress to, in the form that fits stderr."""
    if not sys.stderr.isatty():
        yield Lines(now)
        return
    columns = (BarColumn(), TextColumn("{task.description}"))
    # no thread of its own: an engine may fork
    with Bars(*columns, console=Console(stderr=True), transient=True, auto_refresh=False) as bars:
        yield Bar(bars, now)


class Lines:
    """A plain line on stderr every few seconds, and an event for the log."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._course = Course()
        self._now = now
        self._last = now()

    def __call__(self, progress: Progress) -> None:
        """Take a report."""
        moment = self._now()
        self._course.add(progress, moment)
        if moment - self._last < EVERY:
            return
        self._last = moment
        click.echo(self._course.line(), err=True)
        event(Event.BATCH_PROGRESS, **progress._asdict())


class Bar:
    """One bar on a terminal: the source first, then the patients."""

    def __init__(self, bars: Bars, now: Callable[[], float]) -> None:
        self._bars = bars
        self._course = Course()
        self._now = now
        self._task = bars.add_task("Looking at the source.", total=None)

    def __call__(self, progress: Progress) -> None:
        """Take a report."""
        self._course.add(progress, self._now())
        pace = self._course.patients or self._course.bytes
        if pace is not None:
            self._bars.update(
                self._task,
                completed=pace.done,
                total=pace.total,
                description=self._course.line(),
                refresh=True,
            )
