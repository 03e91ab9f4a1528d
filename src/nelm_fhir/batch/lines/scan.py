"""The first look at lines: whose each is, and who has something that concerns us.

In: blocks of lines. Out: keys of owners per line, the keys of those with a concern, and all that is
not ordinary: who is the same person, what is nobody's, what could not be read. It finds what
`pipeline.scan` finds of each line by itself, but asks it only about the few that need it: the
others are told apart by their head, and codes are looked for in all lines of a block at once.
Source: performance.md 5.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate, count
from operator import add, attrgetter, itemgetter
from typing import Any, Final

import msgspec

from nelm_fhir import pipeline
from nelm_fhir.batch.lines.keys import NOBODY, SPECIAL, key_of
from nelm_fhir.errors import InputError
from nelm_fhir.fhir_r4.head import Reference
from nelm_fhir.fhir_r4.line_head import (
    DECODER,
    NO_SUBJECT,
    Kind,
    LineHead,
    Scanned,
    loose_name,
)
from nelm_fhir.fhir_r4.persons import IDENTIFIER, PATIENT, is_plain, person
from nelm_fhir.fhir_r4.scan import names_twice
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.mappers.concerns import can_concern, marks
from nelm_fhir.mappers.unread import unread

Lines = Sequence[bytes]
Types = Sequence[str | None]
Heads = Sequence[LineHead]

_UNUSUAL: Final = frozenset({None, "Bundle", "OperationOutcome"})
"""Types that are no resource of one patient."""
_TYPE: Final = attrgetter("resource_type")
_REFERENCE: Final = attrgetter("subject.reference")
_KNOWN: Final = 50_000
"""How many references are kept with their key."""
_SHOWN: Final = 1024 * 1024
"""How much of a text that is no FHIR is kept, to tell a manifest."""
_FIRST: Final = itemgetter(0)
_LAST: Final = itemgetter(-1)
_OPENING: Final = {ord("{")}
_CLOSING: Final = {ord("}")}
_LOOKED_UP: Final = ("#", IDENTIFIER)
"""How names begin that another line, or something within this one, has to explain."""
_NAME: Final = b"Patient/"


class Seen:
    """What the lines of one file showed.

    `lost` lines could not be read and name nobody, `strange` ones are JSON but no FHIR; `kinds` are
    the resource types; `people` the keys of all patients, `concerned` the names of those to judge;
    `identified` the names of those who are known by business identifier; `patients` whether a
    Patient is among the lines; `refused` texts whose error nobody's record can tell.
    """

    def __init__(self) -> None:
        self.lines = self.deleted = self.outcomes = self.lost = self.strange = 0
        self.kinds: set[str] = set()
        self.people: set[int] = set()
        self.concerned: set[str] = set()
        self.same: set[tuple[str, str]] = set()
        self.identified: set[str] = set()
        self.loose: list[tuple[str, bytes]] = []
        self.refused: list[InputError] = []
        self.others: list[bytes] = []


class _Known(dict[str | None, int | None]):
    """The key for each reference as it is written; None where the line has to be looked at."""

    def of(self, references: Sequence[str | None]) -> list[Any]:
        """Return the key per reference."""
        if len(self) > _KNOWN:
            self.clear()
        return list(map(self.__getitem__, references))

    def __missing__(self, reference: str | None) -> int | None:
        name = reference
        if reference is not None and not is_plain(reference):
            name = person(Reference(reference))
            name = None if name is None or name.startswith(_LOOKED_UP) else name
        key = self[reference] = None if name is None else key_of(name)
        return key


class LineScan:
    """Looks at the lines of one file, block by block."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.seen = Seen()
        self._catalogue = catalogue
        self._unread = unread(catalogue.codes)
        self._known = _Known()

    def block(self, text: bytes) -> tuple[list[int], list[int]]:
        """Return the key of the owner and the length of every line."""
        lines = text.split(b"\n")
        if not lines[-1]:
            del lines[-1]
        lengths = list(map(len, lines))
        heads = _heads(text, lines)
        if heads is None:
            return [self.line(line) for line in lines], lengths
        types = list(map(_TYPE, heads))
        kinds = set(types)
        keys = self._known.of(list(map(_REFERENCE, heads)))
        looked_at = _unusual(kinds, keys, types)
        asked = self._unread.read(heads)
        several = (n for n in asked if lines[n].count(_NAME) > 1)
        looked_at |= {n for n in several if names_twice(lines[n])}
        for n in looked_at:
            keys[n] = self.line(lines[n])
        for n in [n for n, key in enumerate(keys) if key is None]:
            keys[n] = self._key(types[n], heads[n], lines[n])
            if keys[n] is None:
                looked_at.add(n)
                keys[n] = self.line(lines[n])
        self.seen.lines += len(lines) - len(looked_at)
        self.seen.people.update(keys)
        self.seen.kinds.update(kind for kind in kinds if kind)
        self._mark_concerned([n for n in asked if n not in looked_at], lines, heads)
        return keys, lengths

    def line(self, line: bytes) -> int:
        """Look at one line by itself; return the key of its owner."""
        seen = self.seen
        if not line.strip():
            return NOBODY
        found = pipeline.scan(line, self._catalogue)
        seen.lines += 1
        seen.same.update(found.same)
        seen.loose += found.loose
        seen.deleted += found.deletions
        if found.head is not None and found.head.resource_type is not None:
            seen.kinds.add(found.head.resource_type)
        if found.kind is Kind.OUTCOME:
            seen.outcomes += 1
        elif found.kind is Kind.OTHER:
            seen.strange += 1
            seen.others.append(line[:_SHOWN])
        elif not found.texts:
            self._without_owner(found)
        return self._owner(found)

    def _without_owner(self, found: Scanned) -> None:
        if found.error is not None:
            self.seen.refused.append(found.error)
        elif found.kind is Kind.DAMAGED:
            self.seen.lost += 1

    def _owner(self, found: Scanned) -> int:
        """Note whose the texts are; return the key of the line."""
        names = [name for name, _ in found.texts]
        keys = [key_of(name) for name in names]
        self.seen.people.update(keys)
        self.seen.identified.update(name for name in names if name.startswith(IDENTIFIER))
        if found.concerns:
            self.seen.concerned.update(names)
        if not keys:
            return NOBODY
        return keys[0] if len(keys) == 1 else SPECIAL

    def _key(self, kind: str | None, head: LineHead, line: bytes) -> int | None:
        """Return the key of an ordinary line; None for one that must be looked at by itself."""
        if kind == PATIENT:
            is_alone = head.id is not None and b'"link"' not in line
            return key_of(f"{PATIENT}/{head.id}") if is_alone else None
        subject = head.subject if head.subject is not NO_SUBJECT else head.patient
        if subject is not None:
            written = subject.reference
            return self._known[written]
        if kind in _UNUSUAL:
            return None
        if name := loose_name(head):
            self.seen.loose.append((name, line))
        return NOBODY

    def _mark_concerned(self, asked: Sequence[int], lines: Lines, heads: Heads) -> None:
        """Note the owners of those lines in which something stands that concerns us."""
        codes = self._catalogue.codes
        text = b"\n".join([lines[n] for n in asked])
        found = marks(text, codes)
        if not found:
            return
        ends = list(map(add, accumulate(len(lines[n]) for n in asked), count(1)))
        suspects = {bisect_right(ends, at) for mark in found for at in _places(text, mark, ends)}
        for n in suspects:
            if can_concern(lines[asked[n]], codes):
                self.seen.concerned.update(_owner_of(heads[asked[n]]))


