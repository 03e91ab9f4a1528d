"""The door of the form: what is missing is asked, answered, judged again, and handed out as FHIR.

Two entrances lead to it, a record that was given and a patient of the ledger; both end in Grounds
and go the same way from there. Nothing is stored here. The form carries a sealed number, so that no
other site can make a browser sign answers.
"""

from base64 import b64encode
from collections.abc import Sequence
from functools import partial
from typing import Final
from uuid import uuid4

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from nelm_fhir.form.restated import restated
from nelm_fhir.service.audit import Action
from nelm_fhir.service.noting import noted
from nelm_fhir.service.pages.addresses import (
    ANSWERED,
    ANSWERS_FILE,
    ASK,
    TRY,
    store_address,
)
from nelm_fhir.service.pages.answered_page import (
    ANSWERS,
    KIND,
    OBSERVATIONS,
    Outcome,
    answered_page,
)
from nelm_fhir.service.pages.asked_page import AUTHOR, Sheet, asked_page, author_of
from nelm_fhir.service.pages.cases import Case, in_turn, stored_case, tried_case
from nelm_fhir.service.pages.faults import told
from nelm_fhir.service.pages.form_answers import Filled, filled_in, told_of
from nelm_fhir.service.pages.form_fields import Asking
from nelm_fhir.service.pages.frame import CLOSED, page
from nelm_fhir.service.pages.grounds import references, with_answers
from nelm_fhir.service.pages.storing import store
from nelm_fhir.service.pages.submitted import Submitted, submitted
from nelm_fhir.service.pages.trying import sent_with
from nelm_fhir.service.pages.wanted import CARRIED, SAMPLE, Fault, uncarried
from nelm_fhir.service.pages.whose import why_not
from nelm_fhir.service.site import Site
from nelm_fhir.service.trust.forms import FIELD
from nelm_fhir.writers.datatypes import Json
from nelm_fhir.writers.fhir_json import fhir_json
from nelm_fhir.writers.questionnaire_response import Signed, questionnaire_response

FORM: Final = "/patients/{patient:path}/form"
STORE: Final = "/patients/{patient:path}/answers"
_FHIR: Final = "application/fhir+json"


def routes(site: Site) -> Sequence[BaseRoute]:
    """Return the routes of the form."""

    @told(site)
    async def ask(request: Request) -> Response:
        sent = await sent_with(request, site)
        return await _asked(await tried_case(request, site, sent))

    @told(site)
    async def answered(request: Request) -> Response:
        sent = await submitted(request, site)
        return await _answered(await tried_case(request, site, sent), sent)

    @told(site)
    async def of_patient(request: Request) -> Response:
        sent = await submitted(request, site) if request.method == "POST" else None
        case = await stored_case(request, site, sent)
        return await (_asked(case) if sent is None else _answered(case, sent))

    @told(site)
    async def file(request: Request) -> Response:
        return await _file(await submitted(request, site), site)

    @told(site)
    async def at_server(request: Request) -> Response:
        return await store(request, site)

    return (
        Route(ASK, ask, methods=["GET", "POST"]),
        Route(ANSWERED, answered, methods=["POST"]),
        Route(ANSWERS_FILE, file, methods=["POST"]),
        Route(FORM, of_patient, methods=["GET", "POST"]),
        Route(STORE, at_server, methods=["POST"]),
    )


async def _asked(
    case: Case, sent: Submitted | None = None, filled: Filled | None = None
) -> Response:
    form = await in_turn(case.site, case.asked)
    known = sorted(set(references(case.grounds.made.read.profile.to_record())))
    values = sent.fields if sent else {}
    asking = Asking(case.speech, case.site.catalogue.attested, known, values)
    sheet = Sheet(
        form,
        case.action,
        case.carried,
        case.about(),
        case.back,
        case.caller.name,
        sent.one(AUTHOR) if sent else "",
        told_of(filled.wrong) if filled else (),
    )
    title = case.speech.words.say("form.title")
    content = asked_page(sheet, asking)
    status = 422 if filled and filled.wrong else 200
    return page(case.request, case.site, case.speech, title, content, status=status)


async def _answered(case: Case, sent: Submitted) -> Response:
    case.site.gate.forms.check(case.caller, sent.one(FIELD))
    name = case.caller.name or sent.one(AUTHOR)
    if not name:
        raise Fault("author")
    form = await in_turn(case.site, case.asked)
    filled = filled_in(form, sent)
    if filled.wrong or not filled.given:
        return await _asked(case, sent, filled)
    made = case.grounds.made
    subject = made.assessment.subject.reference or ""
    author = author_of(name, case.caller.issuer)
    signed = Signed(subject, author, case.site.now(), uuid4())
    response = questionnaire_response(form, filled.given, signed)
    after = await in_turn(case.site, partial(case.grounds.judged_with, case.site, response))
    await noted(case.request, case.site, Action.ANSWERED, subject or None)
    outcome = Outcome(
        case.about(),
        made.assessment,
        after.assessment,
        [(ANSWERS, b64encode(fhir_json(response)).decode()), *case.carried[-1:]],
        ANSWERS_FILE,
        _with_record(case, response),
        TRY,
        ASK,
        store_address(subject),
        why_not(case.site, case.source, case.caller),
    )
    title = case.speech.words.say("answered.title")
    content = answered_page(outcome, name, case.speech)
    return page(case.request, case.site, case.speech, title, content)


def _with_record(case: Case, response: Json) -> list[tuple[str, str]]:
    """Return the hidden fields that hand a record on with its answers; none for a stored one."""
    if case.tried is None:
        return []
    data = with_answers(case.grounds.data, response)
    others = [(name, value) for name, value in case.carried if name not in (SAMPLE, CARRIED)]
    return [(CARRIED, b64encode(data).decode()), *others]


async def _file(sent: Submitted, site: Site) -> Response:
    """Return the answers as a file: as they were given, or restated as Observations."""
    answers = uncarried(sent.one(ANSWERS))
    as_entries = sent.one(KIND) == OBSERVATIONS
    found = await run_in_threadpool(restated, answers, site.catalogue)
    name = "observations.json" if as_entries else "questionnaire-response.json"
    headers = {**CLOSED, "Content-Disposition": f'attachment; filename="{name}"'}
    body = fhir_json(found.bundle, indent=True) if as_entries else answers
    return Response(body, headers=headers, media_type=_FHIR)
