"""The pathologic N category (terminology 3.16).

In: an Observation of the N category, alone or as member of a TNM group. Out: `pn`. A category is
pathologic if its answer says so, or its question, or the prefix that the German module puts on the
question. A clinical category is none of the record.
"""

from collections.abc import Iterator
from typing import Final

from nelm_fhir.mappers.asked import Asked
from nelm_fhir.mappers.concepts import Matched, codings, matched, within, words
from nelm_fhir.mappers.elements import extension, item
from nelm_fhir.mappers.places import TNM_PREFIX
from nelm_fhir.mappers.values import ASKED, CONFLICTING, NOT_MAPPED, TEXT_ONLY
from nelm_fhir.profile.findings import Finding

STAGE: Final = "pn"
_ANSWER: Final = "tnm-n-answer"
_ASKS_PATHOLOGIC: Final = "tnm-n-pathologic"
_PREFIX: Final = "tnm-prefix"
_PATHOLOGIC: Final = "pathologic"
_P: Final = "p"


def nodal_stage(asked: Asked) -> Iterator[Finding]:
    """Yield the category if it is pathologic."""
    value = asked.value
    said = {_full(word, asked): match for word, match in words(_answers(asked)).items()}
    told = {word: match for word, match in said.items() if word.startswith(_P)}
    if len(told) > 1:
        yield asked.finding(STAGE, CONFLICTING)
    elif told:
        yield asked.finding(STAGE, *next(iter(told.items())))
    elif not said and _is_pathologic(asked) and value is not None:
        coded = any(codings(value.json, asked.ctx.codes))
        yield asked.finding(STAGE, NOT_MAPPED if coded else TEXT_ONLY)
    elif value is None and asked.is_absent and _is_pathologic(asked):
        yield asked.finding(STAGE, ASKED)


def _answers(asked: Asked) -> tuple[Matched, ...]:
    return within(asked.meanings(), _ANSWER)


def _full(word: str, asked: Asked) -> str:
    """Return the word with the prefix that the question gives it."""
    return f"{_P}{word}" if not word.startswith(_P) and _is_pathologic(asked) else word


def _is_pathologic(asked: Asked) -> bool:
    if asked.asks(_ASKS_PATHOLOGIC):
        return True
    prefixes = extension(item(asked.part, "code"), *TNM_PREFIX)
    concepts = (item(prefix, "valueCodeableConcept") for prefix in prefixes)
    said = {word for c in concepts for word in words(within(matched(c, asked.ctx.codes), _PREFIX))}
    return _PATHOLOGIC in said
