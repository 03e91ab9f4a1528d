"""The door of one patient: the report and the fact sheet.

The id of the Patient stands in the address, escaped: an id of a server is no name, nothing here
logs a path, and the pages tell no other site where they were. Who looked stands in the audit file.
"""

from collections.abc import Sequence
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from nelm_fhir.report.about import Links
from nelm_fhir.service.audit import Action
from nelm_fhir.service.noting import noted
from nelm_fhir.service.pages.addresses import WORKLIST, facts_address, form_address
from nelm_fhir.service.pages.faults import told
from nelm_fhir.service.pages.frame import kept
from nelm_fhir.service.pages.reported import reported, told_plainly
from nelm_fhir.service.pages.speech import speech
from nelm_fhir.service.pages.whose import Found, whose
from nelm_fhir.service.site import Site

REPORT: Final = "/patients/{patient:path}/report"
FACTS: Final = "/patients/{patient:path}/facts"


def routes(site: Site) -> Sequence[BaseRoute]:
    """Return the routes of report and fact sheet."""

    @told(site)
    async def report(request: Request) -> Response:
        says = speech(request, site.catalogue)
        made = (await patient_of(request, site)).made
        name = made.assessment.subject.reference or ""
        links = Links(
            form=kept(says, form_address(name)),
            worklist=kept(says, WORKLIST),
            facts=kept(says, facts_address(name)),
        )
        return reported(site, says, made, links)

    @told(site)
    async def facts(request: Request) -> Response:
        made = (await patient_of(request, site)).made
        return told_plainly(site, speech(request, site.catalogue), made)

    return (Route(REPORT, report), Route(FACTS, facts))


async def patient_of(request: Request, site: Site) -> Found:
    """Return the patient that the address names, once it is noted who asks."""
    found = await run_in_threadpool(whose, site, request.path_params["patient"])
    await noted(request, site, Action.SHOWN, found.made.assessment.subject.reference)
    return found
