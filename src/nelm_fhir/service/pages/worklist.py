"""The door of the worklist: the patients that were judged, filtered and sorted."""

from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from nelm_fhir.service.audit import Action
from nelm_fhir.service.noting import noted
from nelm_fhir.service.pages.addresses import WORKLIST
from nelm_fhir.service.pages.faults import told
from nelm_fhir.service.pages.frame import page
from nelm_fhir.service.pages.listed import Choice, Listed, listed
from nelm_fhir.service.pages.population import Population, population
from nelm_fhir.service.pages.speech import speech
from nelm_fhir.service.pages.worklist_page import worklist_page
from nelm_fhir.service.site import Site


def routes(site: Site) -> Sequence[BaseRoute]:
    """Return the route of the worklist."""

    @told(site)
    async def show(request: Request) -> Response:
        says = speech(request, site.catalogue)
        choice = Choice.of(request.query_params)
        shown, whom = await run_in_threadpool(_listed, site, choice)
        names = [line.patient for line in shown.lines]
        await noted(request, site, Action.SHOWN, None, resources=names)
        content = worklist_page(shown, choice, whom, site.catalogue, says)
        return page(request, site, says, says.words.say("list.title"), content)

    return (Route(WORKLIST, show),)


def _listed(site: Site, choice: Choice) -> tuple[Listed, Population]:
    with population(site) as found:
        return listed(found.lines, choice), found
