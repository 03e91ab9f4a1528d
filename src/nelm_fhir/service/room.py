"""How much of all bodies together is held at a time, so that no number of senders fills the memory.

In: bytes that one request takes. Out: nothing, or HttpFault 429. What a request took is given back
when it was answered, by the envelope around it.
"""

from typing import Final

from starlette.types import Scope

from nelm_fhir.service.statuses import HttpFault

AGAIN: Final = "5"
_HELD: Final = "nelm_fhir.held"


class Room:
    """The room of one service, in bytes; used by its event loop alone."""

    def __init__(self, most: int) -> None:
        self._left = most

    def take(self, scope: Scope, size: int) -> None:
        """Take room for one request; a negative size gives some back. Raises HttpFault 429."""
        if size > self._left:
            raise _full()
        self._left -= size
        scope[_HELD] = scope.get(_HELD, 0) + size

    def leave(self, scope: Scope) -> None:
        """Give back all that a request took."""
        self._left += scope.pop(_HELD, 0)


def _full() -> HttpFault:
    return HttpFault(
        429,
        "throttled",
        "Too much is being received at once.",
        "Send it again later, and fewer at once.",
        headers={"Retry-After": AGAIN},
    )
