"""The lines of those who are judged, brought together on disk by patient.

In: lines with the patient's name, in any order. Out: each patient with all their lines, patients in
a fixed order. The lines of a patient go to one of a few files by the key of the name; a file too
large to be read at once is split by further digits of the key, again and again. Files are opened
only to be written to or read, so their number never exceeds what a system allows.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from nelm_fhir.batch.embedded.workplace import Workplace
from nelm_fhir.batch.lines import records
from nelm_fhir.batch.lines.keys import key_of

FIRST: Final = 64
"""Shards that are written at first."""
_FURTHER: Final = 16
"""Parts into which an oversized one is split."""
_DEEPEST: Final = 8
PATIENTS: Final = 4
"""Patients judged together: what they give has to fit into memory."""


Watcher = Callable[[str, Sequence[bytes]], None]


class Gathered(NamedTuple):
    """One patient with all lines; none where there are too many, told by `size`.

    `digest` is that of the lines, whatever their order; `source` the number of the file that is
    this patient alone, from 1, else 0.
    """

    patient: str
    lines: tuple[bytes, ...]
    size: int
    digest: str
    source: int


class Portion(NamedTuple):
    """Some patients of one shard; its name is the same in every run over the same source."""

    name: str
    patients: tuple[Gathered, ...]


class Shards:
    """Files of lines by patient."""

    def __init__(self, place: Workplace, buffered: int) -> None:
        self._place = place
        self._most = buffered
        self._held: dict[tuple[str, int], list[bytes]] = {}
        self._size = 0
        self._watch: Watcher | None = None

    def watch(self, watch: Watcher) -> None:
        """Name whom to show the lines of each patient before they are written."""
        self._watch = watch

    def add(self, patient: str, text: bytes, source: int = 0) -> None:
        """Add a text to a patient's record."""
        self._held.setdefault((patient, source), []).append(text)
        self._size += len(text)
        if self._size > self._most:
            self.flush()

    def flush(self) -> None:
        """Write what is held."""
        self._place.need(self._size)
        held, self._held, self._size = self._held, {}, 0
        by_shard: dict[int, list[bytes]] = {}
        for (patient, source), texts in held.items():
            if self._watch is not None:
                self._watch(patient, texts)
            packed = by_shard.setdefault(key_of(patient) % FIRST, [])
            packed.extend(records.packed(patient, text, source) for text in texts)
        for number, packed in by_shard.items():
            with self._place.path(f"{number:02x}.shard").open("ab") as file:
                file.writelines(packed)


def portions(place: Workplace, shard_bytes: int, patient_bytes: int) -> Iterator[Portion]:
    """Yield all patients of all shards."""
    place.remove("*.*.shard")
    for number in range(FIRST):
        path = place.path(f"{number:02x}.shard")
        if path.exists():
            for shard in _split(path, shard_bytes, FIRST):
                yield from _portions(shard, patient_bytes)


def _split(path: Path, most: int, digits: int, depth: int = 1) -> Iterator[Path]:
    """Yield the parts of a shard that can be read at once; each goes when it is done."""
    if path.stat().st_size <= most or depth == _DEEPEST:
        yield path
        return
    parts: dict[int, list[bytes]] = {}
    held = 0
    for record in records.read(path):
        packed = records.packed(*record)
        parts.setdefault(key_of(record.name) // digits % _FURTHER, []).append(packed)
        held += len(packed)
        if held > most:
            _append(path, parts)
            held = 0
    _append(path, parts)
    for number in range(_FURTHER):
        part = _part(path, number)
        if part.exists():
            yield from _split(part, most, digits * _FURTHER, depth + 1)
            part.unlink()


def _part(path: Path, number: int) -> Path:
    return path.with_suffix(f".{number:x}.shard")


def _append(path: Path, parts: dict[int, list[bytes]]) -> None:
    for number, held in parts.items():
        with _part(path, number).open("ab") as file:
            file.writelines(held)
    parts.clear()


class _Pile:
    """What was found of one patient so far."""

    def __init__(self, patient: str) -> None:
        self.patient = patient
        self.size = 0
        self._lines: set[bytes] | None = set()
        self._digests: set[bytes] = set()
        self._sources: set[int] = set()

    def add(self, record: records.Record, most: int) -> None:
        """Add a line, unless it is there already; beyond the limit, only its digest."""
        self._sources.add(record.source)
        if self._lines is None:
            self._digests.add(hashlib.sha256(record.text).digest())
        elif record.text not in self._lines:
            self._lines.add(record.text)
            self.size += len(record.text)
            if self.size > most:
                self._digests = {hashlib.sha256(text).digest() for text in self._lines}
                self._lines = None

    def gathered(self) -> Gathered:
        """Return the patient with the lines in their one order."""
        lines = sorted(self._lines if self._lines is not None else self._digests)
        digest = hashlib.sha256(b"\n".join(lines)).hexdigest()
        source = self._sources.pop() if len(self._sources) == 1 else 0
        kept = () if self._lines is None else tuple(lines)
        return Gathered(self.patient, kept, self.size, digest, source)


def _gathered(path: Path, patient_bytes: int) -> Iterator[Gathered]:
    piles: dict[str, _Pile] = {}
    for record in records.read(path):
        piles.setdefault(record.name, _Pile(record.name)).add(record, patient_bytes)
    for name in sorted(piles):
        yield piles.pop(name).gathered()


def _portions(path: Path, patient_bytes: int) -> Iterator[Portion]:
    patients = _gathered(path, patient_bytes)
    number = 0
    while some := tuple(islice(patients, PATIENTS)):
        yield Portion(f"{path.name.removesuffix('.shard')}-{number:04}", some)
        number += 1
