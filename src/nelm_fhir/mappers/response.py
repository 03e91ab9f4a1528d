"""Disease status as response events (terminology 3.15, rules 9.3; traps T18, T37).

In: an Observation of disease status, or its components about distant metastases (MII; whether there
are any is read by `metastases`), primary tumor and lymph nodes. Of the last two only progression
counts, as of any one lesion. Out: `response` with the component `response-modality`: not stated
where the evidence type says imaging and not which, `clinical` for another evidence type, no
component where none is coded (a study or report then tells). "Improved" and its like keep the event
without a category, so that it is never taken for stable. Text ("RECIST 1.1: SD") is no category.
Also a Condition of the tumor whose `clinicalStatus` holds a status code (IDEA4RC).
"""

from collections.abc import Iterator
from typing import Final

from nelm_fhir.core.reading import Reading
from nelm_fhir.core.unknown import Unknown
from nelm_fhir.mappers.asked import Asked
from nelm_fhir.mappers.concepts import Matched, codings, matched, within, words
from nelm_fhir.mappers.context import Context
from nelm_fhir.mappers.elements import Json, extension, item, string
from nelm_fhir.mappers.histology import NEUROENDOCRINE
from nelm_fhir.mappers.metastases import SECONDARY, status
from nelm_fhir.mappers.places import EVIDENCE_TYPE
from nelm_fhir.mappers.source import Source
from nelm_fhir.mappers.values import (
    ASKED,
    CONFLICTING,
    NOT_EXACT,
    NOT_MAPPED,
    NOT_STATED,
    TEXT_ONLY,
)
from nelm_fhir.profile.findings import Finding, Value

RESPONSE: Final = "response"
PART: Final = "disease-status-part"
MODALITY: Final = "response-modality"
_ANSWER: Final = "response-answer"
_DISTANT: Final = "distant-metastasis"
_IMAGING: Final = "imaging"
_CLINICAL: Final = "clinical"
_CLINICAL_STATUS: Final = "clinicalStatus"
_PROGRESSION: Final = "PD"


def response(asked: Asked) -> Iterator[Finding]:
    """Yield the event that an Observation of disease status states."""
    value = asked.value
    if value is None:
        if asked.is_absent:
            yield asked.finding(RESPONSE, ASKED)
        return
    found = asked.meanings()
    categories = _categories(found)
    for held, match in categories:
        yield asked.finding(RESPONSE, held, match, components=_modality(asked))
    if not categories:
        unread = NOT_MAPPED if any(codings(value.json, asked.ctx.codes)) else TEXT_ONLY
        yield asked.finding(RESPONSE, unread, components=_modality(asked))
    if within(found, "metastasis-status-answer"):
        yield from status(asked)


def part(asked: Asked) -> Iterator[Finding]:
    """Yield what a part adds: distant metastases any category, others only that they progress.

    The list decides what K means (T18).
    """
    found = asked.meanings()
    if asked.value and not any(codings(asked.value.json, asked.ctx.codes)):
        asked.unread()  # of a code that is there only progression is known
    for held, match in _categories(found):
        whole = asked.question.word == _DISTANT or held == _PROGRESSION
        if isinstance(held, str) and whole:
            yield asked.finding(RESPONSE, held, match, components=_modality(asked))


def status_of_tumor(source: Source, tumor: tuple[Matched, ...], ctx: Context) -> Iterator[Finding]:
    """Yield the status that stands beside `clinicalStatus` in a Condition of the tumor.

    `tumor` are the codes of the Condition. The status is of the day of its onset.
    """
    concept = item(source.data, _CLINICAL_STATUS)
    reading = source.resource.reading
    if reading is Reading.ABSENT or not within(tumor, NEUROENDOCRINE, *SECONDARY):
        return
    reading = Reading.ASSERTED if reading is Reading.PAST else reading
    for held, match in _categories(matched(concept, ctx.codes)):
        text = string(concept, "text") or match.code.code
        yield source.finding(RESPONSE, held, _CLINICAL_STATUS, text, match, reading=reading)


def _categories(found: tuple[Matched, ...]) -> list[tuple[str | Unknown, Matched]]:
    """Return what one concept says: one category, none that is exact, or a contradiction.

    A progression that another category contradicts is told beside it, as two Observations would.
    """
    mine = within(found, _ANSWER)
    said = words(mine)
    if len(said) == 1 or _PROGRESSION in said:
        return list(said.items())
    return [(CONFLICTING if said else NOT_EXACT, mine[0])] if mine else []


def _modality(asked: Asked) -> dict[str, Value | Unknown]:
    evidence = extension(asked.source.data, *EVIDENCE_TYPE)
    said = [
        word
        for part in evidence
        for word in words(_evidence(item(part, "valueCodeableConcept"), asked))
    ]
    if not evidence:
        return {}
    coded = NOT_STATED if _IMAGING in said else _CLINICAL
    attested = asked.source.components.get(MODALITY, coded)
    fits = attested == coded or (coded == NOT_STATED and _is_imaging(attested, asked))
    return {MODALITY: attested if fits else CONFLICTING}


def _is_imaging(modality: Value | Unknown, asked: Asked) -> bool:
    """Whether an attested modality tells which imaging it was."""
    return modality in {row.word for row in asked.ctx.attested.modalities}


def _evidence(concept: Json, asked: Asked) -> tuple[Matched, ...]:
    return within(matched(concept, asked.ctx.codes), "evidence-type")
