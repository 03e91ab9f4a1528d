"""Before every door: the gate, and the pages of others that may ask (CORS).

In: the application. Out: the same behind the gate. No door can forget to ask who is there. Scripts
of other pages are answered only if their origin was listed, never with cookies or passwords.
Source: interop 11, threat 24; Fetch standard (CORS).
"""

from typing import TYPE_CHECKING, Final

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from nelm_fhir.service.trust.gate import caller_of
from nelm_fhir.service.trust.settings import Trust

if TYPE_CHECKING:
    from nelm_fhir.service.site import Site

_HEADERS: Final = ("Authorization", "Content-Type", "Prefer", "X-Request-Id", "X-Correlation-Id")
_SHOWN: Final = ("X-Request-Id", "X-Correlation-Id", "Content-Location", "WWW-Authenticate")
_SECONDS: Final = 600


class AtTheGate:
    """Lets a request through with its caller in `request.state.caller`; raises HttpFault."""

    def __init__(self, app: ASGIApp, site: "Site") -> None:
        self._app = app
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http":
            await caller_of(Request(scope, receive), self._site)
        await self._app(scope, receive, send)


def pages_of_others(trust: Trust) -> list[Middleware]:
    """Return what answers the scripts of listed pages; nothing where none is listed."""
    if not trust.origins:
        return []
    listed = Middleware(
        CORSMiddleware,
        allow_origins=list(trust.origins),
        allow_methods=["GET", "POST"],
        allow_headers=list(_HEADERS),
        expose_headers=list(_SHOWN),
        allow_credentials=False,
        max_age=_SECONDS,
    )
    return [listed]
