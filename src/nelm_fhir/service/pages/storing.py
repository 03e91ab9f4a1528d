"""Answers of a signed-in person, put on the FHIR server that the patient's record is from.

In: the answers as the page before showed them, and what they are stored as. Out: a page that says
what is there now. They are taken only from the person who signed them and about the patient of the
address, whose record came from that server: a page of the browser could hold anything. Sent twice,
nothing is there twice. Off unless the service was started with `--store-answers`.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.server import Server
from nelm_fhir.exchange.statements import stored
from nelm_fhir.form.restated import restated
from nelm_fhir.report.markup import element
from nelm_fhir.service.audit import Action
from nelm_fhir.service.noting import noted
from nelm_fhir.service.pages.addresses import report_address
from nelm_fhir.service.pages.answered_page import ANSWERS, KIND, OBSERVATIONS
from nelm_fhir.service.pages.asked_page import author_of
from nelm_fhir.service.pages.frame import kept, page
from nelm_fhir.service.pages.patients import patient_of
from nelm_fhir.service.pages.speech import LANGUAGE, speech
from nelm_fhir.service.pages.submitted import submitted
from nelm_fhir.service.pages.wanted import Fault, uncarried
from nelm_fhir.service.pages.whose import why_not
from nelm_fhir.service.site import Site
from nelm_fhir.service.trust.caller import ANONYMOUS, Caller
from nelm_fhir.service.trust.forms import FIELD

_FORBIDDEN: Final = 403
Json = dict[str, Any]


async def store(request: Request, site: Site) -> Response:
    """Store the answers of a form; raises Fault, ExchangeError, WriteRefused."""
    sent = await submitted(request, site)
    caller: Caller = getattr(request.state, "caller", ANONYMOUS)
    site.gate.forms.check(caller, sent.one(FIELD))
    found = await patient_of(request, site)
    server = site.settings.server
    if server is None or why_not(site, found.source, caller):
        raise Fault("store", _FORBIDDEN)
    subject = found.made.assessment.subject.reference or ""
    answers = uncarried(sent.one(ANSWERS))
    _check(answers, subject, caller)
    as_entries = sent.one(KIND) == OBSERVATIONS
    many = await run_in_threadpool(_sent, site, server, answers, as_entries=as_entries)
    await noted(request, site, Action.WRITTEN, subject)
    says = speech(request, site.catalogue, sent.one(LANGUAGE))
    back = kept(says, report_address(subject))
    return page(
        request,
        site,
        says,
        says.words.say("stored.title"),
        element("p", says.words.say("stored.told", number=many), class_="lead", role="status"),
        element("p", says.words.say("stored.later")),
        element("p", element("a", says.words.say("form.back"), href=back)),
    )


def _check(answers: bytes, subject: str, caller: Caller) -> None:
    """Refuse answers about somebody else, or signed by somebody else."""
    try:
        response: Mapping[str, Any] = msgspec.json.decode(answers, type=dict[str, Any])
    except msgspec.DecodeError:
        raise Fault("form") from None
    about = response.get("subject")
    same = isinstance(about, dict) and about.get("reference") == subject
    if not same or response.get("author") != author_of(caller.name, caller.issuer):
        raise Fault("store", _FORBIDDEN)


def _sent(site: Site, server: Server, answers: bytes, *, as_entries: bool) -> int:
    """Send the answers; what is no valid form is refused before (InputError, NotValid)."""
    entries = restated(answers, site.catalogue).bundle["entry"]
    resources: list[Json] = [one["resource"] for one in entries]
    if not as_entries:
        response = msgspec.json.decode(answers, type=dict[str, Any])
        name = str(response["identifier"]["value"]).rpartition(":")[2]
        resources = [{**response, "id": name}]
    with Client(server) as client:
        return stored(client, resources)
