"""The client: everything that is asked of a FHIR server goes through here.

One per job, a context manager; a few threads may share it. It sends the token only where it may go,
follows only what leads to a configured origin, tries again what may be tried again, and gives back
an answer of one of the statuses that the caller accepts, or an error.
Source: interop 5, 7, 11 (threats 13, 15, 16).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlencode

from nelm_fhir.events import Event, event
from nelm_fhir.exchange.answer import Answer, refusal
from nelm_fhir.exchange.asking import FHIR_JSON, FORM, Ask, Opened, Request, told
from nelm_fhir.exchange.retries import hinted, persistently
from nelm_fhir.exchange.server import Server
from nelm_fhir.exchange.wire import Wire
from nelm_fhir.writers.fhir_json import fhir_json

OK: Final = (HTTPStatus.OK,)
_WITHOUT_POST: Final = frozenset(
    {
        HTTPStatus.NOT_FOUND,
        HTTPStatus.METHOD_NOT_ALLOWED,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        HTTPStatus.NOT_IMPLEMENTED,
    }
)
"""Answers of servers that know no POST `_search`."""
_STRICT: Final = {
    # A parameter that is ignored would widen the search without a word.
    "Prefer": "handling=strict",
    # HAPI serves a repeated search from memory for a minute.
    "Cache-Control": "no-cache",
}


class Client:
    """A connection to one server for one job."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._pin = server.pin
        self.base = str(self._pin.base)
        self._wire = Wire(server)
        self.tokens = server.auth.tokens(server, self._wire.ask)
        self._by_post = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None
    ) -> None:
        self._wire.close()

    @property
    def searches_by_post(self) -> bool:
        """Whether searches keep their values out of addresses; known after the first search."""
        return self._by_post

    def url(self, path: str) -> str:
        """Return the absolute address of a path or link; raises ServerRefused."""
        return str(self._pin.url(path))

    def get(
        self,
        path_or_url: str,
        *,
        accept: Collection[int] = OK,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Read a path under the base, or a link that the server gave."""
        return self._asked(self._request("GET", path_or_url, headers, accept=accept))

    def search(self, resource_type: str, parameters: Sequence[tuple[str, str]]) -> Answer:
        """Search by POST, which keeps values out of addresses; return the first page.

        GET is used only where the server knows no search by POST.
        """
        form = urlencode(list(parameters))
        if self._by_post:
            post = self._request(
                "POST",
                f"{resource_type}/_search",
                {**_STRICT, "Content-Type": FORM},
                form.encode(),
                accept={*OK, *_WITHOUT_POST},
            )
            answer = self._asked(post)
            if answer.status == HTTPStatus.OK:
                return answer
        found = self.get(f"{resource_type}?{form}", headers=_STRICT)
        self._by_post = False
        event(Event.SEARCHED_BY_GET)
        return found

    def send(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None,
        *,
        accept: Collection[int],
        headers: Mapping[str, str] | None = None,
        repeatable: bool,
    ) -> Answer:
        """Send a resource. One that is not `repeatable` is sent again only if it never arrived."""
        content = None if body is None else fhir_json(body)
        kind = {"Content-Type": FHIR_JSON} if body is not None else {}
        every = {**kind, **(headers or {})}
        return self._asked(
            self._request(method, path, every, content, accept=accept, repeatable=repeatable)
        )

    def stream(self, url: str, *, token: bool) -> Iterator[bytes]:
        """Yield a file piece by piece, unpacked where it was packed for the way.

        Without `token` neither token nor headers are sent, and `file_origins` may be asked, too.
        """
        address = self._pin.check(self._pin.url(url), "A file of the server", token=token)
        request = Request("GET", address, "GET of a file", {"Accept": "*/*"}, trusted=token)
        answer = self._asked(request, self._wire.open)
        yield from answer.pieces if isinstance(answer, Opened) else [answer.body]

    def _request(
        self,
        method: str,
        link: str,
        headers: Mapping[str, str] | None,
        body: bytes | None = None,
        *,
        accept: Collection[int],
        repeatable: bool = True,
    ) -> Request:
        address = self._pin.check(self._pin.url(link), "A link of the server")
        return Request(
            method=method,
            url=address,
            what=told(method, address, self._pin),
            headers={"Accept": FHIR_JSON, **(headers or {})},
            body=body,
            repeatable=repeatable,
            accept=frozenset(accept),
        )

    def _asked(self, request: Request, send: Ask | None = None) -> Answer:
        once = partial(self._once, request, send or self._wire.ask)
        answer = persistently(once, request, self.server.patience)
        if answer.status in request.accept:
            return answer
        raise hinted(refusal(answer, request.what))

    def _once(self, request: Request, send: Ask) -> Answer:
        """Ask once, and once more with a new token where the server refuses ours."""
        token = self.tokens.current() if request.trusted else None
        answer = send(_with(token, request))
        if answer.status != HTTPStatus.UNAUTHORIZED or answer.status in request.accept:
            return answer
        other = self.tokens.renewed(token) if token else None
        return send(_with(other, request)) if other else answer


def _with(token: str | None, request: Request) -> Request:
    if not token:
        return request
    return replace(request, headers={**request.headers, "Authorization": f"Bearer {token}"})
