"""The files of a population as Spark reads them: by lines where that pays, whole where it must.

In: a folder, or the address of one in an object store. Out: the files, and DataFrames of their
lines or of their bytes. Large files are read by lines, in parts, by many workers. Small ones, those
packed in a way that only Spark would open, and those in which the first look finds no lines are
handed whole to the same code that the embedded engine uses, so that both see the same.
"""

import re
from collections.abc import Collection, Sequence
from datetime import UTC
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import unquote

from nelm_fhir.batch.lines.sources import SourceFile, files_of
from nelm_fhir.batch.settings import MEGABYTE
from nelm_fhir.batch.spark.session import Frame, Session
from nelm_fhir.errors import InputError

WHOLE_BYTES: Final = 4 * MEGABYTE
"""Files up to this size are read whole; their number, not their size, is what costs."""
_MOST: Final = (1 << 31) - MEGABYTE
"""Spark hands over no file whole that is larger."""
_NANO: Final = 1_000_000_000
_REMOTE: Final = re.compile(r"[a-z][a-z0-9+.-]*:/", re.IGNORECASE)
_GLOB: Final = re.compile(r"([\\*?\[\]{}^,])")
_UNPACKED_BY_SPARK: Final = (".bz2", ".deflate", ".lz4", ".snappy", ".zst")
_PASSED_OVER: Final = re.compile(r"(^|/)_[^/=]*(/|$)|\._COPYING_$")
"""Names that Spark leaves out without a word."""
_MAYBE_EMPTY: Final = ("_SUCCESS",)


class Source(NamedTuple):
    """The files, and the address of each."""

    files: list[SourceFile]
    addresses: list[str]

    def numbers(self) -> dict[str, int]:
        """Return the number of each file by its address as Spark tells it."""
        return {_same(address): number for number, address in enumerate(self.addresses)}

    def is_large(self, number: int) -> bool:
        """Whether a file is read by lines at first."""
        file = self.files[number]
        return file.size > WHOLE_BYTES and not file.name.lower().endswith(_UNPACKED_BY_SPARK)

    def is_packed(self, number: int) -> bool:
        """Whether Spark unpacks the file while it reads its lines."""
        return self.files[number].name.lower().endswith(".gz")


def is_remote(source: str | Path) -> bool:
    """Whether a source is named by an address that only Spark can open."""
    return isinstance(source, str) and _REMOTE.match(source) is not None


def source_of(session: Session, source: str | Path, without: Path) -> Source:
    """Return the files of a source. Raises InputError if there is nothing."""
    if isinstance(source, str) and is_remote(source):
        return _listed(session, source)
    files = files_of(Path(source), without)
    files = [file for file in files if file.size or file.path.name not in _MAYBE_EMPTY]
    if any(_PASSED_OVER.search(file.name) for file in files):
        raise InputError(
            "A file or folder of the source begins with `_`, and Spark never reads such.",
            "Rename it, or use --engine embedded.",
        )
    return Source(files, [f"file://{file.path.absolute()}" for file in files])


def _listed(session: Session, address: str) -> Source:
    """Ask Spark for the files below an address; their content is not read."""
    found = _reader(session, "binaryFile").load([_plain(address)])
    rows = sorted(found.select("path", "length", "modificationTime").collect())
    if not rows:
        raise InputError("The source holds no file.", "Name a folder or file of FHIR resources.")
    start = len(_same(address).rstrip("/")) + 1
    files = []
    for path, length, changed in rows:
        name = _same(path)[start:] or path.rpartition("/")[2]
        moment = int(changed.astimezone(UTC).timestamp() * _NANO)
        files.append(SourceFile(Path(name), name, length, moment))
    return Source(files, [row.path for row in rows])


def lines_of(session: Session, addresses: Sequence[str]) -> Frame:
    """Return the lines of files: value, file and its size, start of the part they were read in.

    Lines end at line feeds alone, and their bytes come as they stand in the file.
    """
    text = _reader(session, "text").option("lineSep", "\n").load(list(map(_plain, addresses)))
    return text.selectExpr(
        "cast(value as binary) as value",
        "_metadata.file_path as file",
        "_metadata.file_block_start as start",
        "_metadata.file_size as size",
    )


def whole(session: Session, addresses: Sequence[str]) -> Frame:
    """Return files with their bytes as they stand: value, file."""
    found = _reader(session, "binaryFile").load(list(map(_plain, addresses)))
    return found.selectExpr("content as value", "_metadata.file_path as file")


def unreadable(session: Session, addresses: Sequence[str], *, by_lines: bool) -> set[str]:
    """Return the files that Spark cannot read to their end, found by halving."""
    frame = (lines_of if by_lines else whole)(session, addresses)
    if not addresses or _is_readable(frame):
        return set()
    if len(addresses) == 1:
        return set(addresses)
    half = len(addresses) // 2
    first = unreadable(session, addresses[:half], by_lines=by_lines)
    return first | unreadable(session, addresses[half:], by_lines=by_lines)


def _is_readable(frame: Frame) -> bool:
    try:
        frame.selectExpr("sum(length(value))").collect()
    except Exception:  # noqa: BLE001 - each storage fails in its own way
        return False
    return True


def check_sizes(files: Collection[SourceFile]) -> None:
    """Raise InputError where a file has to be read whole and is too large for it."""
    if any(file.size > _MOST for file in files):
        raise InputError(
            "A file of 2 GB or more cannot be read by lines, and not whole either.",
            "Unpack or split it, or use --engine embedded.",
        )


def number_in(numbers: dict[str, int], told: str) -> int:
    """Return the number of a file that Spark tells of, written in whichever way."""
    same = _same(told)
    found = numbers.get(unquote(same))
    return numbers[same] if found is None else found


def _reader(session: Session, form: str) -> Any:
    return session.read.format(form).option("recursiveFileLookup", "true")


def _same(address: str) -> str:
    """Return an address in the one way of many in which slashes are written."""
    return re.sub(r"^([A-Za-z][A-Za-z0-9+.-]*:)/+", r"\1/", address)


def _plain(address: str) -> str:
    """Return an address that Spark takes as it stands, not as a pattern."""
    return _GLOB.sub(r"\\\1", address)
