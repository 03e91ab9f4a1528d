"""How messages are taken: how many may wait, how long a sender waits, where answers may go."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nelm_fhir.exchange.server import Server


@dataclass(frozen=True, slots=True)
class Messaging:
    """How one service takes messages.

    `acknowledge` is the status by which a message is acknowledged before it is judged, 0 where its
    sender waits for the answer, at most `patience` seconds: engines give up after thirty. `waiting`
    messages are kept at most, `threads` are judged at a time. `replies` are the servers to which
    answers may be sent later (`response-url`), each with what it takes to sign in there.
    """

    acknowledge: int = 0
    patience: float = 25.0
    waiting: int = 1000
    threads: int = 2
    replies: tuple["Server", ...] = field(default=())
