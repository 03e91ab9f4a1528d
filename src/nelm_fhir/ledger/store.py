"""The ledger: one SQLite file that outlives the program, with one writer and any readers.

In: a path. Out: an open Ledger on which the rooms' own queries stand (`results`, `runs`,
`patients`). Whatever a transaction acknowledged is on the disk (WAL, `synchronous=FULL`), so that
`kill -9` at any moment loses nothing that anybody was told. It belongs on a local disk: SQLite's
locks do not hold on network shares.
"""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, Final

from nelm_fhir.errors import InputError, LedgerUnavailable
from nelm_fhir.ledger.files import closed_to_others, made
from nelm_fhir.ledger.lock import sole_writer
from nelm_fhir.ledger.schema import APPLICATION, STEPS, TABLES, VERSION

PATIENCE: Final = 30.0
"""Seconds to wait for a reader that holds the file; a second writer is refused at once."""

_KIND: Final = 0xFF  # the low byte of an extended error code of SQLite is its kind
_OUR_FAULT: Final = frozenset(
    {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH}
)

Values = Mapping[str, Any] | tuple[Any, ...]


class Ledger:
    """An open ledger. Several threads may use it; a transaction keeps the others waiting."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._turn = threading.RLock()

    @classmethod
    @contextmanager
    def open(cls, path: Path, *, exclusive: bool) -> Iterator["Ledger"]:
        """Open the ledger at the path.

        `exclusive`: to write; it is made where there is none. Otherwise only to read, beside a
        writer if need be. Raises WriteRefused while another run writes, InputError for a file that
        is no ledger, or one of a newer program.
        """
        with ExitStack() as stack:
            if exclusive:
                stack.enter_context(sole_writer(path))
                made(path)
            elif not path.is_file():
                raise InputError("There is no ledger at that path.", "Check --ledger.")
            connection = stack.enter_context(closing(_connected(path)))
            _checked(connection, make=exclusive)
            if exclusive:
                closed_to_others(path)
            else:
                connection.execute("PRAGMA query_only=ON")
            yield cls(connection)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing: what was done inside is on the disk when the block ends without error."""
        with self._turn:
            self.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.execute("COMMIT")
            except BaseException:
                self.connection.rollback()
                raise

    def execute(self, statement: str, values: Values = ()) -> int:
        """Run one statement; outside of a transaction it is one. Returns the rows it changed."""
        with self._turn, _readable_failure():
            return self.connection.execute(statement, values).rowcount

    def execute_all(self, statement: str, values: Iterable[Values]) -> None:
        """Run one statement for each of the values."""
        with self._turn, _readable_failure():
            self.connection.executemany(statement, values)

    def insert(self, statement: str, values: Values = ()) -> int:
        """Run one INSERT and return the id of its row."""
        with self._turn, _readable_failure():
            return self.connection.execute(statement, values).lastrowid or 0

    def rows(self, query: str, values: Values = ()) -> Iterator[sqlite3.Row]:
        """Yield the rows of a query as they are read, so that memory stays bounded."""
        with _readable_failure():
            yield from self.connection.execute(query, values)

    def first(self, query: str, values: Values = ()) -> sqlite3.Row | None:
        """Return the first row of a query; None if it has none."""
        with self._turn, _readable_failure():
            row: sqlite3.Row | None = self.connection.execute(query, values).fetchone()
            return row

    def listed(self, query: str, values: Values = ()) -> list[sqlite3.Row]:
        """Return all rows of a query, of no transaction that another thread has not ended yet."""
        with self._turn, _readable_failure():
            return self.connection.execute(query, values).fetchall()

    def shrink(self) -> None:
        """Give the room of deleted rows back, so that what was deleted is gone from the disk."""
        self.execute("VACUUM")
        self.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def _readable_failure() -> Iterator[None]:
    """Replace what SQLite says: it may quote values of a row."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & _KIND in _OUR_FAULT:
            raise
        raise LedgerUnavailable(
            "The ledger cannot be read or written.",
            "Check the space on its disk and the rights of its folder, then run again.",
        ) from None


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=PATIENCE, isolation_level=None, check_same_thread=False
    )
    connection.row_factory = sqlite3.Row
    return connection


def _checked(connection: sqlite3.Connection, *, make: bool) -> None:
    """Set the file up, or refuse one that is not ours or newer than this program."""
    try:
        version = _number(connection, "user_version")
        known = _number(connection, "application_id")
        empty = not _number(connection, "schema_version")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA secure_delete=ON")
        if empty and make:
            connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
    except sqlite3.DatabaseError:
        raise _not_ours() from None
    if empty and make:
        _make(connection)
    elif known != APPLICATION:
        raise _not_ours()
    elif version > VERSION:
        raise InputError(
            f"The ledger was written by a newer program (tables {version}, known are {VERSION}).",
            "Update nelm-fhir, or give another --ledger.",
        )
    elif make and version < VERSION:
        _bring_up(connection, version)


def _not_ours() -> InputError:
    return InputError("The file is not a ledger of nelm.", "Check --ledger.")


def _number(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


def _make(connection: sqlite3.Connection) -> None:
    """Make all tables in one transaction: a ledger is there whole or not at all."""
    _run(connection, [*TABLES, f"PRAGMA application_id={APPLICATION}"])


def _bring_up(connection: sqlite3.Connection, version: int) -> None:
    """Take every step from an older version in one transaction; what it holds stays."""
    _run(connection, [one for step in range(version, VERSION) for one in STEPS[step]])


def _run(connection: sqlite3.Connection, statements: Sequence[str]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for statement in (*statements, f"PRAGMA user_version={VERSION}"):
        connection.execute(statement)
    connection.execute("COMMIT")
