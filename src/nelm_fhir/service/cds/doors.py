"""The doors of CDS Hooks: what there is, the call of a service, and what became of its cards.

In: requests of an EHR. Out: a card or none; 400 for a request that is not one, 404 for a service
that there is not, 412 where the data cannot be had. Nothing of the record is kept.
Source: CDS Hooks 2.0; interop 4.
"""

from collections.abc import Sequence
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from nelm_fhir.errors import NelmError
from nelm_fhir.exchange.home import PATIENT
from nelm_fhir.service.audit import Action, Outcome
from nelm_fhir.service.cds.cards import cards
from nelm_fhir.service.cds.feedback import Kept, read_feedback
from nelm_fhir.service.cds.record import record_of
from nelm_fhir.service.cds.request import CdsRequest, read_request
from nelm_fhir.service.cds.services import SERVICES, CdsService, described
from nelm_fhir.service.evaluating import Evaluated, Wish, evaluated_in_turn
from nelm_fhir.service.noting import noted
from nelm_fhir.service.operation import check_type
from nelm_fhir.service.received import received
from nelm_fhir.service.settings import Limits
from nelm_fhir.service.site import Site
from nelm_fhir.service.statuses import HttpFault
from nelm_fhir.service.trust.gate import CDS
from nelm_fhir.service.turns import Turns


def routes(site: Site) -> Sequence[BaseRoute]:
    """Return the doors of CDS Hooks; that of feedback only where it can be kept."""
    settings = site.settings.cds
    asking = Turns(Limits(at_once=settings.at_once, waiting=settings.waiting))
    there = described(site.catalogue.texts.languages[settings.language].wording, settings)

    async def discovery(_request: Request) -> Response:
        """Say which services there are."""
        return JSONResponse(there)

    async def call(request: Request) -> Response:
        """Answer one call of a service."""
        return await _called(request, site, asking)

    found = [Route(CDS, discovery), Route(f"{CDS}/{{id}}", call, methods=["POST"])]
    if settings.feedback is not None:
        kept = Kept(settings.feedback)

        async def feedback(request: Request) -> Response:
            """Keep what became of cards."""
            return await _told(request, site, kept)

        found.append(Route(f"{CDS}/{{id}}/feedback", feedback, methods=["POST"]))
    return found


async def _called(request: Request, site: Site, asking: Turns) -> Response:
    service = _service(request)
    check_type(request)
    asked = read_request(await received(request, site), service)
    patient = f"{PATIENT}{asked.patient}"
    try:
        found = await _judged(site, asked, asking)
    except (HttpFault, NelmError):
        await noted(request, site, Action.EVALUATED, patient, outcome=Outcome.REFUSED)
        raise
    shown = cards(
        found.assessment,
        site.catalogue,
        service=service,
        request=asked,
        settings=site.settings.cds,
    )
    sets = [verdict.set for verdict in found.assessment.verdicts]
    await noted(request, site, Action.SHOWN, patient, resources=sets if shown else ())
    return JSONResponse({"cards": shown})


async def _judged(site: Site, asked: CdsRequest, asking: Turns) -> Evaluated:
    async with asking.turn():
        record = await run_in_threadpool(record_of, asked, site.settings.cds)
    return await evaluated_in_turn(site, record, Wish(subject=f"{PATIENT}{asked.patient}"))


async def _told(request: Request, site: Site, kept: Kept) -> Response:
    service = _service(request)
    check_type(request)
    entries = read_feedback(await received(request, site))
    await run_in_threadpool(partial(kept.keep, service.id, entries, site.now()))
    return Response(status_code=200)


def _service(request: Request) -> CdsService:
    service = SERVICES.get(request.path_params["id"])
    if service is None:
        raise HttpFault(
            404,
            "not-found",
            "There is no such CDS service.",
            f"There are: {', '.join(SERVICES)}.",
        )
    return service
