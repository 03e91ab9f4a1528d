"""A proxy of our own between client and server, which does what networks and servers do.

    with FaultProxy("http://127.0.0.1:18080", Storm(seed=1, faults=FAULTS)) as proxy:
        Client(Server(base=f"{proxy.origin}/fhir"))

It stands before any HTTP server, HAPI too. A fault is a function of the request and of what passes
it on; a choice says for each request which fault it meets, if any. What the client is told names
the proxy, never the server behind it.
"""

import http.client
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from tests.servers.local import Asked, Hang, Local, Reply, outcome

HOP = {"connection", "transfer-encoding", "content-length", "keep-alive", "date"}

Pass = Callable[[Asked], Reply]
Fault = Callable[[Asked, Pass], Reply]
Choice = Callable[[Asked], tuple[str, Fault] | None]


def answer_lost(asked: Asked, through: Pass) -> Reply:
    """The server does it; the answer never arrives."""
    through(asked)
    raise Hang


def request_lost(_asked: Asked, _through: Pass) -> Reply:
    """The server never sees it."""
    raise Hang


def twice(asked: Asked, through: Pass) -> Reply:
    """The server sees it twice; the second answer arrives."""
    through(asked)
    return through(asked)


def twice_first_answer(asked: Asked, through: Pass) -> Reply:
    """The server sees it twice; the first answer arrives."""
    first = through(asked)
    through(asked)
    return first


def delayed(seconds: float) -> Fault:
    """The request arrives late."""

    def fault(asked: Asked, through: Pass) -> Reply:
        time.sleep(seconds)
        return through(asked)

    return fault


def throttled(after: str = "0") -> Fault:
    """429 with a `Retry-After`, in seconds as it stands, or as a date with `in_date`."""

    def fault(_asked: Asked, _through: Pass) -> Reply:
        return outcome(429, "throttled", **{"Retry-After": after})

    return fault


def in_date(seconds: float = 0) -> str:
    """A moment from now, as HTTP writes it."""
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


def throttled_by_date(asked: Asked, through: Pass) -> Reply:
    """429 with the date of this moment in `Retry-After`."""
    return throttled(in_date())(asked, through)


def failing(status: int = 500) -> Fault:
    """The server, or something before it, fails and does nothing."""

    def fault(_asked: Asked, _through: Pass) -> Reply:
        return outcome(status, "exception")

    return fault


def failing_afterwards(status: int = 502) -> Fault:
    """The server does it, and the answer is a failure all the same."""

    def fault(asked: Asked, through: Pass) -> Reply:
        through(asked)
        return outcome(status, "exception")

    return fault


def cut(share: float = 0.5) -> Fault:
    """The answer breaks off in the middle."""

    def fault(asked: Asked, through: Pass) -> Reply:
        reply = through(asked)
        body = reply.body()
        assert isinstance(body, bytes)
        return Reply(reply.status, body, reply.headers, cut=int(len(body) * share))

    return fault


def truncated_lines(asked: Asked, through: Pass) -> Reply:
    """A file of lines ends in the middle of one, and its length says that this is all."""
    reply = through(asked)
    body = reply.body()
    assert isinstance(body, bytes)
    return Reply(reply.status, body[: max(0, len(body) - 7)], reply.headers)


def wrong_next(url: str) -> Fault:
    """Every link to a next page leads elsewhere."""

    def fault(asked: Asked, through: Pass) -> Reply:
        reply = through(asked)
        page = json.loads(reply.body())
        for link in page.get("link", []):
            if link["relation"] == "next":
                link["url"] = url
        return Reply(reply.status, page, reply.headers)

    return fault


def expired_token(asked: Asked, _through: Pass) -> Reply:
    """The token is no longer good."""
    return outcome(401, "expired", **{"WWW-Authenticate": "Bearer"})


