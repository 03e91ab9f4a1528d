"""For those who run the service: is it alive, and by which editions does it judge."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from nelm_fhir.core.program import PROGRAM
from nelm_fhir.service.site import Site


def routes(site: Site) -> Sequence[BaseRoute]:
    """Return the routes for operators."""

    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def version(_request: Request) -> Response:
        sets = {name: one.version for name, one in site.catalogue.sets.items()}
        return JSONResponse(
            {"program": PROGRAM, "criteria": sets, "catalogue": site.catalogue.digest}
        )

    return (Route("/healthz", healthz), Route("/version", version))
