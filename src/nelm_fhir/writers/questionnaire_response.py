"""Answers to the form of the tumor board as a FHIR QuestionnaireResponse.

In: the Questionnaire that was asked, the answers of its groups by linkId, who answers about whom
and when. Out: the resource as a plain dict; a group without any answer is left out. What the
answers mean is read by the mapper of the form, the same for answers of any other system.
Source: attested-entry.md section 3, FHIR R4 QuestionnaireResponse.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from nelm_fhir.core.canonical import FORM
from nelm_fhir.writers.canonicals import URI_SYSTEM
from nelm_fhir.writers.datatypes import Json, filled

Answers = Mapping[str, Sequence[Json]]
"""The answers of one group by linkId, each `value[x]` as FHIR names it."""
Given = Mapping[str, Sequence[Answers]]
"""The answered groups by the linkId of the group; one that repeats stands several times."""


class Signed(Struct, frozen=True):
    """Who answers about whom, when; `number` is what these answers are known by everywhere."""

    subject: str
    author: Json
    authored: datetime
    number: UUID


def questionnaire_response(form: Mapping[str, Any], given: Given, signed: Signed) -> Json:
    """Return the completed answers; those about nobody named have no subject."""
    subject = {"reference": signed.subject} if signed.subject else None
    return filled(
        {
            "resourceType": "QuestionnaireResponse",
            "identifier": {"system": URI_SYSTEM, "value": signed.number.urn},
            "questionnaire": f"{FORM}|{form['version']}",
            "status": "completed",
            "subject": subject,
            "authored": signed.authored.isoformat(),
            "author": signed.author,
            "item": [one for group in form.get("item", ()) for one in _groups(group, given)],
        }
    )


def _groups(group: Mapping[str, Any], given: Given) -> Iterator[Json]:
    """Yield a group as often as it is answered; inner groups stand in the first of them."""
    inner = [one for one in group["item"] if one["type"] == "group"]
    within = [made for one in inner for made in _groups(one, given)]
    for number, answers in enumerate(given.get(group["linkId"], ()) or ([{}] if within else [])):
        items = [
            {"linkId": one["linkId"], "text": one["text"], "answer": list(answers[one["linkId"]])}
            for one in group["item"]
            if answers.get(one["linkId"])
        ]
        items += within if number == 0 else []
        yield {"linkId": group["linkId"], "text": group["text"], "item": items}
