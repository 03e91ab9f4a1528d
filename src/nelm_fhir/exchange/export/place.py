"""Files and folders of an export: for their owner only, and never through a link.

Raises InputError where the disk does not take them.
"""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from nelm_fhir.ledger.files import OWNER_ONLY, readable_failure

_FOLDER: Final = 0o700
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW


def made(folder: Path) -> Path:
    """Make a folder if it is not there, and return it."""
    with _readable_failure():
        folder.mkdir(mode=_FOLDER, exist_ok=True)
        if folder.is_symlink() or not folder.is_dir():
            raise NotADirectoryError(None, "a link or no folder")
    return folder


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """Write a file that was not there; what an interrupted run left under its name is removed."""
    with _readable_failure():
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, _NEW, OWNER_ONLY), "wb") as file:
            yield file


def _readable_failure() -> AbstractContextManager[None]:
    return readable_failure(
        "The folder of the export cannot be used", "Check --output: path, rights, space."
    )
