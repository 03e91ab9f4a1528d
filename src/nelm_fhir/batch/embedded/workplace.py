"""The folder in which a run keeps what it knows so far, and finds it again after an interruption.

In: a path and the fingerprint of everything the work rests on. Out: paths of its files. The folder
is private (mode 700) and named files hold no patient's name; what another fingerprint left there is
thrown away; `finished` files appear by renaming, so they are whole or not there.
Source: interop 5 (Resume), 11 row 19.
"""

import shutil
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from nelm_fhir.batch.settings import MEGABYTE
from nelm_fhir.errors import InputError

Kept = TypeVar("Kept")
SPARE: Final = 64 * MEGABYTE
"""Bytes that stay free on the disk."""
_STATE: Final = "state"


class Workplace:
    """A folder for one run."""

    def __init__(self, folder: Path, fingerprint: str) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        if self._fingerprint() != fingerprint:
            self.empty()
            self.keep(_STATE, fingerprint)

    def _fingerprint(self) -> str | None:
        return self.kept(_STATE, str)

    def path(self, name: str) -> Path:
        """Return the path of a file of this work."""
        return self.folder / name

    def keep(self, name: str, value: object) -> None:
        """Write a value so that it is there whole, or not at all."""
        beside = self.path(f"{name}.part")
        beside.write_bytes(msgspec.msgpack.encode(value))
        beside.replace(self.path(name))

    def kept(self, name: str, kind: type[Kept]) -> Kept | None:
        """Return a value that was written; None if it is not there."""
        try:
            return msgspec.msgpack.decode(self.path(name).read_bytes(), type=kind)
        except (FileNotFoundError, msgspec.MsgspecError):
            return None

    def remove(self, pattern: str) -> None:
        """Remove the files of that pattern."""
        for path in self.folder.glob(pattern):
            path.unlink()

    def empty(self) -> None:
        """Remove everything in the folder, whichever engine left it there."""
        for path in self.folder.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()

    def leave(self) -> None:
        """Remove the folder with everything in it; the run is done."""
        shutil.rmtree(self.folder)

    def need(self, size: int) -> None:
        """Raise InputError if the disk has not so many bytes to spare."""
        free = shutil.disk_usage(self.folder).free
        if free < size + SPARE:
            raise InputError(
                f"The disk needs {(size + SPARE) // MEGABYTE} MB for intermediate files and has "
                f"{free // MEGABYTE} MB.",
                "Make room, or let --output point to a larger disk; the run then goes on.",
            )
