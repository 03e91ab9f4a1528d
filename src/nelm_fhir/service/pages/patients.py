"""The door of one patient: the report.

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
from nelm_fhir.service.evaluating import Evaluated
from nelm_fhir.service.noting import noted
from nelm_fhir.service.pages.addresses import WORKLIST, form_address
from nelm_fhir.service.pages.faults import told
from nelm_fhir.service.pages.frame import kept
from nelm_fhir.service.pages.reported import reported
from nelm_fhir.service.pages.speech import speech
from nelm_fhir.service.pages.whose import whose
from nelm_fhir.service.site import Site

REPORT: Final = "/patients/{patient:path}/report"


def routes(site: Site) -> Sequence[BaseRoute]:
    """Return the route of the report."""

    @told(site)
    async def report(request: Request) -> Response:
        says = speech(request, site.catalogue)
        made = await patient_of(request, site)
        name = made.assessment.subject.reference or ""
        links = Links(form=kept(says, form_address(name)), worklist=kept(says, WORKLIST))
        return reported(site, says, made, links)

    return (Route(REPORT, report),)


async def patient_of(request: Request, site: Site) -> Evaluated:
    """Return the patient that the address names, once it is noted who asks."""
    made = await run_in_threadpool(whose, site, request.path_params["patient"])
    await noted(request, site, Action.SHOWN, made.assessment.subject.reference)
    return made
