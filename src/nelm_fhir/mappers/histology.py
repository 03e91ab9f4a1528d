"""Histology and what says neuroendocrine (terminology 3.4, 3.5; traps T11, T13).

In: what the codings of one concept mean. Out: the histology, `carcinoma` where the code does not
say poorly differentiated; whether anything neuroendocrine is said. A code that only says
neuroendocrine neoplasm gives no histology. A combined word gives way to a more exact one of the
same concept; other disagreement is conflicting.
"""

from typing import Final

from nelm_fhir.core.unknown import Unknown
from nelm_fhir.mappers.concepts import Matched, within, words
from nelm_fhir.mappers.context import Context
from nelm_fhir.mappers.source import Source
from nelm_fhir.mappers.values import CONFLICTING, NOT_EXACT, NOT_STATED

HISTOLOGY: Final = "histology"
NEUROENDOCRINE: Final = "neuroendocrine"
_CARCINOMA: Final = "carcinoma"
_NEC: Final = "NEC"


def histology_of(found: tuple[Matched, ...]) -> tuple[str | Unknown, Matched | None]:
    """Return the histology of one concept, and the code that says it."""
    mine = within(found, HISTOLOGY)
    said = _most_exact(words(mine))
    if len(said) > 1:
        return CONFLICTING, mine[0]
    for word, match in said.items():
        return word, match
    return (NOT_EXACT, mine[0]) if mine else (NOT_STATED, None)


def mark(found: tuple[Matched, ...], source: Source, ctx: Context) -> None:
    """Note that the resource speaks of a neuroendocrine neoplasm, if a code says so."""
    if within(found, NEUROENDOCRINE):
        ctx.mark(source.resource)


def _most_exact(said: dict[str, Matched]) -> dict[str, Matched]:
    """Drop `carcinoma` beside a word that tells its kind, and NEC beside its cell type."""
    high = {word for word in said if word.startswith(_NEC)}
    coarse = {_CARCINOMA} if high else set()
    if len(high) > 1:
        coarse.add(_NEC)
    return {word: match for word, match in said.items() if word not in coarse}
