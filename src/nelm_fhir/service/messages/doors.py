"""`POST /fhir/$process-message` and its plain alias `/messages`: FHIR messaging.

In: a message Bundle. Out: the message that answers it, once it was judged; or at once a word that
it was kept, where the service acknowledges first, where `async=true` asks for that, or where
judging takes longer than engines wait. Sent again it gets the same answer. Source: interop 1, 2, 7.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from nelm_fhir.ledger import messages
from nelm_fhir.ledger.messages import Message
from nelm_fhir.service.audit import Action
from nelm_fhir.service.messages.accepting import Door, Work, accept_work, ledger_of
from nelm_fhir.service.messages.answering import PATH, name_of
from nelm_fhir.service.messages.answers import ACCEPTED, acknowledgment, kept_answer
from nelm_fhir.service.messages.envelope import envelope
from nelm_fhir.service.messages.replies import allowed
from nelm_fhir.service.noting import noted
from nelm_fhir.service.operation import check_type, wanted_type
from nelm_fhir.service.preferring import preference_of
from nelm_fhir.service.received import received
from nelm_fhir.service.site import Site
from nelm_fhir.service.statuses import HttpFault

ALIAS: Final = "/messages"
_LATER: Final = "async"
_REPLY_TO: Final = "response-url"
_WORDS: Final = {"true": True, "false": False}


def routes(site: Site) -> Sequence[BaseRoute]:
    """Return the routes that take messages."""

    async def process(request: Request) -> Response:
        media_type = wanted_type(request)
        check_type(request)
        later = _is_for_later(request)
        work = await _work(request, site)
        message = (await run_in_threadpool(accept_work, site, work)).message
        await noted(request, site, Action.RECEIVED, None, resources=[name_of(message)])
        if later or site.settings.messaging.acknowledge:
            status = site.settings.messaging.acknowledge or ACCEPTED
            return acknowledgment(site, message, status, media_type)
        if not message.is_done:
            message = await _waited(site, message)
        if message.is_done:
            return kept_answer(site, message, media_type)
        return acknowledgment(site, message, media_type=media_type)

    return (
        Route(PATH, process, methods=["POST"]),
        Route(ALIAS, process, methods=["POST"]),
    )


async def _work(request: Request, site: Site) -> Work:
    reply_to = allowed(site, request.query_params.get(_REPLY_TO, ""))
    body = await received(request, site)
    said = await run_in_threadpool(envelope, body, now=site.now())
    return Work(
        door=Door.MESSAGE,
        key=said.key,
        content=said.content,
        body=body,
        source=said.source,
        event=said.event,
        reply_to=reply_to,
    )


async def _waited(site: Site, message: Message) -> Message:
    """Wait for the answer as long as an engine does; return the message as it then stands."""
    told = site.bell.listen(message.job)
    try:
        current = await run_in_threadpool(messages.of_job, ledger_of(site), message.job)
        if current is not None and not current.is_done:
            with suppress(TimeoutError):
                await asyncio.wait_for(told.wait(), site.settings.messaging.patience)
            current = await run_in_threadpool(messages.of_job, ledger_of(site), message.job)
    finally:
        site.bell.forget(message.job, told)
    return current or message


def _is_for_later(request: Request) -> bool:
    """Whether the sender does not wait, said in the way of messaging or of HTTP."""
    prefers = preference_of(request.headers.getlist("prefer")).is_async
    return prefers or _flag(request) or bool(request.query_params.get(_REPLY_TO))


def _flag(request: Request) -> bool:
    given = request.query_params.get(_LATER, "false")
    if given not in _WORDS:
        raise HttpFault(
            400, "value", "The parameter async is neither true nor false.", place="http.async"
        )
    return _WORDS[given]
