"""A written result withdrawn: entered in error, without what it said of the patient.

In: the stored resource as the server has it, and the sentence that says why. Out: the resource to
put in its place; nothing is ever deleted. In R4 `RiskAssessment.status` is no modifier element: a
reader may pass over `entered-in-error`, so the statements go and the text is written anew. What
people added stays. Source: terminology 6.1 rule 8, interop 7.
"""

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Any, Final

from nelm_fhir.assessment.voice import Voice
from nelm_fhir.writers.basic import carried, carrying
from nelm_fhir.writers.canonicals import (
    ASSESSMENT_IDENTIFIER,
    ASSESSMENT_RESOURCE,
    CRITERIA_SET_SYSTEM,
    PLAIN_TEXT,
)
from nelm_fhir.writers.datatypes import Json, annotation, filled, string
from nelm_fhir.writers.document_reference import Page, attachment
from nelm_fhir.writers.identity import edition_of, guard, identified, uuid_of
from nelm_fhir.writers.narrative import narrative
from nelm_fhir.writers.passages import Passage
from nelm_fhir.writers.result_parts import named_edition
from nelm_fhir.writers.stored import by_people, kept_meta
from nelm_fhir.writers.tags import is_test_data

ENTERED_IN_ERROR: Final = "entered-in-error"


class Withdrawn(StrEnum):
    """Why a result is withdrawn; the words are `phrases.withdrawn` of the language."""

    SOURCE_IN_ERROR = "source-in-error"
    PATIENT_MERGED = "patient-merged"


def retraction_sentence(why: Withdrawn, voice: Voice) -> str:
    """Return what is said in the place of a withdrawn result."""
    return voice.phrase("withdrawn", why)


def retracted(stored: Json, sentence: str) -> Json:
    """Return the resource to put in the place of the stored one; the same for a retracted one.

    Raises KeyError for a type that carries no result.
    """
    kind: str = stored["resourceType"]
    said = [Passage("Test data.")] if is_test_data(stored) else []
    said.append(Passage(f"{_which(stored)}{sentence}"))
    kept = {name: value for name, value in stored.items() if name not in _STATEMENTS[kind]}
    rewritten = {"meta": kept_meta(stored), "text": narrative(said)}
    return filled(kept | rewritten | _CHANGES[kind](stored, sentence))


def withdrawal(stored: Json, sentence: str) -> Json:
    """Return the new resource that withdraws a stored one which cannot be updated.

    A Communication in response to it, or another edition of a Basic. Its edition is made from the
    withdrawn one, so that it is created once.
    """
    key = identified(stored, ASSESSMENT_IDENTIFIER) or ""
    edition = edition_of(key, ENTERED_IN_ERROR, *(guard(stored) or ()))
    told = _TOLD_ANEW[stored["resourceType"]](stored, sentence)
    return told | {"id": uuid_of(edition), "identifier": named_edition(key, edition)}


def _of_status(stored: Json, sentence: str) -> Json:
    notes = [annotation(sentence), *by_people(stored)]
    return {"status": ENTERED_IN_ERROR, "note": notes}


def _document(_: Json, sentence: str) -> Json:
    page = Page(sentence.encode(), PLAIN_TEXT)
    return {
        "status": ENTERED_IN_ERROR,
        "docStatus": ENTERED_IN_ERROR,
        "description": string(sentence),
        "content": [{"attachment": attachment(page, sentence)}],
    }


def _carrier(stored: Json, sentence: str) -> Json:
    others = [one for one in stored.get("extension", ()) if one.get("url") != ASSESSMENT_RESOURCE]
    inside = carried(stored)
    withdrawn = [] if inside is None else [carrying(retracted(inside, sentence))]
    return {"extension": [*others, *withdrawn]}


def _message(stored: Json, sentence: str) -> Json:
    """Return a message that withdraws the stored one: the same without what that said."""
    empty = retracted(stored, sentence)
    answered = f"Communication/{stored['id']}"
    return empty | {
        "status": "completed",
        "inResponseTo": [{"reference": answered}],
        "payload": [{"contentString": string(f"{_which(stored)}{sentence}")}],
    }


_STATEMENTS: Final[Mapping[str, frozenset[str]]] = {
    "RiskAssessment": frozenset({"prediction", "mitigation"}),
    "Observation": frozenset(
        {"valueCodeableConcept", "dataAbsentReason", "interpretation", "component"}
    ),
    "DocumentReference": frozenset(),
    "Communication": frozenset({"payload"}),
    "Basic": frozenset(),
}
"""What a resource says of the patient, and what a retraction takes away."""
_CHANGES: Final[Mapping[str, Callable[[Json, str], Json]]] = {
    "RiskAssessment": _of_status,
    "Observation": _of_status,
    "DocumentReference": _document,
    "Communication": _of_status,
    "Basic": _carrier,
}
_TOLD_ANEW: Final[Mapping[str, Callable[[Json, str], Json]]] = {
    "Communication": _message,
    "Basic": retracted,
}


def _which(stored: Json) -> str:
    """Return the criteria set that a stored result names, as the beginning of a sentence."""
    inside = carried(stored) if stored["resourceType"] == "Basic" else stored
    for one in _objects(inside):
        if one.get("system") == CRITERIA_SET_SYSTEM and isinstance(one.get("display"), str):
            version = f", version {one['version']}" if "version" in one else ""
            return f"{one['display']}{version}: "
    return ""


def _objects(tree: Any) -> Iterator[Json]:
    """Yield every object of the tree."""
    if isinstance(tree, dict):
        yield tree
    if isinstance(tree, dict | list):
        for branch in tree.values() if isinstance(tree, dict) else tree:
            yield from _objects(branch)