def _owner_of(head: LineHead) -> Iterator[str]:
    """Yield the name of the owner of an ordinary line, if it has one."""
    name = f"{PATIENT}/{head.id}" if head.resource_type == PATIENT else person(head.about)
    if name is not None:
        yield name


def _unusual(kinds: Collection[str | None], keys: Sequence[int | None], types: Types) -> set[int]:
    """Return the numbers of lines that are no resource of one patient."""
    found = set()
    if not _UNUSUAL.isdisjoint(kinds):
        found = {n for n, kind in enumerate(types) if kind in _UNUSUAL}
    return found | {n for n in _numbers(PATIENT, types) if keys[n] is not None}


def _numbers(kind: str, types: Types) -> Iterator[int]:
    """Yield where that type stands."""
    n = -1
    for _ in range(types.count(kind)):
        n = types.index(kind, n + 1)
        yield n


def _heads(text: bytes, lines: Sequence[bytes]) -> list[LineHead] | None:
    """Return the head of every line; None unless each line is just one JSON object."""
    try:
        if set(map(_FIRST, lines)) != _OPENING or set(map(_LAST, lines)) != _CLOSING:
            return None
        heads = DECODER.decode_lines(text)
    except (IndexError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return heads if len(heads) == len(lines) else None


def _places(text: bytes, mark: bytes, ends: Sequence[int]) -> Iterator[int]:
    """Yield one place of the mark for each line in which it stands."""
    at = text.find(mark)
    while at >= 0:
        yield at
        at = text.find(mark, ends[bisect_right(ends, at)])
