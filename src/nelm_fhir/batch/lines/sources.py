"""The files of a population: found by looking into a folder, not by their names.

In: a file or folder, or the address of one in an object store. Out: every file that may hold
records, each once, in a fixed order, and what tells this state of the source from another. Hidden
files are left out, and so is the folder that a run writes to. A file that is reached twice (a
smart-fetch folder links the newest parts) is read once.
"""

import gzip
import hashlib
import os
from collections.abc import Iterator
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import Final, NamedTuple, cast

from nelm_fhir.batch.lines.object_store import check_address, found_at, is_address, opened_at
from nelm_fhir.errors import InputError

GZIP: Final = b"\x1f\x8b"
_PROMISING: Final = frozenset({".json", ".ndjson", ".jsonl"})


Source = gzip.GzipFile | RawIOBase | BufferedReader
"""An opened file: as it is, or unpacked."""


class SourceFile(NamedTuple):
    """One file: where it is, its name below the source, its size and when it was last changed.

    `store` is the address of the object store that it lies in, empty for a file of this machine.
    """

    path: Path
    name: str
    size: int
    changed: int
    store: str = ""

    @property
    def is_promised(self) -> bool:
        """Whether its name says that JSON is in it."""
        suffixes = [suffix.lower() for suffix in self.path.suffixes if suffix.lower() != ".gz"]
        return bool(suffixes) and suffixes[-1] in _PROMISING


def source_named(text: str) -> Path | str:
    """Return the source that a word names: a path of this machine, or an address as it stands."""
    return check_address(text) if is_address(text) else Path(text)


def files_of(source: Path | str, without: Path | None = None) -> list[SourceFile]:
    """Return the files of a source; `without` is a folder that is no part of it.

    Raises InputError if there is nothing; ServerUnavailable for a store that does not answer.
    """
    found = _local(source, without) if isinstance(source, Path) else _remote(source)
    if not found:
        raise InputError("The source holds no file.", "Name a folder or file of FHIR resources.")
    return found


def _remote(address: str) -> list[SourceFile]:
    return [SourceFile(Path(one.place), *one[1:], address) for one in found_at(address)]


def _local(source: Path, without: Path | None) -> list[SourceFile]:
    seen: set[tuple[int, int]] = set()
    found = []
    for path in sorted(_paths(source, without.resolve() if without else None)):
        told = path.stat()
        if (told.st_dev, told.st_ino) not in seen:
            seen.add((told.st_dev, told.st_ino))
            name = path.name if path == source else path.relative_to(source).as_posix()
            found.append(SourceFile(path, name, told.st_size, told.st_mtime_ns))
    return found


def _paths(source: Path, without: Path | None) -> Iterator[Path]:
    if source.is_file():
        yield source
        return
    for folder, folders, names in os.walk(source):
        here = Path(folder)
        folders[:] = [
            one for one in folders if not one.startswith(".") and (here / one).resolve() != without
        ]
        paths = (here / name for name in names if not name.startswith("."))
        yield from (path for path in paths if path.is_file())


def fingerprint(files: list[SourceFile], *parts: str) -> str:
    """Return what changes when a file does, or anything else that the work rests on."""
    told = [*parts, *(f"{one.name}\0{one.size}\0{one.changed}" for one in files)]
    return hashlib.sha256("\n".join(told).encode(errors="surrogateescape")).hexdigest()


def taken(stream: Source) -> int:
    """Return how many bytes of the file, packed as it may be, were read."""
    packed = cast("RawIOBase", stream.fileobj) if isinstance(stream, gzip.GzipFile) else stream
    return packed.tell()


def opened(file: SourceFile) -> Source:
    """Open a file for reading, unpacked if it is gzip; raises OSError."""
    if file.store:
        stream = opened_at(file.store, file.path.as_posix())
        is_packed = stream.peek(len(GZIP)).startswith(GZIP)
        return gzip.GzipFile(fileobj=stream) if is_packed else stream
    with file.path.open("rb") as plain:
        is_packed = plain.read(len(GZIP)) == GZIP
    if is_packed:
        return gzip.open(file.path, "rb")
    return file.path.open("rb", buffering=0)
