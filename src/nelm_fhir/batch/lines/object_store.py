"""The files of an object store (`s3://`, `gs://`, `abfs://`), read through pyarrow in large pieces.

In: an address. Out: its files, and a stream of each that can be read from any place. Who we are
there says the environment, as every tool of such stores reads it; an address that holds a secret is
refused, because it would stand in the records of the run. Source: performance.md 5.5.
"""

import re
from functools import cache
from io import BufferedReader
from pathlib import PurePosixPath
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs, urlsplit

from nelm_fhir.errors import InputError, ServerUnavailable

PIECE: Final = 4 * 1024 * 1024
"""Bytes that are asked for at a time: a request costs as much as a megabyte does."""
_ADDRESS: Final = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_SECRETS: Final = frozenset({"access_key", "secret_key", "session_token", "sas_token"})


class Found(NamedTuple):
    """One file: its place in the store, its name below the address, size and last change."""

    place: str
    name: str
    size: int
    changed: int


def is_address(source: str) -> bool:
    """Whether a source is an address and no path of this machine."""
    return _ADDRESS.match(source) is not None


def check_address(address: str) -> str:
    """Return the address; raises InputError for one that holds a secret or no place."""
    parts = urlsplit(address)
    if parts.password is not None or _SECRETS & parse_qs(parts.query).keys():
        raise InputError(
            "The address of the source holds a secret.",
            "Give credentials by the environment, as the tools of the store do.",
        )
    if not parts.netloc:
        raise InputError("The address of the source names no bucket.", "Write s3://bucket/folder.")
    return address


def found_at(address: str) -> list[Found]:
    """Return the files at an address, hidden ones left out, in the order of their names.

    Raises InputError for an address that nobody can read or that holds nothing, ServerUnavailable
    where the store does not answer.
    """
    from pyarrow.fs import FileSelector, FileType  # noqa: PLC0415 - extra `cloud`

    store, root = _store(check_address(address))
    try:
        told = store.get_file_info([root])
        if told[0].type is not FileType.File:
            told = store.get_file_info(FileSelector(root, recursive=True, allow_not_found=True))
    except OSError:
        raise ServerUnavailable(
            "The object store does not list its files.",
            "Check the address, the region and the credentials in the environment.",
        ) from None
    start = PurePosixPath(root)
    files = (_found(one, start) for one in told if one.type is FileType.File)
    return sorted(one for one in files if not _is_hidden(one.name))


def opened_at(address: str, place: str) -> BufferedReader:
    """Open a file of the store for reading from any place; raises OSError."""
    store, _ = _store(address)
    return BufferedReader(store.open_input_file(place), PIECE)


def _found(told: Any, start: PurePosixPath) -> Found:
    path = PurePosixPath(told.path)
    name = path.name if path == start else path.relative_to(start).as_posix()
    return Found(told.path, name, told.size, told.mtime_ns or 0)


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") for part in name.split("/"))


@cache
def _store(address: str) -> tuple[Any, str]:
    """Return the store of an address and the place it names there; one client per process."""
    try:
        from pyarrow.fs import FileSystem  # noqa: PLC0415 - extra `cloud`
    except ImportError:
        raise InputError(
            "A source in an object store needs pyarrow.", "Install nelm-fhir[cloud]."
        ) from None
    try:
        store, root = FileSystem.from_uri(address)
    except (ValueError, OSError):  # pyarrow's own errors are ValueErrors and quote the address
        raise InputError(
            "The address of the source is none that pyarrow can open.",
            "Write s3://, gs:// or abfs:// with bucket and folder; other stores: --engine spark.",
        ) from None
    return store, root.rstrip("/")
