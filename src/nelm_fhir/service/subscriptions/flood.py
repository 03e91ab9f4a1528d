"""How many notifications of a subscription are taken: a bucket that fills again as time passes.

A notification costs its sender a few bytes and us the whole record of a patient, so whoever can
send them could have us overrun the hospital's server (threat 23). What is refused was told to its
sender; what it stood for is asked for once the flood is over.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

MINUTE: Final = 60.0


@dataclass(slots=True)
class _Bucket:
    left: float
    seen: float


class Flood:
    """The buckets of all subscriptions, by name."""

    def __init__(self, per_minute: int, clock: Callable[[], float]) -> None:
        self._most = float(per_minute)
        self._clock = clock
        self._turn = threading.Lock()
        self._buckets: dict[str, _Bucket] = {}

    def takes(self, name: str, number: int = 1) -> bool:
        """Whether so many more are taken now; if so they count."""
        with self._turn:
            now = self._clock()
            bucket = self._buckets.setdefault(name, _Bucket(self._most, now))
            filled = (now - bucket.seen) * self._most / MINUTE
            bucket.left, bucket.seen = min(self._most, bucket.left + filled), now
            if bucket.left < number:
                return False
            bucket.left -= number
            return True

    def seconds(self) -> int:
        """Return after how many seconds another one is taken."""
        return max(1, round(MINUTE / self._most))
