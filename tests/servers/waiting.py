"""Wait for what another thread or process does."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")
WAIT = 60.0
"""Seconds in which it has to come about, on a machine with other work."""


def until(true: Callable[[], Found], why: str = "it never became true") -> Found:
    """Ask again and again until the answer is true, and return it."""
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        if found := true():
            return found
        time.sleep(0.05)
    raise AssertionError(why)
