"""Who waits for work, and who waits for an answer: both are called when there is some.

Work is waited for in threads, answers in the event loop. A call that nobody heard costs nothing:
whatever is to be done stands in the ledger, and everybody looks there again after a while.
"""

import asyncio
import threading
from collections import defaultdict


class Bell:
    """Calls those who wait, from any thread."""

    def __init__(self) -> None:
        self._arrival = threading.Condition()
        self._rings = 0
        self._turn = threading.Lock()
        self._waiting: dict[str, list[tuple[asyncio.AbstractEventLoop, asyncio.Event]]] = (
            defaultdict(list)
        )

    def ring(self) -> None:
        """Say that there is work."""
        with self._arrival:
            self._rings += 1
            self._arrival.notify_all()

    @property
    def rings(self) -> int:
        """How often it rang; whoever looks for work remembers it before looking."""
        with self._arrival:
            return self._rings

    def wait(self, seen: int, seconds: float) -> None:
        """Wait until it rang again after `seen`, or for some seconds."""
        with self._arrival:
            self._arrival.wait_for(lambda: self._rings != seen, seconds)

    def answered(self, job: str) -> None:
        """Say that there is an answer."""
        with self._turn:
            waiting = self._waiting.pop(job, [])
        for loop, told in waiting:
            if not loop.is_closed():
                loop.call_soon_threadsafe(told.set)

    def listen(self, job: str) -> asyncio.Event:
        """Return what is set when that answer is there; look whether it is after listening."""
        told = asyncio.Event()
        with self._turn:
            self._waiting[job].append((asyncio.get_running_loop(), told))
        return told

    def forget(self, job: str, told: asyncio.Event) -> None:
        """Stop listening."""
        with self._turn:
            left = [one for one in self._waiting.pop(job, []) if one[1] is not told]
            if left:
                self._waiting[job] = left
