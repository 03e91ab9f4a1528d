"""The files of the ledger: readable and writable by their owner only, made before SQLite does."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from nelm_fhir.errors import InputError

OWNER_ONLY: Final = 0o600


def made(path: Path) -> None:
    """Make the file if it is not there.

    SQLite gives the files it puts beside a database the same rights. Raises InputError where the
    folder is missing or may not be written.
    """
    with _readable_failure():
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, OWNER_ONLY))


def closed_to_others(path: Path) -> None:
    """Take from others whatever rights they have on a file of ours."""
    with _readable_failure():
        path.chmod(OWNER_ONLY)


@contextmanager
def _readable_failure() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        what = error.strerror or "cannot be opened"
        raise InputError(
            f"The ledger cannot be opened: {what}.", "Check path and rights (--ledger)."
        ) from None