@dataclass
class Together:
    """Requests of several clients wait for each other, then arrive at once: the race."""

    number: int
    patience: float = 2.0
    _barrier: threading.Barrier = field(init=False)

    def __post_init__(self) -> None:
        self._barrier = threading.Barrier(self.number)

    def __call__(self, asked: Asked, through: Pass) -> Reply:
        with suppress(threading.BrokenBarrierError):  # fewer came: nobody waits any more
            self._barrier.wait(self.patience)
        return through(asked)


@dataclass
class Storm:
    """Faults by chance, the same for the same seed and order of requests; `met` counts them."""

    seed: int
    faults: Mapping[str, Fault]
    share: float = 0.4
    only: Callable[[Asked], bool] = lambda _asked: True
    calm: bool = False
    met: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)  # noqa: S311 - weather, not secrets
        self._turn = threading.Lock()

    def __call__(self, asked: Asked) -> tuple[str, Fault] | None:
        with self._turn:
            if self.calm or not self.only(asked) or self._chance.random() >= self.share:
                return None
            name = self._chance.choice(sorted(self.faults))
            self.met[name] += 1
            return name, self.faults[name]


@dataclass
class Once:
    """One fault, met by the first requests that fit; `met` counts them."""

    fault: Fault
    only: Callable[[Asked], bool] = lambda _asked: True
    times: int = 1
    met: int = 0

    def __call__(self, asked: Asked) -> tuple[str, Fault] | None:
        if self.met >= self.times or not self.only(asked):
            return None
        self.met += 1
        return "once", self.fault


def is_write(asked: Asked) -> bool:
    """Whether a request changes something."""
    return asked.method in {"POST", "PUT", "DELETE"} and not asked.path.endswith("_search")


FAULTS: Mapping[str, Fault] = {
    "answer lost": answer_lost,
    "request lost": request_lost,
    "twice": twice,
    "twice, first answer": twice_first_answer,
    "delayed": delayed(0.02),
    "throttled": throttled(),
    "throttled by date": throttled_by_date,
    "failing": failing(500),
    "unavailable": failing(503),
    "failing afterwards": failing_afterwards(500),
    "bad gateway afterwards": failing_afterwards(502),
    "cut": cut(),
}
"""What a write and its searches may meet in one storm."""


class FaultProxy:
    """The proxy; a context manager. `origin` is where clients find it, `upstream` the server's."""

    def __init__(self, upstream: str, choice: Choice) -> None:
        self.choice = choice
        self._upstream = urlsplit(upstream)
        self._local = Local(self.answer)
        self.origin = self._local.origin
        self.asked = self._local.asked

    def __enter__(self) -> Self:
        self._local.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, e: BaseException | None, t: TracebackType | None
    ) -> None:
        self._local.__exit__(kind, e, t)

    def answer(self, asked: Asked) -> Reply:
        """Answer a request as the choice says."""
        chosen = self.choice(asked)
        return self._through(asked) if chosen is None else chosen[1](asked, self._through)

    def _through(self, asked: Asked) -> Reply:
        """Pass a request on as it is, under the name of the proxy, and its answer back."""
        connection = http.client.HTTPConnection(
            str(self._upstream.hostname), self._upstream.port, timeout=60
        )
        headers = {k: v for k, v in asked.headers.items() if k.lower() not in HOP}
        headers |= {"Accept-Encoding": "identity", "Content-Length": str(len(asked.body))}
        try:
            connection.request(asked.method, asked.target, asked.body, headers)
            answer = connection.getresponse()
            return Reply(answer.status, self._ours(answer.read()), self._headers(answer))
        finally:
            connection.close()

    def _headers(self, answer: http.client.HTTPResponse) -> dict[str, str]:
        kept = {k: v for k, v in answer.getheaders() if k.lower() not in HOP}
        return {name: self._ours(value.encode()).decode() for name, value in kept.items()}

    def _ours(self, text: bytes) -> bytes:
        behind = f"{self._upstream.scheme}://{self._upstream.netloc}"
        return text.replace(behind.encode(), self.origin.encode())
