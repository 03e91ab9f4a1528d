"""Records fetched ahead of whoever judges them, by a few threads, in the order asked for.

In: how one record is fetched, and whose. Out: each name with its record, or with the error that
stands in its place. Only a few records are held at a time, whatever their number.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from itertools import islice
from queue import SimpleQueue
from threading import Thread
from typing import Final

from nelm_fhir.errors import NelmError
from nelm_fhir.exchange.patient_record import Fetched

THREADS: Final = 3
"""Records that one server is asked for at the same time: enough to keep the judge busy."""
_EACH: Final = 2
"""Records per thread that are fetched or wait to be judged."""
Come = Fetched | NelmError
Fetch = Callable[[str], Fetched]
_Task = tuple[str, "Future[Come]"]


def ahead(fetch: Fetch, names: Iterable[str], threads: int = THREADS) -> Iterator[tuple[str, Come]]:
    """Yield every name with what came for it. What is no NelmError is raised in its place."""
    left = iter(names)
    tasks: SimpleQueue[_Task | None] = SimpleQueue()
    waiting: deque[_Task] = deque()
    for _ in range(threads):
        # A daemon: who ends the program does not wait for a server that is asked again and again.
        Thread(target=_work, args=(fetch, tasks), daemon=True).start()
    try:
        for name in islice(left, threads * _EACH):
            _ask(name, tasks, waiting)
        while waiting:
            name, future = waiting.popleft()
            yield name, future.result()
            for following in islice(left, 1):
                _ask(following, tasks, waiting)
    finally:
        for _, future in waiting:
            future.cancel()
        for _ in range(threads):
            tasks.put(None)


def _ask(name: str, tasks: "SimpleQueue[_Task | None]", waiting: deque[_Task]) -> None:
    task: _Task = (name, Future())
    tasks.put(task)
    waiting.append(task)


def _work(fetch: Fetch, tasks: "SimpleQueue[_Task | None]") -> None:
    while (task := tasks.get()) is not None:
        name, future = task
        if not future.set_running_or_notify_cancel():
            continue
        try:
            future.set_result(fetch(name))
        except NelmError as error:
            future.set_result(error)
        except BaseException as error:  # noqa: BLE001 - raised again where the result is awaited
            future.set_exception(error)
