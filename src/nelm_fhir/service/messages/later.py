"""`Prefer: respond-async` at the doors of evaluation: kept now, judged later, asked for at `/jobs`.

In: the request as it came. Out: 202 with the address of the answer, which is byte for byte what the
door itself would have answered. What is wrong with the question is told at once, what is wrong with
the record at `/jobs`. Source: FHIR Bulk Data, asynchronous request pattern; interop 1.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from uuid import uuid4

import msgspec
from msgspec import Struct
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from nelm_fhir.errors import NelmError
from nelm_fhir.ledger.messages import Ending, Message, State
from nelm_fhir.service.answering import fhir_answer, json_answer
from nelm_fhir.service.audit import Action
from nelm_fhir.service.evaluating import check, evaluated
from nelm_fhir.service.messages.accepting import Door, Work, accept_work
from nelm_fhir.service.messages.answering import OK, is_for_later, name_of, noted_of
from nelm_fhir.service.messages.answers import acknowledgment
from nelm_fhir.service.noting import noted
from nelm_fhir.service.parameters import asked
from nelm_fhir.service.preferring import preference_of
from nelm_fhir.service.site import Site
from nelm_fhir.service.statuses import HttpFault, fault_of, outcome_of
from nelm_fhir.writers.fhir_json import fhir_json


class Question(Struct, frozen=True):
    """What was asked beside the body.

    `address` is what stood behind the question mark, `prefer` the header; `is_plain` where the
    contract of the command line is wanted; `media_type` that of the answer.
    """

    address: str
    prefer: Sequence[str]
    is_plain: bool
    media_type: str


_READ: Final = msgspec.json.Decoder(Question)


async def kept(request: Request, site: Site, body: bytes, question: Question) -> Response:
    """Keep a question and say where its answer will be; raises HttpFault where it is wrong."""
    message = await run_in_threadpool(_kept, site, body, question)
    await noted(request, site, Action.RECEIVED, None, resources=[name_of(message)])
    return acknowledgment(site, message, media_type=question.media_type)


def _kept(site: Site, body: bytes, question: Question) -> Message:
    found = asked(body, QueryParams(question.address), preference_of(question.prefer))
    check(site, found.wish)
    name = str(uuid4())  # who asks twice asks two questions
    wish = msgspec.json.encode(question)
    work = Work(Door.EVALUATE, name, name, body, wish=wish, as_of=found.wish.as_of)
    return accept_work(site, work).message


def evaluate_kept(site: Site, message: Message) -> Ending:
    """Judge what was kept and return how it ended."""
    question = _READ.decode(message.wish)
    preference = preference_of(question.prefer)
    try:
        found = asked(message.body, QueryParams(question.address), preference)
        result = evaluated(site, found.record, replace(found.wish, as_of=message.as_of))
        if question.is_plain:
            answer = json_answer(result)
        else:
            answer = fhir_answer(result, site.catalogue, preference.returning, found.issues)
        noted_of(site, message, result)
    except (NelmError, HttpFault) as error:
        if is_for_later(error):
            raise
        fault = fault_of(error)
        return Ending(State.FAILED, fault.status, fhir_json(outcome_of(fault)))
    return Ending(State.EVALUATED, OK, answer)


def media_type_of(message: Message, otherwise: str) -> str:
    """Return the media type of the answer of a message that is done."""
    if message.door != Door.EVALUATE or message.state is not State.EVALUATED:
        return otherwise
    return _READ.decode(message.wish).media_type
