"""Style and script of the pages, as files of their own: no page holds code."""

from collections.abc import Sequence
from importlib.resources import files
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from nelm_fhir.service.pages.frame import SCRIPT, STYLE

_KINDS: Final = {STYLE: "text/css; charset=utf-8", SCRIPT: "text/javascript; charset=utf-8"}
_HEADERS: Final = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}


def routes() -> Sequence[BaseRoute]:
    """Return the routes of style and script."""
    return [_route(path, kind) for path, kind in _KINDS.items()]


def _route(path: str, kind: str) -> Route:
    folder = files("nelm_fhir.service.pages") / "assets"
    content = (folder / path.rpartition("/")[2]).read_bytes()

    async def asset(_request: Request) -> Response:
        return Response(content, headers=_HEADERS, media_type=kind)

    return Route(path, asset)
