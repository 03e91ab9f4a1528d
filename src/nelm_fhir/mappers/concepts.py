"""Reading a CodeableConcept: every coding is tried, text never decides (terminology 2.1).

Records repeat their codes, so what one code means is worked out once per catalogue and kept.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from msgspec import Struct

from nelm_fhir.core.codes import Code
from nelm_fhir.core.evidence import Match
from nelm_fhir.knowledge.codes import CodeTables
from nelm_fhir.mappers.elements import Json, items, string

_ORDER: Final = {Match.EXACT: 0, Match.MAPPED: 1, Match.SITE: 2, Match.WEAK: 3}
_KEPT: Final = 4096
"""How many codes are kept with their meanings, so that no input can fill the memory."""

Recorded = list[tuple[str | None, str | None]]
"""System and code of each coding of a concept, as they were sent."""


class Matched(Struct, frozen=True):
    """A coding that belongs to a group: what it stands for there, and how it matched."""

    code: Code
    group: str
    word: str | None
    match: Match
    exact: bool


def codings(concept: Json, codes: CodeTables) -> Iterator[Code]:
    """Yield the codings that have a system and a code, normalized; a Coding counts as one."""
    for coding in items(concept, "coding") or (concept,):
        code = codes.normalize(string(coding, "system"), string(coding, "code"))
        if code is not None:
            yield code


def matched(concept: Json, codes: CodeTables, element: str | None = None) -> tuple[Matched, ...]:
    """Return every meaning of every coding, the best match first; `element` as in `hits`."""
    return meanings(recorded_codes(concept), codes, element)


def recorded_codes(concept: Json) -> Recorded:
    """Return system and code of every coding, as recorded; a Coding counts as one."""
    listed = items(concept, "coding") or (concept,)
    return [(string(coding, "system"), string(coding, "code")) for coding in listed]


def meanings(
    recorded: Recorded, codes: CodeTables, element: str | None = None
) -> tuple[Matched, ...]:
    """Return every meaning of recorded codes, the best match first; `element` as in `hits`."""
    if len(recorded) == 1:
        return _meanings(codes, *recorded[0], element)
    found = [match for one in recorded for match in _meanings(codes, *one, element)]
    return tuple(sorted(found, key=_rank))


@lru_cache(maxsize=_KEPT)
def _meanings(
    codes: CodeTables, system: str | None, recorded: str | None, element: str | None
) -> tuple[Matched, ...]:
    """Return every meaning of one coding, the best match first."""
    code = codes.normalize(system, recorded)
    if code is None:
        return ()
    hits = codes.hits(code, element)
    found = [Matched(code, hit.group, hit.word, hit.match, hit.exact) for hit in hits]
    return tuple(sorted(found, key=_rank))


def _rank(match: Matched) -> tuple[bool, int]:
    return not match.exact, _ORDER[match.match]


def within(found: Iterable[Matched], *groups: str) -> tuple[Matched, ...]:
    """Return those that belong to one of the groups."""
    return tuple([m for m in found if m.group in groups]) if found else ()


def words(found: Iterable[Matched]) -> dict[str, Matched]:
    """Return the distinct words of exact matches, each with its best match."""
    distinct: dict[str, Matched] = {}
    for match in found:
        if match.exact and match.word is not None:
            distinct.setdefault(match.word, match)
    return distinct


def recorded_text(concept: Json) -> str | None:
    """Return what a person reads: the text, else the first display, else the first code."""
    if text := string(concept, "text"):
        return text
    listed = items(concept, "coding") or (concept,)
    for name in ("display", "code"):
        for coding in listed:
            if found := string(coding, name):
                return found
    return None
