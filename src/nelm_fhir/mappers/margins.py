"""Residual tumor, margins and lymph node counts (terminology 3.7, 3.9; traps T20, T21).

In: Observations, Procedure.outcome. Out: `residual-tumor` (R0, R1, R2, RX of a whole operation),
`margin-involved` of one margin, `node-count`. R0 is global: one free margin never says it, one
involved margin says R1; assembly puts them together, by tumor and operation.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from nelm_fhir.core.unknown import Unknown
from nelm_fhir.mappers.asked import Asked
from nelm_fhir.mappers.concepts import Matched, codings, matched, recorded_text, within, words
from nelm_fhir.mappers.context import Context
from nelm_fhir.mappers.elements import item, number
from nelm_fhir.mappers.source import Source
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
_LEFT: Final = "R2"


def residual_tumor(asked: Asked) -> Iterator[Finding]:
    """Yield the R status that an Observation states."""
    value = asked.value
    if value is None:
        if asked.is_absent:
            yield asked.finding(RESIDUAL, ASKED)
        return
    told = _statuses(asked.meanings())
    for held, match in told:
        yield asked.finding(RESIDUAL, held, match)
    if not told:
        unread = NOT_MAPPED if any(codings(value.json, asked.ctx.codes)) else TEXT_ONLY
        yield asked.finding(RESIDUAL, unread)


def outcome(source: Source, ctx: Context) -> Iterator[Finding]:
    """Yield the R status in Procedure.outcome: of the operation, not of each organ (T22)."""
    concept = item(source.data, "outcome")
    for held, match in _statuses(matched(concept, ctx.codes)):
        yield source.finding(RESIDUAL, held, "outcome", recorded_text(concept), match)


def _statuses(found: tuple[Matched, ...]) -> list[tuple[str | Unknown, Matched]]:
    """Return the R status of one concept, or a contradiction. Danish r01 is no R status.

    An R2 that another status contradicts is told beside it: something may have been left.
    """
    mine = within(found, RESIDUAL_ANSWER)
    said = words(mine)
    if len(said) == 1 or _LEFT in said:
        return [(ASKED if word == _NOT_STATED else word, match) for word, match in said.items()]
    return [(CONFLICTING if said else NOT_EXACT, mine[0])] if mine else []


def margin(asked: Asked) -> Iterator[Finding]:
    """Yield whether one margin is involved."""
    said = words(within(asked.meanings(), _MARGIN_ANSWER))
    if not said:
        asked.unread()
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
