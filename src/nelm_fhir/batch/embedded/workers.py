"""Processes that do the work, each with the catalogue loaded once.

In: a function of the tasks below, and tasks. Out: results as they come, a bounded number of tasks
at a time. A process that dies (the system took its memory, a library crashed) costs the task that
killed it, not the run: what was under way is repeated one by one, and who kills again is given up.
Processes end with the one that started them, even if that was killed.
"""

import gc
import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait as wait_for
from multiprocessing.context import BaseContext
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from nelm_fhir import pipeline
from nelm_fhir.batch.settings import Settings
from nelm_fhir.knowledge.catalogue import Catalogue

Task = TypeVar("Task")
Result = TypeVar("Result")
_WAIT: Final = 0.2
"""Seconds between two looks at how far the work is."""
_AHEAD: Final = 1
"""Tasks that wait, beside those that are done."""

_METHOD: Final = "fork" if sys.platform == "linux" else None
"""How processes are started: the cheap way where it is sure."""

_mine: dict[str, Any] = {}
"""What this worker process holds: set once when it starts."""


def catalogue() -> Catalogue:
    """Return the catalogue of this worker process."""
    loaded: Catalogue = _mine["catalogue"]
    return loaded


def advance(count: int) -> None:
    """Tell the starting process that so many bytes are done."""
    done = _mine["done"]
    with done.get_lock():
        done.value += count


def _start(overlays: tuple[Path, ...], done: Any) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    hold(overlays)
    gc.freeze()  # the collector would walk through the catalogue again and again
    _mine["done"] = done


def _nothing() -> None:
    """Do nothing: a process that does it lives."""


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for([parent.sentinel])
        os._exit(1)


def hold(overlays: tuple[Path, ...]) -> None:
    """Load the catalogue with these overlays, unless this process holds it already."""
    if _mine.get("overlays") != overlays:
        _mine["catalogue"] = pipeline.load(overlays)
        _mine["overlays"] = overlays


def _unwatched(done: int) -> None:
    """Tell nobody."""


class Workers:
    """A few processes; a context manager."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._watch: Callable[[int], None] = _unwatched
        self._context: BaseContext = multiprocessing.get_context(settings.start_method or _METHOD)
        hold(settings.overlays)  # where processes are forked they need not load it again
        self.digest = catalogue().digest
        self._done = self._context.Value("Q", 0)
        self._pool = self._started(settings.workers)

    def _started(self, count: int) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            count,
            mp_context=self._context,
            initializer=_start,
            initargs=(self._settings.overlays, self._done),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def watch(self, watch: Callable[[int], None] = _unwatched) -> None:
        """Name whom to tell, now and then, how many bytes are done."""
        self._watch = watch

    def results(
        self, function: Callable[[Task], Result], tasks: Iterable[Task]
    ) -> Iterator[tuple[Task, Result | None]]:
        """Yield every task with its result, in the order they are done.

        None stands for a task that killed its process twice.
        """
        waiting: dict[Future[Result], Task] = {}
        for task in tasks:
            waiting[self._submitted(function, task)] = task
            while len(waiting) > self._settings.workers + _AHEAD:
                yield from self._ready(function, waiting)
        while waiting:
            yield from self._ready(function, waiting)

    def _submitted(self, function: Callable[[Task], Result], task: Task) -> Future[Result]:
        try:
            return self._pool.submit(function, task)
        except BrokenProcessPool as error:
            lost: Future[Result] = Future()
            lost.set_exception(error)
            return lost

    def _ready(
        self, function: Callable[[Task], Result], waiting: dict[Future[Result], Task]
    ) -> Iterator[tuple[Task, Result | None]]:
        done, _ = wait(waiting, timeout=_WAIT, return_when=FIRST_COMPLETED)
        self._watch(self._done.value)
        if any(isinstance(future.exception(), BrokenProcessPool) for future in done):
            wait(waiting)  # all that was under way is lost or done
            done = set(waiting)
        lost = []
        for future in done:
            task = waiting.pop(future)
            if isinstance(future.exception(), BrokenProcessPool):
                lost.append(task)
            else:
                yield task, future.result()
        if lost:
            self._pool = self._started(self._settings.workers)
            for task in lost:
                yield task, self.alone(function, task)

    def alone(self, function: Callable[[Task], Result], task: Task) -> Result | None:
        """Repeat a task in a process of its own; None if that is killed by it.

        Raises RuntimeError where processes cannot be started at all.
        """
        with self._started(1) as pool:
            try:
                pool.submit(_nothing).result()
            except BrokenProcessPool:
                raise RuntimeError("worker processes cannot be started") from None
            try:
                return pool.submit(function, task).result()
            except BrokenProcessPool:
                return None
