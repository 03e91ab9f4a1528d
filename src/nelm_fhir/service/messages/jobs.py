"""`/jobs/{name}`: what became of something that was accepted for later (Bulk Data's pattern).

202 with `X-Progress` until there is an answer, then that answer as often as it is asked for; DELETE
forgets it, and from then on nobody finds it (404). The name is known only to whom it was told.
"""

from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from nelm_fhir.ledger import messages
from nelm_fhir.ledger.messages import Message, State
from nelm_fhir.service.accepting import FHIR_TYPE, answer_type
from nelm_fhir.service.audit import Action
from nelm_fhir.service.messages.accepting import ledger_of
from nelm_fhir.service.messages.answering import name_of
from nelm_fhir.service.messages.answers import ACCEPTED, kept_answer, not_yet
from nelm_fhir.service.messages.later import media_type_of
from nelm_fhir.service.noting import noted
from nelm_fhir.service.site import Site
from nelm_fhir.service.statuses import HttpFault


def routes(site: Site) -> Sequence[BaseRoute]:
    """Return the routes by which later answers are asked for."""

    async def show(request: Request) -> Response:
        message = await run_in_threadpool(_found, site, request.path_params["job"])
        if not message.is_done:
            return not_yet(message)
        await noted(request, site, Action.ANSWERED, None, resources=[name_of(message)])
        return kept_answer(
            site, message, media_type_of(message, answer_type(request, FHIR_TYPE) or FHIR_TYPE)
        )

    async def forget(request: Request) -> Response:
        message = await run_in_threadpool(_found, site, request.path_params["job"])
        moment = site.now().isoformat()
        await noted(request, site, Action.DELETED, None, resources=[name_of(message)])
        await run_in_threadpool(messages.cancel, ledger_of(site), message, moment)
        return Response(b"", ACCEPTED)

    return (
        Route("/jobs/{job}", show, methods=["GET"]),
        Route("/jobs/{job}", forget, methods=["DELETE"]),
    )


def _found(site: Site, job: str) -> Message:
    message = messages.of_job(ledger_of(site), job)
    if message is None or message.state is State.CANCELLED:
        raise HttpFault(
            404,
            "not-found",
            "Nothing was accepted under this name, or it was deleted.",
            "Ask at the address that Content-Location named.",
        )
    return message
