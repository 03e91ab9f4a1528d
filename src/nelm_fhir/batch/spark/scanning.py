"""The first pass on Spark: a FileScan for every file, and rows of what was seen.

In: the files. Out: what `scanning.py` finds of each, large files part by part on many workers. A
file that Spark cannot read to its end, or in which the first look finds no lines, is read again
whole; one that cannot be read whole either is told as incomplete.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Final

import msgspec

from nelm_fhir.batch.lines.scan import Seen
from nelm_fhir.batch.lines.scanning import FileScan, conclude
from nelm_fhir.batch.spark import files as spark_files
from nelm_fhir.batch.spark.files import Source, number_in
from nelm_fhir.batch.spark.knowledge import Knowledge
from nelm_fhir.batch.spark.lines import OWNED, OwnersOfLines, ScanLines
from nelm_fhir.batch.spark.rows import FOUND, PART, SCAN, Part, scan_of
from nelm_fhir.batch.spark.session import Frame, Session, rows_at_once
from nelm_fhir.batch.spark.store import Store
from nelm_fhir.batch.spark.whole import OwnersOfWhole, ScanWhole

_LINES_AT_ONCE: Final = 2000
_FILES_AT_ONCE: Final = 8


@dataclass(slots=True)
class FirstPass:
    """Looks through all files; `read` are the types of resources that somebody reads.

    `by_lines` and `whole` are the numbers of the files that were read so, `scans` what each showed.
    """

    session: Session
    source: Source
    store: Store
    knowledge: Knowledge
    limit: int
    read: frozenset[str]
    scans: dict[int, FileScan] = field(default_factory=dict)
    by_lines: set[int] = field(default_factory=set)
    whole: set[int] = field(default_factory=set)

    def found(self) -> Frame:
        """Look through all files; return the rows of what was seen."""
        everything = range(len(self.source.files))
        for number in (n for n in everything if not self.source.files[n].size):
            self.scans[number] = FileScan()  # Spark tells nothing of an empty file
            conclude(self.scans[number], Seen(), self.read)
        tables = [self._look_at_lines([n for n in everything if self.source.is_large(n)])]
        tables.append(self._look_at_whole([n for n in everything if n not in self.scans]))
        for number in everything:
            self.scans.setdefault(number, FileScan(is_incomplete=True, affects_all=True))
        return _together([self._none(FOUND), *(one for one in tables if one is not None)])

    def owned(self, numbers: Collection[int]) -> Frame:
        """Return the lines of these files that are somebody's: key, text, source."""
        tables = [self._none(OWNED)]
        of_lines = [n for n in numbers if n in self.by_lines and not self.scans[n].is_alone]
        of_whole = [n for n in numbers if n in self.whole or self.scans[n].is_alone]
        if addresses := self._addresses(of_lines):
            lines = spark_files.lines_of(self.session, addresses)
            tables.append(lines.mapInArrow(OwnersOfLines(self.knowledge, self.limit), OWNED))
        if addresses := self._addresses(of_whole):
            files = spark_files.whole(self.session, addresses)
            tables.append(files.mapInArrow(OwnersOfWhole(self.knowledge, self.limit), OWNED))
        return _together(tables)

    def _none(self, schema: str) -> Frame:
        return self.session.createDataFrame([], schema).limit(0)  # known to be empty

    def _addresses(self, numbers: Sequence[int]) -> list[str]:
        return [self.source.addresses[n] for n in numbers]

    def _look_at_lines(self, numbers: Sequence[int]) -> Frame | None:
        """Look at the lines of these files; one that has none, or is damaged, gets no scan."""
        if not numbers:
            return None
        lines = spark_files.lines_of(self.session, self._addresses(numbers))
        scanned = lines.mapInArrow(ScanLines(self.knowledge, self.limit), FOUND)
        try:
            found = self._kept("lines", scanned, _LINES_AT_ONCE)
        except Exception as error:  # noqa: BLE001 - each storage fails in its own way
            return self._look_at_lines(self._readable(numbers, error, by_lines=True))
        told = self._told(found, PART)
        parts: dict[int, list[Part]] = defaultdict(list)
        for _, number, text in told:
            parts[number].append(msgspec.msgpack.decode(text, type=Part))
        for n in numbers:
            self._conclude(n, parts[n])
        dropped = {name for name, number, _ in told if number not in self.by_lines}
        return found.where(~found.file.isin(sorted(dropped))) if dropped else found

    def _conclude(self, number: int, parts: Sequence[Part]) -> None:
        file = self.source.files[number]
        scan = scan_of(parts, file, self.read, is_packed=self.source.is_packed(number))
        if scan is not None:
            self.scans[number] = scan
            if not any(part.is_other for part in parts):
                self.by_lines.add(number)  # rows of any other file mean nothing

    def _look_at_whole(self, numbers: Sequence[int]) -> Frame | None:
        """Look at these files; one that cannot be read gets no scan."""
        if not numbers:
            return None
        spark_files.check_sizes([self.source.files[n] for n in numbers])
        files = spark_files.whole(self.session, self._addresses(numbers))
        scanned = files.mapInArrow(ScanWhole(self.knowledge, self.limit), FOUND)
        try:
            found = self._kept("whole", scanned, _FILES_AT_ONCE)
        except Exception as error:  # noqa: BLE001 - each storage fails in its own way
            return self._look_at_whole(self._readable(numbers, error, by_lines=False))
        for _, number, text in self._told(found, SCAN):
            self.scans[number] = msgspec.msgpack.decode(text, type=FileScan)
            self.whole.add(number)
        return found

    def _kept(self, name: str, scanned: Frame, rows: int) -> Frame:
        with rows_at_once(self.session, rows):
            return self.store.keep(name, scanned)

    def _told(self, found: Frame, kind: int) -> list[tuple[str, int, bytes]]:
        """Return what was told of files: name, number, text."""
        numbers = self.source.numbers()
        rows = found.where(found.kind == kind).select("file", "text").collect()
        return [(row.file, number_in(numbers, row.file), bytes(row.text)) for row in rows]

    def _readable(self, numbers: Sequence[int], error: Exception, *, by_lines: bool) -> list[int]:
        """Return the files that are not to blame for an error; raise it if none is."""
        addresses = self._addresses(numbers)
        broken = spark_files.unreadable(self.session, addresses, by_lines=by_lines)
        if not broken:
            raise error
        return [n for n in numbers if self.source.addresses[n] not in broken]


def _together(tables: Sequence[Frame]) -> Frame:
    return reduce(lambda one, other: one.unionByName(other), tables)
