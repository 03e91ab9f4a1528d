"""The application: every door of the service on one Starlette.

In: a Site. Out: the ASGI application. To add a door, add its module to `DOORS`.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import chain
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from nelm_fhir.service import describing, operation, operators
from nelm_fhir.service.cds import doors as cds
from nelm_fhir.service.envelope import Envelope
from nelm_fhir.service.messages import doors as messages
from nelm_fhir.service.messages import jobs
from nelm_fhir.service.messages.life import working
from nelm_fhir.service.pages import doors as pages
from nelm_fhir.service.site import Site
from nelm_fhir.service.statuses import answer_of, of_routing
from nelm_fhir.service.subscriptions import doors as subscriptions
from nelm_fhir.service.trust.guarded import AtTheGate, pages_of_others

Door = Callable[[Site], Sequence[BaseRoute]]
DOORS: Final[tuple[Door, ...]] = (
    operation.routes,
    messages.routes,
    jobs.routes,
    subscriptions.routes,
    pages.routes,
    cds.routes,
    describing.routes,
    operators.routes,
)
SHORTEST: Final = 1024
"""Bytes of an answer below which packing costs more than it saves."""
FASTEST_USEFUL: Final = 4
"""How hard answers are packed, of 1 to 9: beyond, they get hardly smaller."""


def application(site: Site) -> Starlette:
    """Return the service as one ASGI application."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        with working(site):
            yield

    return Starlette(
        routes=list(chain.from_iterable(door(site) for door in DOORS)),
        middleware=[
            *pages_of_others(site.settings.trust),
            Middleware(Envelope, site=site),
            Middleware(AtTheGate, site=site),
            Middleware(GZipMiddleware, minimum_size=SHORTEST, compresslevel=FASTEST_USEFUL),
        ],
        exception_handlers={HTTPException: _nothing_there},
        lifespan=lifespan,
    )


async def _nothing_there(request: Request, error: Exception) -> Response:
    """Answer for an address behind which nothing is, or another method is."""
    return answer_of(of_routing(error), request)
