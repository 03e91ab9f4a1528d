"""The folder of a batch: files of fixed names, for their owner only, and nothing outside of it.

In: the folder that was named. Out: files that are there whole or not at all, each written beside
its place and renamed. The folder is held open from beginning to end and every name is looked up in
it, so that no link that is put there or changed meanwhile turns the work elsewhere; and no name
ever comes from a record (threat 19).
"""

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from hashlib import file_digest
from pathlib import Path
from typing import BinaryIO, Final, Self

from nelm_fhir.errors import InputError
from nelm_fhir.ledger.files import OWNER_ONLY, readable_failure
from nelm_fhir.ledger.lock import SUFFIX, sole_writer

WORKLIST: Final = "worklist.ndjson"
WORKLIST_PAGE: Final = "worklist.html"
WORKLIST_ROWS: Final = "worklist.csv"
WORKLIST_TABLE: Final = "worklist.parquet"
CHANGES: Final = "changes.ndjson"
SUMMARY: Final = "summary.json"
RISK_ASSESSMENTS: Final = "risk_assessments.ndjson"
PROFILES: Final = "profiles.ndjson"
DEAD_LETTERS: Final = "dead_letters.ndjson"
RUN: Final = "run.json"
NAMES: Final = (
    WORKLIST,
    WORKLIST_PAGE,
    WORKLIST_ROWS,
    WORKLIST_TABLE,
    CHANGES,
    SUMMARY,
    RISK_ASSESSMENTS,
    PROFILES,
    DEAD_LETTERS,
    RUN,
)
"""Every file that a batch puts out; `run.json` comes last and says that the others are there."""
LEDGER: Final = "ledger.sqlite"
WORK: Final = ".work"
"""The folder of an engine for what it knows so far; it is gone when a run has ended."""
_LOCK: Final = "run"
_BESIDE: Final[Mapping[str, Callable[[int], bool]]] = {
    LEDGER: stat.S_ISREG,
    f"{LEDGER}{SUFFIX}": stat.S_ISREG,
    f"{LEDGER}-wal": stat.S_ISREG,
    f"{LEDGER}-shm": stat.S_ISREG,
    f"{_LOCK}{SUFFIX}": stat.S_ISREG,
    WORK: stat.S_ISDIR,
}
"""What else stands in the folder and is opened by its path, and what it has to be."""
_FOLDER_RIGHTS: Final = 0o700
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW


class Folder:
    """The output folder of one batch, held open; `path` is where it really lies."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._folder = descriptor

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator[Self]:
        """Open the folder for one run at a time; it is made if it is not there.

        Raises InputError where it cannot be used, WriteRefused while another run writes into it.
        """
        with _readable_failure():
            path.mkdir(mode=_FOLDER_RIGHTS, exist_ok=True)
            real = path.resolve(strict=True)
            descriptor = os.open(real, os.O_RDONLY | os.O_DIRECTORY)
        try:
            folder = cls(real, descriptor)
            folder._refuse_links()
            with _one_at_a_time(real):
                yield folder
        finally:
            os.close(descriptor)

    @contextmanager
    def writing(self, name: str) -> Iterator[BinaryIO]:
        """Write one file; it takes its place when the block ends without error.

        Raises InputError where the disk does not take it.
        """
        if name not in NAMES:
            raise ValueError("a batch puts out no such file")
        beside = f".{name}.part"
        with _readable_failure():
            self._remove(beside)  # what a killed run left
            try:
                descriptor = os.open(beside, _NEW, OWNER_ONLY, dir_fd=self._folder)
                with os.fdopen(descriptor, "wb") as file:
                    yield file
                    file.flush()
                    os.fsync(descriptor)
                os.replace(beside, name, src_dir_fd=self._folder, dst_dir_fd=self._folder)
                os.fsync(self._folder)
            finally:
                self._remove(beside)

    def remove(self, name: str) -> None:
        """Remove a file of an earlier run that this one does not put out."""
        if name not in NAMES:
            raise ValueError("a batch puts out no such file")
        with _readable_failure():
            self._remove(name)

    def digest(self, name: str) -> str | None:
        """Return the SHA-256 of a file; None where it is not there, or is no plain file."""
        try:
            descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=self._folder)
            with os.fdopen(descriptor, "rb") as file:
                return file_digest(file, "sha256").hexdigest()
        except OSError:
            return None

    def _refuse_links(self) -> None:
        for name, is_ours in _BESIDE.items():
            with suppress(FileNotFoundError):
                found = os.stat(name, dir_fd=self._folder, follow_symlinks=False)
                if not is_ours(found.st_mode):
                    raise InputError(
                        f"{name} in the output folder is a link, or not what belongs there.",
                        "Nothing was written. Remove it, or give another --output.",
                    )

    def _remove(self, name: str) -> None:
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=self._folder)


def _one_at_a_time(folder: Path) -> AbstractContextManager[None]:
    return sole_writer(
        folder / _LOCK,
        "A run is under way in the output folder, and only one may write into it.",
        "Wait until it has ended, or give another --output.",
    )


def _readable_failure() -> AbstractContextManager[None]:
    return readable_failure(
        "The output folder cannot be used", "Check --output: path, rights, space."
    )
