"""Workers' part, lines of large files: whose each is, and who has a concern.

In: Arrow batches of lines, part of a file by part of a file. Out: rows of what was seen; in the
second pass, the lines themselves with the key of whom they belong to. What a line tells is found by
the same LineScan as in the embedded engine.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple

from nelm_fhir.batch.lines.blocks import SIZE
from nelm_fhir.batch.lines.keys import NOBODY, SPECIAL, key_of
from nelm_fhir.batch.lines.scan import LineScan, Seen
from nelm_fhir.batch.lines.scanning import is_document, is_other, starts_lines
from nelm_fhir.batch.spark.knowledge import Knowledge
from nelm_fhir.batch.spark.rows import (
    CONCERNED,
    LOOSE,
    PART,
    PERSON,
    Part,
    Row,
    batches_of,
    packed,
    part_of,
)
from nelm_fhir.fhir_r4.split import is_json
from nelm_fhir.knowledge.catalogue import Catalogue

OWNED: Final = "key bigint, text binary, source string"
"""Lines with the key of their owner; `source` names the file that holds one text, else is empty."""
_TOGETHER: Final = 100
"""Lines that are looked at together: about what stays in the cache of a processor core."""


class Run(NamedTuple):
    """Lines that follow one another in one part of one file; `size` is that of the file."""

    file: str
    start: int
    size: int
    lines: list[bytes]


def runs_of(batch: Any) -> Iterator[Run]:
    """Yield the lines of a batch, cut where another file or part begins."""
    files = batch.column("file").dictionary_encode()
    numbers = files.indices.to_numpy(zero_copy_only=False)
    starts = batch.column("start").to_numpy(zero_copy_only=False)
    changes = (numbers[1:] != numbers[:-1]) | (starts[1:] != starts[:-1])
    cuts = [0, *(changes.nonzero()[0] + 1).tolist(), batch.num_rows]
    values = batch.column("value")
    for at, end in pairwise(cuts):
        if end > at:
            name = files.dictionary[int(numbers[at])].as_py()
            size = batch.column("size")[at].as_py()
            yield Run(name, int(starts[at]), size, values.slice(at, end - at).to_pylist())


class ScanLines(NamedTuple):
    """First pass; `limit` is the most bytes of a line."""

    knowledge: Knowledge
    limit: int

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        """Yield batches of rows."""
        return batches_of(self._rows(batches))

    def _rows(self, batches: Iterator[Any]) -> Iterator[Row]:
        catalogue = self.knowledge.catalogue()
        part: _PartScan | None = None
        for batch in batches:
            for run in runs_of(batch):
                if part is None or part.place != (run.file, run.start):
                    yield from part.rows() if part is not None else ()
                    part = _PartScan(run, catalogue, self.limit)
                part.take(run.lines)
                yield from part.loose()
        yield from part.rows() if part is not None else ()


class _PartScan:
    """Looks at the lines of one part of a file."""

    def __init__(self, run: Run, catalogue: Catalogue, limit: int) -> None:
        self.place = run.file, run.start
        self._scan = LineScan(catalogue)
        self._limit = limit
        self._size = self._loose = 0
        self._last = b""
        self._is_odd = self._is_other = False
        if run.start == 0:
            start = (b"\n".join(run.lines[:_TOGETHER]) + b"\n")[:SIZE]
            is_cut = run.size > limit and starts_lines(start)  # no JSON text is as long
            self._is_other = is_other(start)
            self._is_odd = not (self._is_other or is_cut) and is_document(start)

    def take(self, lines: Sequence[bytes]) -> None:
        """Look at the next lines."""
        if self._is_odd or self._is_other:
            return
        self._size += sum(map(len, lines)) + len(lines)
        self._last = lines[-1]
        keys_of(self._scan, lines, self._limit)

    def loose(self) -> Iterator[Row]:
        """Yield what is nobody's among the lines so far."""
        held, self._scan.seen.loose = self._scan.seen.loose, []
        self._loose += len(held)
        for name, text in held:
            yield Row(LOOSE, self.place[0], 0, name.encode(errors="surrogatepass"), text)

    def rows(self) -> Iterator[Row]:
        """Yield all that was seen, now that the part is done."""
        file, start = self.place
        seen = self._scan.seen
        part = Part(start, is_odd=self._is_odd, is_other=self._is_other)
        if not (self._is_odd or self._is_other):
            is_whole = not self._last.strip() or is_json(self._last)
            part = part_of(seen, start, self._size, self._loose, is_last_whole=is_whole)
        yield Row(PART, file, text=packed(part))
        yield from (Row(PERSON, file, key) for key in seen.people - {NOBODY, SPECIAL})
        yield from (Row(CONCERNED, file, key_of(name)) for name in seen.concerned)


def keys_of(scan: LineScan, lines: Sequence[bytes], limit: int) -> list[int]:
    """Return the key of the owner of every line; one beyond the limit is nobody's, and lost."""
    keys: list[int] = []
    for at in range(0, len(lines), _TOGETHER):
        some = [line if len(line) <= limit else b"" for line in lines[at : at + _TOGETHER]]
        keys += scan.block(b"\n".join(some) + b"\n")[0]
    long = sum(len(line) > limit for line in lines)
    scan.seen.lines += long
    scan.seen.lost += long
    return keys


class OwnersOfLines(NamedTuple):
    """Second pass: every line that is somebody's, with the key of its owner."""

    knowledge: Knowledge
    limit: int

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        """Yield batches of `OWNED`."""
        import pyarrow as pa  # noqa: PLC0415 - of an extra
        from pyarrow import compute  # noqa: PLC0415 - of an extra

        scan = LineScan(self.knowledge.catalogue())
        for batch in batches:
            lines = batch.column("value")
            keys = pa.array(keys_of(scan, lines.to_pylist(), self.limit), pa.int64())
            nowhere = pa.array([""] * len(keys), pa.string())
            owned = pa.RecordBatch.from_arrays(
                [keys, lines, nowhere], names=["key", "text", "source"]
            )
            yield owned.filter(compute.not_equal(keys, NOBODY))
            scan.seen = Seen()  # what was seen is known from the first pass
