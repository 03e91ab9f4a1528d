"""Fetching the files of an export: each there whole under its own name, or not at all.

In: a client, a file of the manifest, a place. Out: the file and its number of lines. Names are made
of a running number and a FHIR type, never of what a server wrote. A file that breaks off, has
fewer lines than the manifest says or ends within a line is fetched again, then an error.
Source: Bulk Data Access, "Bulk Data Output File Request"; interop 5, 11 (15, 19).
"""

import os
import re
import zlib
from collections.abc import Iterator
from gzip import BadGzipFile, GzipFile
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from nelm_fhir.errors import ExportFailed, ServerUnavailable
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.export.manifest import ExportFile, Kind
from nelm_fhir.exchange.export.place import new_file
from nelm_fhir.exchange.export.state import Fetched
from nelm_fhir.fhir_r4.limits import MAX_BYTES

ATTEMPTS: Final = 3
"""How often a file is begun anew, each time with all the patience of the client."""
_TYPE: Final = re.compile(r"[A-Z][A-Za-z]{2,40}", re.ASCII)
_GZIP: Final = b"\x1f\x8b"
_BLOCK: Final = 1024 * 1024
NO_LONGER: Final = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
"""Answers of a link that has expired."""


def name_of(number: int, file: ExportFile) -> str:
    """Return the name of a file under the folder of its export."""
    held = file.type if _TYPE.fullmatch(file.type) else "Resources"
    word = held if file.kind is Kind.OUTPUT else file.kind.value.capitalize()
    return f"{file.kind.value}/{number:05d}.{word}.ndjson"


def fetch(client: Client, file: ExportFile, folder: Path, name: str, *, token: bool) -> Fetched:
    """Fetch a file; raises ExportFailed, ServerUnavailable or what the client raises."""
    place = folder / name
    beside = place.with_name(f".{place.name}.part")
    for last in (*[False] * (ATTEMPTS - 1), True):
        try:
            lines = _fetched(client, file, beside, token=token)
        except (_Short, ServerUnavailable) as error:
            if last:
                raise _given_up(error) from None
        else:
            beside.replace(place)
            return Fetched(file.kind.value, file.type, name, lines)
        finally:
            beside.unlink(missing_ok=True)
    raise AssertionError("the last attempt returns or raises")


class _Short(Exception):
    """A file that came to its end too early."""


def _given_up(error: Exception) -> Exception:
    if isinstance(error, ServerUnavailable):
        return error
    return ExportFailed(
        "A file of the export is shorter than it should be; nothing of it is used.",
        "Run the same command again, it goes on with this file; if it stays so, ask whoever runs "
        "the server.",
    )


def _fetched(client: Client, file: ExportFile, beside: Path, *, token: bool) -> int:
    """Write what comes and return its number of lines; packed files are kept packed."""
    with new_file(beside) as here:
        here.writelines(client.stream(file.url, token=token))
        here.flush()
        os.fsync(here.fileno())
    with beside.open("rb") as here:
        lines = _lines(_contents(here))
    if file.count is not None and lines < file.count:
        raise _Short
    return lines


def _lines(blocks: Iterator[bytes]) -> int:
    """Count the lines; raises _Short where the last one is no whole JSON value."""
    count, begun, last = 0, b"", b""
    for block in blocks:
        *whole, begun = (begun + block).split(b"\n")
        filled = [line for line in whole if line.strip()]
        count += len(filled)
        last = filled[-1] if filled else last
        if len(begun) > MAX_BYTES:
            raise _Short
    if begun.strip():
        count, last = count + 1, begun
    if last:
        _check(last)
    return count


def _check(line: bytes) -> None:
    try:
        msgspec.json.decode(line, type=msgspec.Raw)
    except msgspec.DecodeError:
        raise _Short from None


def _contents(file: BinaryIO) -> Iterator[bytes]:
    """Yield what a file holds, unpacked; raises _Short where gzip breaks off or is damaged."""
    packed = file.read(len(_GZIP)) == _GZIP
    file.seek(0)
    stream = GzipFile(fileobj=file) if packed else file
    try:
        while block := stream.read(_BLOCK):
            yield block
    except (EOFError, BadGzipFile, zlib.error):
        raise _Short from None
