"""What the service says of itself: CapabilityStatement, OperationDefinition, OpenAPI.

In: the site. Out: what stands in `described`, with the address and the version of what runs, and
with those operations only that there really are. Source: FHIR R4 capabilitystatement.html,
operationdefinition.html; OpenAPI 3.1.
"""

import json
from collections.abc import Sequence
from importlib.resources import files
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from nelm_fhir.core.canonical import BASE
from nelm_fhir.core.program import NAME, VERSION
from nelm_fhir.service.accepting import JSON_TYPE
from nelm_fhir.service.operation import wanted_type
from nelm_fhir.service.site import Site
from nelm_fhir.writers.datatypes import Json
from nelm_fhir.writers.fhir_json import fhir_json

OPERATIONS: Final = {
    "nelm-evaluate": f"{BASE}/OperationDefinition/nelm-evaluate",
    "process-message": "http://hl7.org/fhir/OperationDefinition/MessageHeader-process-message",
}
"""Every operation a service may have, and where it is defined."""
ROOT: Final = "/fhir"


def described(name: str) -> Json:
    """Return one of the documents of `described` by the name of its file."""
    text = files("nelm_fhir.service.described").joinpath(f"{name}.json").read_text("utf-8")
    document: Json = json.loads(text)
    return document


def routes(site: Site) -> Sequence[BaseRoute]:
    """Return the descriptions of this service."""
    definition = described("operation-nelm-evaluate")
    openapi = described("openapi")

    async def metadata(request: Request) -> Response:
        """Say what there is."""
        return _fhir(request, capability(site, _paths(request.app)))

    async def operation(request: Request) -> Response:
        """Say what the operation takes and gives."""
        return _fhir(request, definition)

    async def document(request: Request) -> Response:
        """Say it all as OpenAPI."""
        found = _located(openapi, site, _paths(request.app))
        return Response(fhir_json(found), media_type=JSON_TYPE)

    return (
        Route(f"{ROOT}/metadata", metadata),
        Route(f"{ROOT}/OperationDefinition/nelm-evaluate", operation),
        Route("/openapi.json", document),
    )


def capability(site: Site, paths: Sequence[str]) -> Json:
    """Return the CapabilityStatement of a service with these addresses."""
    there = [name for name in OPERATIONS if f"{ROOT}/${name}" in paths]
    operations = [{"name": name, "definition": OPERATIONS[name]} for name in there]
    return {
        **described("capability"),
        "software": {"name": NAME, "version": VERSION},
        "implementation": {"description": NAME, "url": f"{site.settings.base}{ROOT}"},
        "rest": [{"mode": "server", "operation": operations}],
    }


def _paths(app: Starlette) -> list[str]:
    return [route.path for route in app.routes if isinstance(route, Route)]


def _located(document: Json, site: Site, there: Sequence[str]) -> Json:
    return {
        **document,
        "info": {**document["info"], "version": VERSION},
        "servers": [{"url": site.settings.base}],
        "paths": {path: one for path, one in document["paths"].items() if path in there},
    }


def _fhir(request: Request, resource: Json) -> Response:
    return Response(fhir_json(resource), media_type=wanted_type(request))
