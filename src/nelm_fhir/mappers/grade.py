"""Grade and differentiation (terminology 3.3; traps T1, T2, T13).

In: an Observation that asks for a grade. Out: `reported-grade` only on the WHO scale, which comes
from the question code, the method, or an answer that itself names a NET grade or a NET; otherwise
`reported-grade` is unknown: "grade, scale unknown", evidence and never a vote; `equivocal` where it
is high on every scale, and so may be G3 or carcinoma. `differentiation` and `histology` where the
answer says them.
"""

from collections.abc import Iterator
from typing import Final

from nelm_fhir.core.unknown import Unknown
from nelm_fhir.mappers.asked import Asked
from nelm_fhir.mappers.concepts import Matched, codings, matched, within, words
from nelm_fhir.mappers.elements import item
from nelm_fhir.mappers.histology import histology_of, mark
from nelm_fhir.mappers.values import (
    ASKED,
    CONFLICTING,
    EQUIVOCAL,
    NOT_EXACT,
    NOT_MAPPED,
    NOT_STATED,
    TEXT_ONLY,
)
from nelm_fhir.profile.findings import Finding, Value

ON_NET_SCALE: Final = "grade-net"
WHO_METHOD: Final = "who-method"
_GENERAL: Final = "grade-answer-general"
_NET_GRADE: Final = "grade-answer"
_DIFFERENTIATION: Final = "differentiation-answer"
_STEPS: Final = {"grade-1": "G1", "grade-2": "G2", "grade-3": "G3"}
_BEYOND: Final = "grade-4"
_MAY_BE_HIGH: Final = frozenset({"grade-3", _BEYOND, "grade-2-or-3", "grade-3-or-4", "high"})
"""Of these G3, carcinoma and poorly differentiated are the meanings; of some also less."""
_NOT_STATED: Final = frozenset({"grade-not-assessable", "grade-not-stated"})


def grade(asked: Asked) -> Iterator[Finding]:
    """Yield grade, differentiation and histology that the answer states."""
    if asked.value is None:
        if asked.is_absent:
            yield asked.finding("reported-grade", ASKED)
        return
    found = asked.meanings()
    mark(found, asked.source, asked.ctx)
    on_scale = _is_on_who_scale(asked, found)
    held, match = _grade(found, on_scale=on_scale)
    told = [*_differentiation(asked, found), *_histology(asked, found)]
    if held != NOT_STATED or not told:
        silent = held if held != NOT_STATED else _unanswered(asked)
        yield asked.finding("reported-grade", silent, match, components=_edition(asked))
    yield from told


def _is_on_who_scale(asked: Asked, found: tuple[Matched, ...]) -> bool:
    method = matched(item(asked.source.data, "method"), asked.ctx.codes)
    if asked.question.group == ON_NET_SCALE or within(method, WHO_METHOD):
        asked.ctx.mark(asked.source.resource)
        return True
    return bool(within(found, _NET_GRADE)) or histology_of(found)[0] == "NET"


def _grade(found: tuple[Matched, ...], *, on_scale: bool) -> tuple[str | Unknown, Matched | None]:
    stated, general = words(within(found, _NET_GRADE)), words(within(found, _GENERAL))
    if not on_scale:
        return _no_grade(found, set(general))
    steps = {_STEPS[word]: match for word, match in general.items() if word in _STEPS}
    if len(stated | steps) > 1 or _BEYOND in general:
        return CONFLICTING, next(iter((stated | steps | general).values()))
    for word, match in (steps | stated).items():
        return word, match
    return _no_grade(found, set(general))


def _no_grade(found: tuple[Matched, ...], said: set[str]) -> tuple[Unknown, Matched | None]:
    """Return why it is no grade of WHO; one that is high on every scale may be G3 (T1)."""
    told = within(found, _GENERAL)
    if not told:
        return NOT_STATED, None
    if said & _MAY_BE_HIGH:
        return EQUIVOCAL, told[0]
    return (ASKED if said & _NOT_STATED else NOT_EXACT), told[0]


def net_grade_of(found: tuple[Matched, ...]) -> tuple[str | Unknown, Matched | None]:
    """Return the grade of a concept whose code itself names a NET grade, and that code."""
    return _only(words(within(found, _NET_GRADE)))


def differentiation_of(found: tuple[Matched, ...]) -> tuple[str | Unknown, Matched | None]:
    """Return the differentiation that a concept says, and the code that says it."""
    return _only(words(within(found, _DIFFERENTIATION)))


def _only(said: dict[str, Matched]) -> tuple[str | Unknown, Matched | None]:
    word, match = next(iter(said.items()), (NOT_STATED, None))
    return (CONFLICTING if len(said) > 1 else word), match


def _differentiation(asked: Asked, found: tuple[Matched, ...]) -> Iterator[Finding]:
    value, match = differentiation_of(found)
    if value != NOT_STATED:
        yield asked.finding("differentiation", value, match)


def _histology(asked: Asked, found: tuple[Matched, ...]) -> Iterator[Finding]:
    held, match = histology_of(found)
    if held != NOT_STATED:
        yield asked.finding("histology", held, match)


def _unanswered(asked: Asked) -> Unknown:
    value = asked.value
    coded = value is not None and any(codings(value.json, asked.ctx.codes))
    return NOT_MAPPED if coded else TEXT_ONLY


def _edition(asked: Asked) -> dict[str, Value | Unknown]:
    """The WHO edition, where the method names one."""
    row = asked.ctx.attested.components["who-edition"]
    method = item(asked.source.data, "method")
    said = words(matched(method, asked.ctx.codes, row.code)).keys() & row.words
    return dict.fromkeys(["who-edition"], next(iter(said))) if len(said) == 1 else {}
