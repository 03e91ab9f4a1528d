"""Answers that a hospital codes outside Observations (attested-entry 4; rules 15.2, carriers).

In: any resource of the table of carriers. Out: findings of the attested entry, for codes that an
overlay maps to one of the answers admitted at that place. A word that two elements of one place
admit is read only where the map is limited to one of them. A plan or order that was made, and an
act that was given up, state their reason; a draft does not yet.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from nelm_fhir.core.reading import Reading
from nelm_fhir.core.unknown import Unknown
from nelm_fhir.knowledge.attested import AttestedRow, Carrier
from nelm_fhir.mappers.attested_values import ANSWER, admitted, held_as
from nelm_fhir.mappers.concepts import (
    Matched,
    meanings,
    recorded_codes,
    recorded_text,
    within,
    words,
)
from nelm_fhir.mappers.context import Context
from nelm_fhir.mappers.elements import Json, items
from nelm_fhir.mappers.source import Source
from nelm_fhir.mappers.values import CONFLICTING, NOT_EXACT
from nelm_fhir.profile.findings import Finding, Value

_DRAFT: Final = "draft"
_REASON_STANDS: Final = frozenset({Reading.PLANNED, Reading.NOT_DONE})

Answers = dict[str, tuple[Value | Unknown, Matched]]


def site_answers(source: Source, ctx: Context) -> Iterator[Finding]:
    """Yield what a site's codes answer in this resource."""
    for carrier in ctx.attested.carriers:
        if carrier.resource == source.resource.type:
            yield from _at(source, carrier, ctx)


def _at(source: Source, carrier: Carrier, ctx: Context) -> Iterator[Finding]:
    for path, concept in _walk(source.data, carrier.path.split(".")):
        said = _answers(concept, carrier, ctx)
        for element, (held, match) in said.items():
            text = recorded_text(concept)
            reading = _reading(source)
            yield source.finding(element, held, path, text, match, reading=reading, attested=True)


def _answers(concept: Json, carrier: Carrier, ctx: Context) -> Answers:
    found: Answers = {}
    recorded = recorded_codes(concept)
    for element in carrier.elements:
        row = ctx.attested.elements[element]
        told = within(meanings(recorded, ctx.codes, element), ANSWER)
        if answer := _answer(row, told):
            found[element] = answer
    shared = {match.code for _, match in found.values()}
    return found if len(shared) == len(found) else {}


def _answer(row: AttestedRow, told: tuple[Matched, ...]) -> tuple[Value | Unknown, Matched] | None:
    listed = {word: m for word, m in words(told).items() if word in admitted(row)}
    if len(listed) > 1:
        return CONFLICTING, next(iter(listed.values()))
    for word, match in listed.items():
        return held_as(row, word), match
    loose = [m for m in told if not m.exact and m.word in admitted(row)]
    return (NOT_EXACT, loose[0]) if loose else None


def _reading(source: Source) -> Reading | None:
    if source.data.get("status") == _DRAFT:
        return Reading.UNKNOWN
    return Reading.ASSERTED if source.resource.reading in _REASON_STANDS else None


def _walk(data: Json, steps: list[str], path: str = "") -> Iterable[tuple[str, Json]]:
    """Yield every object at the path below the resource, with where it stands."""
    name, *rest = steps
    for at, part in enumerate(items(data, name)):
        here = f"{path}{name}[{at}]" if isinstance(data.get(name), list) else f"{path}{name}"
        if rest:
            yield from _walk(part, rest, f"{here}.")
        else:
            yield here, part
