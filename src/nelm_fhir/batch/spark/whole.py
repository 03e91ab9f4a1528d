"""Workers' part, whole files: looked through by the very code of the embedded engine.

In: Arrow batches of files with their bytes. Out: rows of what was seen; in the second pass, the
lines themselves with the key of whom they belong to.
"""

from array import array
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple
from urllib.parse import unquote

from nelm_fhir.batch.lines import index as line_index
from nelm_fhir.batch.lines import records
from nelm_fhir.batch.lines.keys import NOBODY, Marks, key_of
from nelm_fhir.batch.lines.scanning import FileScan, FileScanner
from nelm_fhir.batch.lines.sources import SourceFile, opened
from nelm_fhir.batch.spark.knowledge import Knowledge
from nelm_fhir.batch.spark.rows import CONCERNED, LOOSE, PERSON, SCAN, Row, batches_of, packed
from nelm_fhir.knowledge.catalogue import Catalogue

_NUMBER: Final = 0


class _All(Marks):
    """Marks of every key."""

    def __init__(self) -> None:
        self.mask = 0
        self.table = bytearray(b"\1")


_EVERYTHING: Final = _All()


class Owned(NamedTuple):
    """One row of `OWNED`."""

    key: int
    text: bytes
    source: str


class ScanWhole(NamedTuple):
    """First pass; `limit` is the most bytes of a line or record."""

    knowledge: Knowledge
    limit: int

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        """Yield batches of rows."""
        return batches_of(self._rows(batches))

    def _rows(self, batches: Iterator[Any]) -> Iterator[Row]:
        catalogue = self.knowledge.catalogue()
        for name, content in _files(batches):
            with TemporaryDirectory() as folder:
                here = _File(Path(folder), name, content)
                yield from here.rows(here.scan(catalogue, self.limit))


class OwnersOfWhole(NamedTuple):
    """Second pass: every line that is somebody's, with the key of its owner."""

    knowledge: Knowledge
    limit: int

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        """Yield batches of `OWNED`."""
        import pyarrow as pa  # noqa: PLC0415 - of an extra

        catalogue = self.knowledge.catalogue()
        for name, content in _files(batches):
            with TemporaryDirectory() as folder:
                here = _File(Path(folder), name, content)
                found = list(here.owned(here.scan(catalogue, self.limit)))
            keys, texts, sources = zip(*found, strict=True) if found else ((), (), ())
            yield pa.RecordBatch.from_arrays(
                [
                    pa.array(keys, pa.int64()),
                    pa.array(texts, pa.binary()),
                    pa.array(sources, pa.string()),
                ],
                names=["key", "text", "source"],
            )


class _File:
    """A file on the worker's disk, for as long as it is looked through."""

    def __init__(self, folder: Path, name: str, content: bytes) -> None:
        self._name = name
        self._folder = folder
        path = folder / f"file{''.join(PurePosixPath(unquote(name)).suffixes)}"
        path.write_bytes(content)
        self._file = SourceFile(path, name, len(content), 0)

    def scan(self, catalogue: Catalogue, limit: int) -> FileScan:
        """Look through the file; what is seen stands beside it."""
        scanner = FileScanner(self._file, _NUMBER, self._folder, limit)
        return scanner.run(catalogue, lambda _: None)

    def rows(self, found: FileScan) -> Iterator[Row]:
        """Yield all that was seen."""
        yield Row(SCAN, self._name, text=packed(found))
        keys = array("Q")
        keys.frombytes(self._beside("people").read_bytes())
        yield from (Row(PERSON, self._name, key) for key in keys)
        for one in records.read(self._beside("concerned")):
            yield Row(CONCERNED, self._name, key_of(one.name))
        for one in records.read(self._beside("loose")):
            name = one.name.encode(errors="surrogatepass")
            yield Row(LOOSE, self._name, 0, name, one.text)

    def owned(self, found: FileScan) -> Iterator[Owned]:
        """Yield the lines that are somebody's."""
        source = self._name if found.is_alone else ""
        with opened(self._file) as stream:
            for place in line_index.marked(self._beside("lines"), _EVERYTHING):
                if place.key != NOBODY:
                    stream.seek(place.start)
                    yield Owned(place.key, stream.read(place.length) or b"", source)

    def _beside(self, what: str) -> Path:
        return self._folder / f"{_NUMBER}.{what}"


def _files(batches: Iterator[Any]) -> Iterator[tuple[str, bytes]]:
    for batch in batches:
        names, values = batch.column("file"), batch.column("value")
        for n in range(batch.num_rows):
            yield names[n].as_py(), values[n].as_py()
