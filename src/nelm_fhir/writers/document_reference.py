"""One DocumentReference per criteria set, for systems that show documents.

In: an Assessment, one of its verdicts, and the page that the caller rendered of it. Out: the
resource as a plain dict with the page inside. The as-of date is the period that is documented; no
moment of writing stands in it. Source: terminology 6.5.
"""

from base64 import b64encode
from dataclasses import dataclass

from nelm_fhir.assessment.result import Assessment, SetVerdict
from nelm_fhir.assessment.sentences import verdict_sentence
from nelm_fhir.assessment.voice import Voice
from nelm_fhir.core.codes import Coding
from nelm_fhir.writers.datatypes import Json, coding, filled, period, string
from nelm_fhir.writers.device import REFERENCE
from nelm_fhir.writers.passages import version
from nelm_fhir.writers.result_parts import (
    assessment_code,
    criteria_set,
    inputs,
    opening,
    patient,
)
from nelm_fhir.writers.risk_assessment import STATUS


@dataclass(frozen=True, slots=True)
class Page:
    """A rendered document and its MIME type: `text/html`, `text/markdown`."""

    content: bytes
    content_type: str


def document_reference(
    assessment: Assessment,
    verdict: SetVerdict,
    *,
    page: Page,
    voice: Voice,
    document_type: Coding | None = None,
    replaces: str | None = None,
    test_data: bool = False,
) -> Json:
    """Return the DocumentReference of one criteria set.

    `document_type` is what the site calls such documents, beside our own code; `replaces` the
    reference of the document of an earlier as-of date. Raises NoPatient where the assessment names
    no patient.
    """
    return filled(
        {
            **opening("DocumentReference", assessment, verdict, voice, test_data=test_data),
            "status": "current",
            "docStatus": STATUS,
            "type": _type(document_type),
            "subject": patient(assessment),
            "author": [{"reference": REFERENCE}],
            "relatesTo": _replacing(replaces),
            "description": string(verdict_sentence(verdict, voice)),
            "content": [{"attachment": attachment(page, _title(assessment, verdict))}],
            "context": _context(assessment, verdict),
        }
    )


def attachment(page: Page, title: str) -> Json:
    """Return the page as an Attachment that holds it."""
    return filled(
        {
            "contentType": page.content_type,
            "data": b64encode(page.content).decode(),
            "size": len(page.content),
            "title": string(title),
        }
    )


def _type(document_type: Coding | None) -> Json:
    own = assessment_code()
    if document_type is None:
        return own
    theirs = coding(*document_type.code, document_type.display, document_type.version)
    return own | {"coding": [theirs, *own["coding"]]}


def _title(assessment: Assessment, verdict: SetVerdict) -> str:
    return f"{version(verdict)}, as of {assessment.as_of.isoformat()}"


def _replacing(earlier: str | None) -> list[Json] | None:
    if earlier is None:
        return None
    return [{"code": "replaces", "target": {"reference": earlier}}]


def _context(assessment: Assessment, verdict: SetVerdict) -> Json:
    return filled(
        {
            "event": [criteria_set(verdict)],
            "period": period(assessment.as_of, assessment.as_of),
            "related": inputs(verdict),
        }
    )
