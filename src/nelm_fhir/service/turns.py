"""How many records are judged at once, and how many may wait for that.

Judging keeps a core busy. Beyond what the machine can do, waiting helps nobody: who would wait too
long is told at once to come again (429), so that memory and time stay bounded.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from nelm_fhir.service.settings import Limits
from nelm_fhir.service.statuses import HttpFault

AGAIN: Final = "2"
"""Seconds after which a turn may be free."""


class Turns:
    """The turns of one service."""

    def __init__(self, limits: Limits) -> None:
        self._free = asyncio.Semaphore(limits.at_once)
        self._most = limits.at_once + limits.waiting
        self._here = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn and keep it until the block ends; HttpFault 429 where too many wait."""
        if self._here >= self._most:
            raise _too_many()
        self._here += 1
        try:
            async with self._free:
                yield
        finally:
            self._here -= 1


def _too_many() -> HttpFault:
    return HttpFault(
        429,
        "throttled",
        "Too many records are waiting to be judged.",
        "Send it again later, and fewer at once.",
        headers={"Retry-After": AGAIN},
    )
