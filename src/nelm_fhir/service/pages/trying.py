"""The door of the try-it page: choose or give a record, see its report. Nothing is kept."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from nelm_fhir.report.about import Links
from nelm_fhir.service.audit import Action
from nelm_fhir.service.evaluating import evaluated_in_turn
from nelm_fhir.service.noting import noted
from nelm_fhir.service.pages.addresses import ASK, TRY
from nelm_fhir.service.pages.faults import told
from nelm_fhir.service.pages.frame import kept, page
from nelm_fhir.service.pages.reported import reported
from nelm_fhir.service.pages.speech import LANGUAGE, speech
from nelm_fhir.service.pages.submitted import Submitted, submitted
from nelm_fhir.service.pages.try_page import try_page
from nelm_fhir.service.pages.wanted import wanted
from nelm_fhir.service.site import Site


def routes(site: Site) -> Sequence[BaseRoute]:
    """Return the routes of the try-it page."""

    @told(site)
    async def start(request: Request) -> Response:
        says = speech(request, site.catalogue)
        title = says.words.say("try.title")
        return page(request, site, says, title, try_page(site.catalogue, says))

    @told(site)
    async def report(request: Request) -> Response:
        sent = await sent_with(request, site)
        says = speech(request, site.catalogue, sent.one(LANGUAGE))
        asked = wanted(sent, site)
        made = await evaluated_in_turn(site, asked.data, asked.wish)
        await noted(request, site, Action.SHOWN, made.assessment.subject.reference)
        form = asked.address(ASK)
        return reported(site, says, made, Links(form=form and kept(says, form)))

    return (Route("/", start), Route(TRY, report, methods=["GET", "POST"]))


async def sent_with(request: Request, site: Site) -> Submitted:
    """Return what came with a request: the form of a POST, else what its address says."""
    if request.method == "POST":
        return await submitted(request, site)
    named = request.query_params
    return Submitted({name: named.getlist(name) for name in named})
