"""Which tokens were used: each is good once, until it ends (`jti`, RFC 7519).

In: who issued it, its number, when it ends. Out: whether it is new. Numbers are kept as digests, no
longer than the token lives, and no more of them than memory allows: when there is no room, nothing
is new.
"""

import hashlib
from collections import OrderedDict
from threading import Lock
from typing import Final

MOST: Final = 200_000
"""Numbers that are kept; an hour of fifty requests a second."""


class Used:
    """The tokens that were used; safe for several threads. It lives as long as its process."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._until: OrderedDict[bytes, float] = OrderedDict()
        self._lock = Lock()

    def is_new(self, issuer: str, number: str, until: float, now: float) -> bool:
        """Take a token in; False for one that was used, and where there is no room for it.

        `until` is when it ends, `now` the present, both in seconds since 1970.
        """
        key = hashlib.sha256(f"{len(issuer)} {issuer} {number}".encode()).digest()
        with self._lock:
            if key in self._until:
                return False
            if len(self._until) >= self._most:
                self._forget(now)
            if len(self._until) >= self._most:
                return False
            self._until[key] = until
            return True

    def _forget(self, now: float) -> None:
        self._until = OrderedDict((key, end) for key, end in self._until.items() if end > now)
