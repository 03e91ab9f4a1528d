"""All pages as one door of the service."""

from collections.abc import Sequence

from starlette.routing import BaseRoute

from nelm_fhir.service.pages import asking, files, patients, trying, worklist
from nelm_fhir.service.site import Site


def routes(site: Site) -> Sequence[BaseRoute]:
    """Return the routes of every page."""
    return (
        *files.routes(),
        *trying.routes(site),
        *worklist.routes(site),
        *patients.routes(site),
        *asking.routes(site),
    )
