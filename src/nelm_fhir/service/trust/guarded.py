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

from nelm_fhir.service.statuses import HttpFault, answer_of
from nelm_fhir.service.trust.gate import caller_of

if TYPE_CHECKING:
    from nelm_fhir.service.site import Site

_HEADERS: Final = ("Authorization", "Content-Type", "Prefer", "X-Request-Id", "X-Correlation-Id")
_SHOWN: Final = ("X-Request-Id", "X-Correlation-Id", "Content-Location", "WWW-Authenticate")
_MINUTES: Final = 600


class AtTheGate:
    """Lets a request through with its caller in `request.state.caller`, or turns it away."""

    def __init__(self, app: ASGIApp, site: "Site") -> None:
        self._app = app
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http":
            request = Request(scope, receive)
            try:
                await caller_of(request, self._site)
            except HttpFault as fault:
                await answer_of(fault, request)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def guards(site: "Site") -> list[Middleware]:
    """Return what stands before the doors of a site, the outermost first."""
    gate = Middleware(AtTheGate, site=site)
    origins = site.settings.trust.origins
    if not origins:
        return [gate]
    cors = Middleware(
        CORSMiddleware,
        allow_origins=list(origins),
        allow_methods=["GET", "POST"],
        allow_headers=list(_HEADERS),
        expose_headers=list(_SHOWN),
        allow_credentials=False,
        max_age=_MINUTES,
    )
    return [cors, gate]
