"""The report of one record as the answer to a request: as a page, or as plain text to be pasted."""

from starlette.responses import PlainTextResponse, Response

from nelm_fhir.report.about import Links
from nelm_fhir.report.fact_sheet import fact_sheet
from nelm_fhir.report.patient_page import patient_page
from nelm_fhir.service.evaluating import Evaluated
from nelm_fhir.service.pages.frame import CLOSED, alone
from nelm_fhir.service.pages.speech import Speech
from nelm_fhir.service.site import Site


def reported(site: Site, speech: Speech, made: Evaluated, links: Links) -> Response:
    """Return the report page."""
    page = patient_page(made.read, made.assessment, site.catalogue, speech.voice, links=links)
    return alone(page, speech)


def told_plainly(site: Site, speech: Speech, made: Evaluated) -> Response:
    """Return the fact sheet: plain text to be pasted into a request or a letter."""
    text = fact_sheet(made.read, made.assessment, site.catalogue, speech.voice)
    return PlainTextResponse(text, headers={**CLOSED, "Content-Language": speech.language})
