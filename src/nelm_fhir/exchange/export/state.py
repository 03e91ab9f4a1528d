"""What is known of the exports of a folder, kept in it, so that an interrupted one goes on.

In: the folder. Out: State, read and written whole; a crash leaves the old or the new one. It holds
addresses of the server, so it is closed to others.
"""

import os
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from nelm_fhir.errors import ExportFailed
from nelm_fhir.exchange.export.place import new_file
from nelm_fhir.exchange.export.request import ExportRequest

NAME: Final = "export.json"


class Fetched(Struct, frozen=True):
    """A file that is here whole."""

    kind: str
    type: str
    name: str
    lines: int


class Current(Struct, frozen=True):
    """The export under way: what was asked, where its state is, and which files are here."""

    request: ExportRequest
    folder: str
    status_url: str
    files: tuple[Fetched, ...] = ()


class Done(Struct, frozen=True):
    """An export that is here whole; `transaction_time` is the `_since` of the next."""

    request: ExportRequest
    folder: str
    transaction_time: str
    files: tuple[Fetched, ...]


class State(Struct, frozen=True):
    """All exports of a folder from one server, the oldest first."""

    base: str
    done: tuple[Done, ...] = ()
    current: Current | None = None


def read_state(folder: Path, base: str) -> State:
    """Return what is known; raises ExportFailed for another server's folder, or a broken file."""
    file = folder / NAME
    if not file.exists():
        return State(base)
    try:
        state = msgspec.json.decode(file.read_bytes(), type=State)
    except (msgspec.DecodeError, OSError):
        raise ExportFailed(
            f"{NAME} of the folder cannot be read.", "Give another --output, or remove the file."
        ) from None
    if state.base != base:
        raise ExportFailed(
            "The folder holds exports of another server.", "Give each server its own --output."
        )
    return state


def write_state(folder: Path, state: State) -> None:
    """Keep what is known."""
    beside = folder / f".{NAME}.part"
    with new_file(beside) as file:
        file.write(msgspec.json.format(msgspec.json.encode(state), indent=1))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(folder / NAME)
