"""The first pass over one file: everything a run has to know of it before anybody is judged.

In: a file. Out: a FileScan, and beside it in the workplace whose each line is, who is in the file,
who has a concern, and what is nobody's. What the file is shows in its first bytes: lines of JSON,
one JSON text, or something else that is passed over.

A file that cannot be read to its end is told: whose lines would have stood there, nobody knows.
Source: interop 5, 7 rule 10.
"""

import zlib
from array import array
from collections.abc import Callable, Collection, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, Final

from msgspec import Struct

from nelm_fhir.batch.lines import index as line_index
from nelm_fhir.batch.lines import records
from nelm_fhir.batch.lines.blocks import SIZE, Block, blocks
from nelm_fhir.batch.lines.keys import NOBODY, SPECIAL
from nelm_fhir.batch.lines.manifest import Announced, announced
from nelm_fhir.batch.lines.scan import LineScan, Seen
from nelm_fhir.batch.lines.sources import Source, SourceFile, opened, taken
from nelm_fhir.errors import InputError, TooLarge
from nelm_fhir.fhir_r4.split import is_json, not_json
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.mappers import registry

UNREADABLE: Final = (OSError, EOFError, zlib.error)
_HELD: Final = 200_000
"""How many keys are held before they are written."""
_MOST: Final = 1 << 31
"""Bytes that one entry of the index can tell."""


class Refused(Struct, frozen=True):
    """A text that is no patient's record: why."""

    error: str
    message: str
    remedy: str
    issue_type: str


class FileScan(Struct):
    """What one file showed.

    `is_document` is a file that is one JSON text over several lines, `is_alone` one that holds one
    text; `is_ignored` one without FHIR; `is_incomplete` one that could not be read to its
    end, `affects_all` if resources of anybody may have stood in what is missing. `people` are
    the lengths of sorted runs of keys.
    """

    lines: int = 0
    bytes: int = 0
    deleted: int = 0
    outcomes: int = 0
    lost: int = 0
    is_document: bool = False
    is_alone: bool = False
    is_ignored: bool = False
    is_incomplete: bool = False
    affects_all: bool = False
    people: list[int] = []
    loose: int = 0
    same: list[tuple[str, str]] = []
    identified: list[str] = []
    refused: list[Refused] = []
    announced: list[Announced] = []


