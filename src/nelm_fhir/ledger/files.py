"""The files of the ledger: readable and writable by their owner only, made before SQLite does.

`readable_failure` tells, also for the folders of other rooms, what the disk did not take.
"""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final

from nelm_fhir.errors import InputError

OWNER_ONLY: Final = 0o600


def made(path: Path) -> None:
    """Make the file if it is not there.

    SQLite gives the files it puts beside a database the same rights. Raises InputError where the
    folder is missing or may not be written.
    """
    with _of_ledger():
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, OWNER_ONLY))


def closed_to_others(path: Path) -> None:
    """Take from others whatever rights they have on a file of ours."""
    with _of_ledger():
        path.chmod(OWNER_ONLY)


@contextmanager
def readable_failure(what: str, remedy: str) -> Iterator[None]:
    """Replace an error of the operating system, which names paths, by InputError.

    `what` begins its sentence: "The folder cannot be used".
    """
    try:
        yield
    except OSError as error:
        why = error.strerror or "for an unknown reason"
        raise InputError(f"{what}: {why}.", remedy) from None


def _of_ledger() -> AbstractContextManager[None]:
    return readable_failure("The ledger cannot be opened", "Check path and rights (--ledger).")
