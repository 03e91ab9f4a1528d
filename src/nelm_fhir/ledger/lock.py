"""One writer at a time: a lock on a side file that dies with the process that holds it.

The lock is an exclusive transaction of SQLite on an empty database beside the ledger. SQLite takes
the operating system's own file lock for it, which a killed process cannot leave behind and a
forked worker does not inherit, and keeps two writers of one process apart, too.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from nelm_fhir.errors import WriteRefused
from nelm_fhir.ledger.files import made

SUFFIX: Final = ".lock"
_TAKEN: Final = "A run is under way with this ledger, and only one may write to it."
_REMEDY: Final = "Wait until it has ended, or give the run a ledger of its own (--ledger)."


@contextmanager
def sole_writer(path: Path, taken: str = _TAKEN, remedy: str = _REMEDY) -> Iterator[None]:
    """Hold the lock beside that path, of a ledger or of whatever `taken` and `remedy` speak of.

    Raises WriteRefused, which says them, while another run holds it.
    """
    beside = path.with_name(path.name + SUFFIX)
    made(beside)
    with closing(sqlite3.connect(beside, timeout=0, isolation_level=None)) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            raise WriteRefused(taken, remedy) from None
        yield