class FileScanner:
    """Looks through one file and keeps what it sees in the workplace."""

    def __init__(self, file: SourceFile, number: int, folder: Path, limit: int) -> None:
        self.file = file
        self.found = FileScan()
        self._limit = limit
        self._start = folder / str(number)

    def run(self, catalogue: Catalogue, advance: Callable[[int], None]) -> FileScan:
        """Look through the file; `advance` is told the bytes as they are done."""
        self._advance = advance
        self._told = 0
        self._lines = LineScan(catalogue)
        self._types = registry.Wanted(catalogue.codes).types
        with ExitStack() as stack:
            self._index = self._open(stack, "lines")
            self._people = self._open(stack, "people")
            self._loose = self._open(stack, "loose")
            self._concerned = self._open(stack, "concerned")
            self._read()
            self._spill(0)
            self._tell(self.file.size)
        conclude(self.found, self._lines.seen, self._types)
        return self.found

    def _open(self, stack: ExitStack, what: str) -> BinaryIO:
        return stack.enter_context(self._start.with_suffix(f".{what}").open("wb"))

    def _tell(self, taken: int) -> None:
        """Tell how much of the file is done."""
        self._advance(taken - self._told)
        self._told = taken

    def _read(self) -> None:
        try:
            with opened(self.file) as stream:
                start = stream.read(SIZE)
                if is_other(start):
                    self.found.is_ignored = not self.file.is_promised
                    self.found.is_incomplete = self.file.is_promised
                elif is_document(start):
                    self._document(start + stream.read(self._limit), stream)
                else:
                    self._blocks(blocks(stream, self._limit, start), stream)
        except UNREADABLE:
            self.found.is_incomplete = True

    def _document(self, text: bytes, stream: Source) -> None:
        """Look at a file that is one JSON text; at its lines, if it turns out to be lines."""
        if not is_json(text) and starts_lines(text):
            self._blocks(blocks(stream, self._limit, text), stream)
            return
        self.found.is_document = True
        self.found.bytes = len(text)
        if stream.read(1):
            self.found.refused.append(refused(too_large(self._limit)))
            return
        key = self._lines.line(text)
        line_index.write(self._index, [key], [len(text)])
        if self._lines.seen.lost:
            self._lines.seen.lost = 0
            self.found.refused.append(refused(not_json()))

    def _blocks(self, found: Iterable[Block], stream: Source) -> None:
        tail = b"\n"
        for block in found:
            if block.passed:
                self._pass(block.passed)
            else:
                line_index.write(self._index, *self._lines.block(block.text))
                tail = block.text
            self.found.bytes += block.passed + len(block.text)
            self._tell(taken(stream))
            self._spill(_HELD)
        last = tail.rpartition(b"\n")[2]
        if last.strip() and not is_json(last):
            self._cut(last)

    def _cut(self, last: bytes) -> None:
        """Note a line that was cut off: the end of the file is missing, or of its only Bundle."""
        seen = self._lines.seen
        if seen.lines > 1 or b'"Bundle"' not in last[:SIZE]:
            self.found.is_incomplete = True
        elif seen.lost:
            seen.lost = 0
            self.found.refused.append(refused(not_json()))

    def _pass(self, length: int) -> None:
        """Pass over a line beyond the limit; nobody knows whose it is."""
        whole, rest = divmod(length - 1, _MOST + 1)
        lengths = [_MOST] * whole + [rest]
        line_index.write(self._index, [NOBODY] * len(lengths), lengths)
        self._lines.seen.lines += 1
        self._lines.seen.lost += 1

    def _spill(self, most: int) -> None:
        """Write what is held of people and of what is nobody's, if it is more than that."""
        seen = self._lines.seen
        if len(seen.people) > most:
            keys = sorted(seen.people - {NOBODY, SPECIAL})
            self._people.write(array("Q", keys).tobytes())
            self.found.people.append(len(keys))
            seen.people.clear()
        if len(seen.concerned) > most:
            for name in sorted(seen.concerned):
                records.write(self._concerned, name, b"")
            seen.concerned.clear()
        for name, text in seen.loose:
            records.write(self._loose, name, text)
        self.found.loose += len(seen.loose)
        seen.loose.clear()


def conclude(found: FileScan, seen: Seen, read: Collection[str]) -> None:
    """Take over what was counted, and judge what the end of the file means.

    `read` are the types of resources that somebody reads.
    """
    found.lines, found.deleted, found.outcomes = seen.lines, seen.deleted, seen.outcomes
    found.is_alone = seen.lines == 1
    if seen.strange == seen.lines and not (found.refused or found.is_incomplete):
        found.is_ignored = True
        found.announced = [one for text in seen.others for one in announced(text)]
    else:
        found.lost = seen.lost + seen.strange
    found.same, found.identified = sorted(seen.same), sorted(seen.identified)
    found.refused += [refused(error) for error in seen.refused]
    found.affects_all = found.is_incomplete and _may_be_anybodys(seen.kinds, read)


def _may_be_anybodys(kinds: Collection[str], read: Collection[str]) -> bool:
    """Whether what is missing may be read; an export keeps each type in files of its own."""
    return not kinds or not set(kinds).isdisjoint(read)


def is_other(start: bytes) -> bool:
    """Whether a file begins as no JSON text does."""
    first = start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    return bool(first) and first not in (b"{", b"[")


def is_document(start: bytes) -> bool:
    """Whether a file seems to be one JSON text: its first line is none."""
    first, end, _ = start.lstrip(b"\xef\xbb\xbf \t\r\n").partition(b"\n")
    if not end:
        return len(start) < SIZE and (b'"Bundle"' in start or first.startswith(b"["))
    return not is_json(first)


def starts_lines(text: bytes) -> bool:
    """Whether the second line begins like a first one."""
    return text.split(b"\n", 2)[1:2] != [] and text.split(b"\n", 2)[1].startswith(b"{")


def refused(error: InputError) -> Refused:
    """Return an error as what is told of it."""
    return Refused(type(error).__name__, error.message, error.remedy, error.issue_type)


def too_large(limit: int) -> TooLarge:
    """Return the error for a record beyond what one patient may have."""
    return TooLarge(
        f"The record is longer than {limit} bytes.",
        "Look at it: no patient's record is that long. Assess it by itself if it is one.",
    )
