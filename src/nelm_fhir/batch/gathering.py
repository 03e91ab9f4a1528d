"""The second pass: the lines of all who have a concern, brought together.

In: what the first pass kept, and who is the same person. Out: shards. Only marked lines are read
again. What is nobody's goes to those whose statements belong together with it, and what that refers
to in turn; a withdrawn resource gets its deletion put beside it, so that the reader decides.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from nelm_fhir import pipeline
from nelm_fhir.batch import line_index, records
from nelm_fhir.batch.keys import SPECIAL, Marks, key_of
from nelm_fhir.batch.scanning import FileScan
from nelm_fhir.batch.shards import Shards
from nelm_fhir.batch.sources import SourceFile, opened
from nelm_fhir.batch.workplace import Workplace
from nelm_fhir.fhir_r4.line_head import LineHead, decoded
from nelm_fhir.fhir_r4.line_links import followed, mentioned
from nelm_fhir.knowledge.catalogue import Catalogue

ROUNDS: Final = 4
"""How far references lead from one of nobody's resources to the next."""
_LOOSE_PLACES: Final = 1 << 22
_WANTED: Final = 100_000
"""Wishes that are held before what is nobody's is looked through."""


class Gathering:
    """Sends lines to shards."""

    def __init__(
        self,
        place: Workplace,
        scans: Sequence[FileScan],
        groups: Mapping[str, str],
        shards: Shards,
        catalogue: Catalogue,
    ) -> None:
        self._catalogue = catalogue
        self._place = place
        self._scans = scans
        self._groups = groups
        self._shards = shards
        self._cohort = cohort(place, scans, groups)
        self.patients = self._cohort.table.count(1)
        """About how many patients have a concern."""
        self._loose = Marks(_LOOSE_PLACES)
        self._loose.add(key_of(name) for name, _, _ in self._of_nobody())
        self._is_any_loose = any(scan.loose for scan in scans)
        self._wanted: dict[str, set[str]] = {}

    def size(self, number: int) -> int:
        """Return how many bytes of a file are wanted."""
        index = self._place.path(f"{number}.lines")
        return sum(place.length for place in line_index.marked(index, self._cohort))

    def file(self, number: int, file: SourceFile) -> None:
        """Send the wanted lines of one file."""
        source = number + 1 if self._scans[number].is_alone else 0
        with opened(file) as stream:
            index = self._place.path(f"{number}.lines")
            for place in line_index.marked(index, self._cohort):
                stream.seek(place.start)
                self._send((stream.read(place.length) or b"").strip(), place.key, source)

    def _send(self, line: bytes, key: int, source: int) -> None:
        head = None if key == SPECIAL else decoded(line)
        name = head.subject.reference if head is not None else None
        if name is not None and key_of(name) == key:
            texts: tuple[tuple[str, bytes], ...] = ((name, line),)  # as almost every one
        else:
            texts = pipeline.scan(line, self._catalogue).texts
        for patient, text in texts:
            group = self._groups.get(patient, patient)
            if key_of(group) in self._cohort:
                self._shards.add(group, text, source)
                self._want(group, text, head)
        if len(self._wanted) > _WANTED:
            self.complete()

    def _want(self, patient: str, text: bytes, head: LineHead | None) -> None:
        """Note what of nobody's belongs to a line, if there can be any."""
        loose = self._loose
        if not self._is_any_loose:
            return
        own = f"{head.resource_type}/{head.id}" if head is not None else None
        is_own = own is None or key_of(own) in loose
        if is_own or any(key_of(name) in loose for name in mentioned(text)):
            for name in followed(text):
                if key_of(name) in loose:
                    self._wanted.setdefault(name, set()).add(patient)

    def complete(self) -> None:
        """Send what of nobody's is wanted, and what that refers to."""
        for _ in range(ROUNDS):
            wanted, self._wanted = self._wanted, {}
            if not wanted:
                return
            for name, text, _ in self._of_nobody():
                for patient in sorted(wanted.get(name, ())):
                    self._shards.add(patient, text)
                    self._want(patient, text, None)
        self._wanted = {}

    def _of_nobody(self) -> Iterator[records.Record]:
        for number, scan in enumerate(self._scans):
            if scan.loose:
                yield from records.read(self._place.path(f"{number}.loose"))


def cohort(place: Workplace, scans: Sequence[FileScan], groups: Mapping[str, str]) -> Marks:
    """Return the marks of all whose lines are wanted, under all their names."""
    marks = Marks()
    marks.add([SPECIAL])
    for number, scan in enumerate(scans):
        marks.add(_keys(place.path(f"{number}.concerned"), scan.concerned))
    concerned = {group for name, group in groups.items() if key_of(name) in marks}
    marks.add(key_of(name) for name, group in groups.items() if group in concerned)
    return marks


def _keys(path: Path, runs: Iterable[int]) -> Iterator[int]:
    with path.open("rb") as file:
        for length in runs:
            keys = array("Q")
            keys.frombytes(file.read(length * keys.itemsize))
            yield from keys
