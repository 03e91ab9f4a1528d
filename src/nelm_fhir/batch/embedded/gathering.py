"""The second pass: the lines of all who have a concern, brought together.

In: what the first pass kept, and who is the same person. Out: shards. Only marked lines are read
again. What is nobody's goes to those whose statements belong together with it, and what that refers
to in turn; a withdrawn resource gets its deletion put beside it, so that the reader decides.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from nelm_fhir import pipeline
from nelm_fhir.batch.embedded.shards import Shards
from nelm_fhir.batch.embedded.workplace import Workplace
from nelm_fhir.batch.lines import index as line_index
from nelm_fhir.batch.lines import records
from nelm_fhir.batch.lines.keys import SPECIAL, Marks, key_of
from nelm_fhir.batch.lines.scanning import FileScan
from nelm_fhir.batch.lines.sources import SourceFile, opened
from nelm_fhir.fhir_r4.line_links import followed, mentioned, own_names
from nelm_fhir.knowledge.catalogue import Catalogue

ROUNDS: Final = 4
"""How far references lead from one of nobody's resources to the next."""
_NAMES: Final = 100_000
"""Names that are held, so that a line is known by its key alone."""
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
        count = sum(1 for _ in self._concerned()) + len(groups)
        self._cohort = cohort(count, self._concerned(), groups)
        names = islice(self._concerned(), _NAMES)
        self._names = {key_of(name): name for name in names if name not in groups}
        self.patients = len(self._cohort) - 1
        """About how many patients have a concern."""
        self._loose = Marks(sum(scan.loose for scan in scans))
        self._loose.add(key_of(name) for name, _, _ in self._of_nobody())
        self._is_any_deleted = any(scan.deleted for scan in scans)
        self._wanted: dict[str, set[str]] = {}
        if any(scan.loose for scan in scans):
            shards.watch(self._want)

    def file(self, number: int, file: SourceFile) -> None:
        """Send the wanted lines of one file."""
        source = number + 1 if self._scans[number].is_alone else 0
        with opened(file) as stream:
            index = self._place.path(f"{number}.lines")
            for place in line_index.marked(index, self._cohort):
                stream.seek(place.start)
                self._send((stream.read(place.length) or b"").strip(), place.key, source)
                if len(self._wanted) > _WANTED:
                    self.complete()

    def _concerned(self) -> Iterator[str]:
        for number in range(len(self._scans)):
            for record in records.read(self._place.path(f"{number}.concerned")):
                yield record.name

    def _send(self, line: bytes, key: int, source: int) -> None:
        known = self._names.get(key)
        if known is not None and line.startswith(b"{"):
            self._shards.add(known, line, source)  # as almost every one
            return
        for patient, text in pipeline.scan(line, self._catalogue).texts:
            group = self._groups.get(patient, patient)
            if key_of(group) in self._cohort:
                self._shards.add(group, text, source)

    def _want(self, patient: str, texts: Sequence[bytes]) -> None:
        """Note what of nobody's belongs to some of a patient's lines, if there can be any."""
        loose = self._loose
        own = frozenset().union(*map(own_names, texts)) if self._is_any_deleted else frozenset()
        if any(key_of(name) in loose for name in own | mentioned(b"\n".join(texts))):
            names = frozenset().union(*map(followed, texts))
            for name in names:
                if key_of(name) in loose:
                    self._wanted.setdefault(name, set()).add(patient)

    def complete(self) -> None:
        """Send what of nobody's is wanted, and what that refers to."""
        for _ in range(ROUNDS):
            self._shards.flush()
            wanted, self._wanted = self._wanted, {}
            if not wanted:
                return
            for name, text, _ in self._of_nobody():
                for patient in sorted(wanted.get(name, ())):
                    self._shards.add(patient, text)
        self._shards.flush()
        self._wanted = {}

    def _of_nobody(self) -> Iterator[records.Record]:
        for number, scan in enumerate(self._scans):
            if scan.loose:
                yield from records.read(self._place.path(f"{number}.loose"))


def cohort(count: int, names: Iterable[str], groups: Mapping[str, str]) -> Marks:
    """Return the marks of all whose lines are wanted, under all their names; `count` at most."""
    marks = Marks(count)
    marks.add([SPECIAL])
    marks.add(map(key_of, names))
    concerned = {group for name, group in groups.items() if key_of(name) in marks}
    marks.add(key_of(name) for name, group in groups.items() if group in concerned)
    return marks
