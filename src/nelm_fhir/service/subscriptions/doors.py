"""`/hooks/subscription/{name}`: what a FHIR server tells of changes, by rest-hook or by topics.

In: a notification Bundle, a resource (`PUT .../{Type}/{id}`, as rest-hooks of R4 send it), or an
empty body. Out: 200 as soon as it is kept; servers take anything else as lost. Nothing that is sent
here is ever judged itself: what changed is fetched from the server that was configured.
`GET /hooks/subscription` tells how each subscription stands. Source: interop 2 and 3.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from nelm_fhir.errors import InputError
from nelm_fhir.fhir_r4 import strict
from nelm_fhir.ledger import hooks as ledger_hooks
from nelm_fhir.service.audit import Action
from nelm_fhir.service.messages.accepting import ledger_of
from nelm_fhir.service.noting import noted
from nelm_fhir.service.operation import check_type
from nelm_fhir.service.received import received
from nelm_fhir.service.site import Site
from nelm_fhir.service.statuses import HttpFault
from nelm_fhir.service.subscriptions.flood import Flood
from nelm_fhir.service.subscriptions.notification import local, notification, patient_of
from nelm_fhir.service.subscriptions.proof import PATH, proven
from nelm_fhir.service.subscriptions.settings import Hook
from nelm_fhir.service.subscriptions.taking import take, take_hint, take_resource


def routes(site: Site) -> Sequence[BaseRoute]:
    """Return the routes that take notifications."""
    flood = Flood(site.settings.hooks.per_minute, time.monotonic)

    async def tell(_request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(_told, site))

    async def hear(request: Request) -> Response:
        hook = _hook(site, request)
        _check(hook, request, flood)
        body = await _body(request, site)
        await run_in_threadpool(_take, site, hook, body, _place(request))
        await noted(request, site, Action.RECEIVED, None)
        return Response(b"")

    return (
        Route(PATH, tell, methods=["GET"]),
        Route(PATH, hear, methods=["POST"]),
        Route(PATH + "/{name}", hear, methods=["POST", "PUT"]),
        Route(PATH + "/{name}/{type}/{id}", hear, methods=["POST", "PUT", "DELETE"]),
    )


@dataclass(frozen=True, slots=True)
class _Resource:
    """A resource that came along, as far as it is looked at."""

    focus: str
    version: str = ""
    patient: str = ""


def _told(site: Site) -> dict[str, Any]:
    """Return how every subscription stands; nothing of a patient is in it."""
    known = {one.name: one for one in ledger_hooks.every(ledger_of(site))}
    return {
        "subscriptions": [
            {
                "name": hook.name,
                "last": known[hook.name].last if hook.name in known else 0,
                "heard": known[hook.name].heard if hook.name in known else "",
                "silent_since": known[hook.name].missed if hook.name in known else "",
            }
            for hook in site.settings.hooks.hooks
        ]
    }


def _hook(site: Site, request: Request) -> Hook:
    """Return the subscription of an address; without a name the only one there is."""
    hooks = site.settings.hooks
    name = request.path_params.get("name")
    only = hooks.hooks[0] if len(hooks.hooks) == 1 else None
    hook = only if name is None else hooks.named(name)
    if hook is None:
        raise HttpFault(
            404,
            "not-found",
            "There is no subscription of this name here.",
            "Compare the address of the Subscription's channel with the settings of the service.",
        )
    return hook


def _check(hook: Hook, request: Request, flood: Flood) -> None:
    if hook.secret and not proven(hook, request.headers):
        raise HttpFault(
            401,
            "login",
            "The notification does not hold the secret of its subscription.",
            "Put it into the header of the Subscription's channel.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    if not flood.takes(hook.name):
        raise HttpFault(
            429,
            "throttled",
            "More notifications come than are taken.",
            "Send it again later.",
            headers={"Retry-After": str(flood.seconds())},
        )


async def _body(request: Request, site: Site) -> bytes:
    """Return the body; an empty one may be announced as anything."""
    body = await received(request, site)
    if body.strip():
        check_type(request)
    return body


def _place(request: Request) -> str:
    """Return the resource that the address names, empty where it names none."""
    kind, name = (request.path_params.get(one, "") for one in ("type", "id"))
    return local(f"{kind}/{name}")


def _take(site: Site, hook: Hook, body: bytes, place: str) -> None:
    if place:
        found = _resource(body) if body.strip() else None
        if found is None or found.focus != place:
            found = _Resource(place)  # the address says what changed; the body is not believed
        take_resource(site, hook, place, found.version, found.patient)
    elif not body.strip():
        take_hint(site, hook)
    elif (found := _resource(body)) is not None:
        take_resource(site, hook, found.focus, found.version, found.patient)
    else:
        take(site, hook, notification(body))


def _resource(body: bytes) -> _Resource | None:
    """Return the single resource of a body; None where it is a Bundle or names itself not."""
    try:
        data = strict.parse(body)
    except strict.Damaged:
        raise InputError("The body is not valid JSON.", "Send FHIR JSON.") from None
    if not isinstance(data, dict) or data.get("resourceType") == "Bundle":
        return None
    focus = local(f"{data.get('resourceType')}/{data.get('id')}")
    meta = data.get("meta")
    version = meta.get("versionId") if isinstance(meta, dict) else ""
    told = _Resource(focus, version if isinstance(version, str) else "", patient_of(data))
    return told if focus else None
