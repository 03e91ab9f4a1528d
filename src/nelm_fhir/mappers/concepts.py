"""Reading a CodeableConcept: every coding is tried, text never decides (terminology 2.1)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nelm_fhir.core.codes import Code
from nelm_fhir.core.evidence import Match
from nelm_fhir.knowledge.codes import CodeTables
from nelm_fhir.mappers.elements import Json, items, string

_ORDER = {Match.EXACT: 0, Match.MAPPED: 1, Match.SITE: 2, Match.WEAK: 3}


@dataclass(frozen=True, slots=True)
class Matched:
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
    found = [
        Matched(code, hit.group, hit.word, hit.match, hit.exact)
        for code in codings(concept, codes)
        for hit in codes.hits(code, element)
    ]
    return tuple(sorted(found, key=lambda m: (not m.exact, _ORDER[m.match])))


def within(found: Iterable[Matched], *groups: str) -> tuple[Matched, ...]:
    """Return those that belong to one of the groups."""
    return tuple(m for m in found if m.group in groups)


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
