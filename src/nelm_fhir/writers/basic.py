"""One Basic per result, the last resort: the assessment as FHIR JSON inside an extension.

In: the RiskAssessment of one result. Out: a Basic that carries it whole, with its narrative,
identity, digests and inputs outside, where a reader and a search see them. Its author cannot be a
Device; the program stands inside. Source: terminology 6.5.
"""

from base64 import b64decode
from binascii import Error
from typing import Any

import orjson

from nelm_fhir.writers.canonicals import ASSESSMENT_RESOURCE, FHIR_JSON
from nelm_fhir.writers.datatypes import Json, extension, filled
from nelm_fhir.writers.document_reference import Page, attachment
from nelm_fhir.writers.fhir_json import fhir_json
from nelm_fhir.writers.identity import edition_of, uuid_of
from nelm_fhir.writers.observation import based_on
from nelm_fhir.writers.result_parts import assessment_code, named_edition, pinned

_TITLE = "RiskAssessment"


def basic(risk_assessment: Json, *, create_only: bool = False) -> Json:
    """Return the Basic of one result.

    `create_only` is for a server that updates nothing: the result gets an edition, so that a
    changed one is another resource.
    """
    (own,) = risk_assessment["identifier"]
    key = own["value"]
    edition = edition_of(key, *pinned(risk_assessment)) if create_only else None
    return filled(
        {
            "resourceType": "Basic",
            "id": uuid_of(edition or key),
            "meta": risk_assessment["meta"],
            "text": risk_assessment["text"],
            "extension": [
                *risk_assessment["extension"],
                *based_on(risk_assessment.get("basis", ())),
                carrying(risk_assessment),
            ],
            "identifier": named_edition(key, edition),
            "code": assessment_code(),
            "subject": risk_assessment["subject"],
        }
    )


def carrying(risk_assessment: Json) -> Json:
    """Return the extension that holds the resource."""
    page = Page(fhir_json(risk_assessment), FHIR_JSON)
    return extension(ASSESSMENT_RESOURCE, "Attachment", attachment(page, _TITLE))


def carried(stored: Json) -> Json | None:
    """Return the RiskAssessment that a Basic carries, None where it cannot be read any more."""
    held: list[Any] = [
        one.get("valueAttachment", {}).get("data")
        for one in stored.get("extension", ())
        if one.get("url") == ASSESSMENT_RESOURCE
    ]
    try:
        found = orjson.loads(b64decode(held[0]))
    except (IndexError, TypeError, Error, orjson.JSONDecodeError):
        return None
    return found if isinstance(found, dict) else None
