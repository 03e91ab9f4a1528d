"""`$nelm-evaluate` and its plain alias: a record in, its verdicts out.

In: a Bundle, or Parameters with one. Out: 200 with every verdict, `indeterminate` too. The alias is
for engines in whose templates a dollar sign means something; asked for `application/json` it
answers as `nelm assess --format json` does. Nothing is kept. Source: interop 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from nelm_fhir.errors import NelmError
from nelm_fhir.service.accepting import JSON_TYPE, TYPES, answer_type, is_fhir_json
from nelm_fhir.service.answering import fhir_answer, json_answer
from nelm_fhir.service.audit import Action, Outcome
from nelm_fhir.service.evaluating import Evaluated, evaluated
from nelm_fhir.service.messages.later import Question, kept
from nelm_fhir.service.noting import noted
from nelm_fhir.service.parameters import Asked, asked
from nelm_fhir.service.preferring import Preference, preference_of
from nelm_fhir.service.received import received
from nelm_fhir.service.site import Site
from nelm_fhir.service.statuses import HttpFault

OPERATION: Final = "/fhir/$nelm-evaluate"
ALIAS: Final = "/evaluate"


@dataclass(frozen=True, slots=True)
class _Made:
    """An answer, and whom and what it is about."""

    body: bytes
    evaluated: Evaluated


def routes(site: Site) -> Sequence[BaseRoute]:
    """Return the operation and its alias."""

    async def evaluate(request: Request) -> Response:
        """Judge the record of the request."""
        return await _evaluate(request, site)

    return (
        Route(OPERATION, evaluate, methods=["POST"]),
        Route(ALIAS, evaluate, methods=["POST"]),
    )


async def _evaluate(request: Request, site: Site) -> Response:
    media_type = wanted_type(request)
    check_type(request)
    preference = preference_of(request.headers.getlist("prefer"))
    body = await received(request, site)
    if preference.is_async:
        is_plain = _is_plain(request, media_type)
        prefer = request.headers.getlist("prefer")
        question = Question(request.url.query, prefer, is_plain, media_type)
        return await kept(request, site, body, question)
    try:
        made = await _made(request, site, body, preference, media_type)
    except (HttpFault, NelmError):
        await noted(request, site, Action.EVALUATED, None, outcome=Outcome.REFUSED)
        raise
    assessment = made.evaluated.assessment
    sets = [verdict.set for verdict in assessment.verdicts]
    await noted(request, site, Action.EVALUATED, assessment.subject.reference, resources=sets)
    headers = {} if _is_plain(request, media_type) else preference.applied()
    return Response(made.body, headers=headers, media_type=media_type)


async def _made(
    request: Request, site: Site, body: bytes, preference: Preference, media_type: str
) -> _Made:
    """Judge and write in one turn: both keep a core busy."""

    def make() -> _Made:
        question: Asked = asked(body, request.query_params, preference)
        found = evaluated(site, question.record, question.wish)
        if _is_plain(request, media_type):
            return _Made(json_answer(found), found)
        returning, issues = preference.returning, question.issues
        return _Made(fhir_answer(found, site.catalogue, returning, issues), found)

    async with site.turns.turn():
        return await run_in_threadpool(make)


def _is_plain(request: Request, media_type: str) -> bool:
    return request.url.path == ALIAS and media_type == JSON_TYPE


def wanted_type(request: Request) -> str:
    """Return the media type of the answer; HttpFault 406 where none that we write is accepted."""
    found = answer_type(request)
    if found is None:
        raise HttpFault(
            406,
            "not-supported",
            "None of the accepted media types is written here.",
            f"Accept one of {', '.join(TYPES)}, of FHIR 4.0.",
            place="http.Accept",
        )
    return found


def check_type(request: Request) -> None:
    """Raise HttpFault 415 for a body that is no FHIR R4 JSON."""
    if not is_fhir_json(request.headers.get("content-type", "")):
        raise HttpFault(
            415,
            "not-supported",
            "The body is not announced as FHIR R4 JSON; XML is not read here.",
            f"Send JSON in UTF-8 with Content-Type: {TYPES[0]}.",
            headers={"Accept-Post": ", ".join(TYPES)},
            place="http.Content-Type",
        )
