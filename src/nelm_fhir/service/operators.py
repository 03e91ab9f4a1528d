"""For those who run the service: is it alive, can it work, how much, by which editions."""

from collections.abc import Sequence
from dataclasses import asdict

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from nelm_fhir.core.program import PROGRAM
from nelm_fhir.service.metrics import CONTENT_TYPE
from nelm_fhir.service.readiness import Watch
from nelm_fhir.service.site import Site
from nelm_fhir.service.statuses import AGAIN


def routes(site: Site) -> Sequence[BaseRoute]:
    """Return the routes for operators."""
    watch = Watch(site)

    async def healthz(_request: Request) -> Response:
        """Say that the process answers."""
        return PlainTextResponse("ok\n")

    async def readyz(_request: Request) -> Response:
        """Say whether it can do its work; 503 where something it needs is down."""
        found = await run_in_threadpool(watch.look)
        told = {"ready": found.is_ready, **asdict(found)}
        if found.is_ready:
            return JSONResponse(told)
        return JSONResponse(told, 503, {"Retry-After": AGAIN})

    async def metrics(_request: Request) -> Response:
        """Give the figures."""
        return Response(site.metrics.text(), headers={"Content-Type": CONTENT_TYPE})

    async def version(_request: Request) -> Response:
        """Name program and editions."""
        sets = {name: one.version for name, one in site.catalogue.sets.items()}
        return JSONResponse(
            {"program": PROGRAM, "criteria": sets, "catalogue": site.catalogue.digest}
        )

    return (
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/metrics", metrics),
        Route("/version", version),
    )
