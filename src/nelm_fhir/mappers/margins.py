"""Residual tumor, margins and lymph node counts (terminology 3.7, 3.9; traps T20, T21).

In: Observations. Out: `residual-tumor` (R0, R1, R2, RX of a whole operation), `margin-involved` of
one margin, `node-count`. R0 is global: one free margin never says it, one involved margin says R1;
assembly puts them together, by tumor and operation.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from nelm_fhir.core.unknown import Unknown
from nelm_fhir.mappers.asked import Asked
from nelm_fhir.mappers.concepts import Matched, codings, within, words
from nelm_fhir.mappers.elements import number
from nelm_fhir.mappers.values import (
    ASKED,
    CONFLICTING,
    NOT_EXACT,
    NOT_MAPPED,
    TEXT_ONLY,
    UNREADABLE,
)
from nelm_fhir.profile.findings import Finding

RESIDUAL: Final = "residual-tumor"
RESIDUAL_ANSWER: Final = "residual-tumor-answer"
INVOLVED: Final = "margin-involved"
_MARGIN_ANSWER: Final = "margin-answer"
_NOT_STATED: Final = "not-stated"


def residual_tumor(asked: Asked) -> Iterator[Finding]:
    """Yield the R status that an Observation states."""
    value = asked.value
    if value is None:
        if asked.is_absent:
            yield asked.finding(RESIDUAL, ASKED)
        return
    held, match = residual_of(asked.meanings())
    if held is None:
        held = NOT_MAPPED if any(codings(value.json, asked.ctx.codes)) else TEXT_ONLY
    yield asked.finding(RESIDUAL, held, match)


def residual_of(found: tuple[Matched, ...]) -> tuple[str | Unknown | None, Matched | None]:
    """Return the R status of one concept; None if it has none. Danish r01 is no R status."""
    mine = within(found, RESIDUAL_ANSWER)
    said = words(mine)
    if len(said) > 1:
        return CONFLICTING, mine[0]
    for word, match in said.items():
        return (ASKED if word == _NOT_STATED else word), match
    return (NOT_EXACT, mine[0]) if mine else (None, None)


def margin(asked: Asked) -> Iterator[Finding]:
    """Yield whether one margin is involved."""
    said = words(within(asked.meanings(), _MARGIN_ANSWER))
    if len(said) > 1:
        yield asked.finding(INVOLVED, CONFLICTING)
    for word, match in said.items() if len(said) == 1 else ():
        yield asked.finding(INVOLVED, word == "involved", match)


def node_count(asked: Asked) -> Iterator[Finding]:
    """Yield a number of lymph nodes, positive or examined."""
    value = asked.value
    if value is None:
        return
    count = number({"value": value.content} if value.kind == "integer" else value.json, "value")
    held: Decimal | Unknown = UNREADABLE if count is None or count < 0 else count
    yield asked.finding("node-count", held)
