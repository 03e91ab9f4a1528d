"""The report of one record as the answer to a request."""

from starlette.responses import Response

from nelm_fhir.report.markup import begun_page, element, ended_page, joined
from nelm_fhir.service.evaluating import Evaluated
from nelm_fhir.service.pages.frame import alone
from nelm_fhir.service.pages.speech import Speech
from nelm_fhir.service.site import Site


def reported(_site: Site, speech: Speech, judged: Evaluated, *, form: str = "") -> Response:
    """Return the report page, with a link to the form where it has an address."""
    sets = [f"{one.title}: {one.verdict}" for one in judged.assessment.verdicts]
    items = [element("li", text) for text in sets]
    link = element("p", element("a", "form", href=form)) if form else None
    parts = [begun_page("Report", "body{font-family:sans-serif}"), element("h1", "Report"),
             link, element("ul", *items), ended_page()]  # fmt: skip
    return alone(joined(parts), speech)
