"""Around every request: its numbers, its line in the log, its place in the figures, its failure.

In: the application inside. Out: the same, whose answers carry the numbers of their request and are
kept by no cache, and whose errors are answers. Whatever was not foreseen ends here as a 500 that
says nothing but a number; libraries would write it to the log with its values.
"""

import time
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from nelm_fhir.errors import NelmError
from nelm_fhir.events import Event, defect, event
from nelm_fhir.service.metrics import Door
from nelm_fhir.service.numbering import Numbers, begin, numbers_of
from nelm_fhir.service.site import Site
from nelm_fhir.service.statuses import HttpFault, answer_of

ALWAYS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
"""Headers of every answer that does not say otherwise."""
_ROOM: Final = "nelm_fhir.service."
_DOORS: Final[Mapping[str, Door]] = {
    "operation": Door.EVALUATION,
    "messages": Door.MESSAGES,
    "subscriptions": Door.SUBSCRIPTIONS,
    "cds": Door.CDS,
    "pages": Door.PAGES,
    "describing": Door.DESCRIPTION,
    "operators": Door.OPERATORS,
}
"""Which door a module or room of the service is."""
_REFUSED_AT: Final[Mapping[str, Door]] = {
    "evaluate": Door.EVALUATION,
    "fhir": Door.EVALUATION,
    "messages": Door.MESSAGES,
    "jobs": Door.MESSAGES,
    "hooks": Door.SUBSCRIPTIONS,
    "cds-services": Door.CDS,
    "patients": Door.PAGES,
    "worklist": Door.PAGES,
    "try": Door.PAGES,
}
"""Which door was meant by a request that the gate turned away, by the start of its path."""


class Method(StrEnum):
    """The methods of requests, as the log knows them."""

    GET = "GET"
    HEAD = "HEAD"
    POST = "POST"
    PUT = "PUT"
    DELETE = "DELETE"
    OPTIONS = "OPTIONS"
    OTHER = "other"


class Envelope:
    """The application with its envelope."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._app = app
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; start and end go on as they came, and are told where they fail."""
        if scope["type"] != "http":
            await self._life(scope, receive, send)
            return
        numbers = numbers_of(Headers(scope=scope))
        begin(numbers)
        answer = _Answer(numbers, send)
        began = time.perf_counter()
        self._site.metrics.begun()
        try:
            await self._inside(scope, receive, answer)
        finally:
            self._site.room.leave(scope)
            seconds = time.perf_counter() - began
            _log(scope, answer, seconds)
            self._site.metrics.answered(_door(scope), answer.status, seconds)

    async def _life(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except Exception as error:
            defect(0, error)
            raise

    async def _inside(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        try:
            await self._app(scope, receive, answer.send)
        except (HttpFault, NelmError) as error:
            await answer.instead(error, scope, receive)
        except Exception as error:  # noqa: BLE001 - nothing may leave but a number
            defect(answer.numbers.number, error)
            await answer.instead(error, scope, receive)


class _Answer:
    """The answer of one request on its way out."""

    def __init__(self, numbers: Numbers, send: Send) -> None:
        self.numbers = numbers
        self.status = 0
        self._send = send

    async def send(self, message: Message) -> None:
        """Send on; the head of the answer gets its headers."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in ALWAYS.items():
                headers.setdefault(name, value)
            for name, value in self.numbers.headers().items():
                headers[name] = value
        await self._send(message)

    async def instead(self, error: Exception, scope: Scope, receive: Receive) -> None:
        """Send what the error becomes; where the answer has begun, it stays cut off."""
        if self.status == 0:
            await answer_of(error, Request(scope))(scope, receive, self.send)


def _log(scope: Scope, answer: _Answer, seconds: float) -> None:
    method = scope["method"]
    event(
        Event.REQUEST_ANSWERED,
        number=answer.numbers.number,
        door=_door(scope),
        method=Method(method) if method in set(Method) else Method.OTHER,
        status=answer.status,
        milliseconds=round(seconds * 1000),
    )


def _door(scope: Scope) -> Door:
    """Return the door behind which the request was answered, by the module it is in."""
    endpoint = scope.get("endpoint")
    if endpoint is None:
        return _REFUSED_AT.get(scope["path"].strip("/").partition("/")[0], Door.NONE)
    module = getattr(endpoint, "__module__", None) or type(endpoint).__module__
    room = module.removeprefix(_ROOM).partition(".")[0]
    return _DOORS.get(room, Door.NONE) if module.startswith(_ROOM) else Door.NONE
