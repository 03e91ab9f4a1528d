"""The results of the ledger: what was made for a server, what it acknowledged, and how they stand.

A row stands in the ledger before anything is sent, and changes after each answer. So `kill -9` at
any moment leaves one of two truths: the server acknowledged it (`written`, `retracted`), or it may
have it and has to be asked (`sending`, `retracting`).
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from enum import StrEnum
from sqlite3 import Row
from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from nelm_fhir.ledger.store import Ledger


class State(StrEnum):
    """Where a result stands.

    `evaluated`: to be written; `failed`: refused or never landed; `sending` and `retracting`: the
    server may have it or not.
    """

    EVALUATED = "evaluated"
    SENDING = "sending"
    RETRACTING = "retracting"
    WRITTEN = "written"
    FAILED = "failed"
    RETRACTED = "retracted"


IN_DOUBT: Final = frozenset({State.SENDING, State.RETRACTING})


class Target(Struct, frozen=True):
    """Where results go: the address of a server, and the strategy that gives them their shape."""

    server: str
    strategy: str


class Result(Struct, frozen=True):
    """One result for one target.

    `content` is the digest of what is news to a reader, empty where nobody knows it;
    `newest_input` the youngest moment of the record, in UTC, empty where it told none; `basis` the
    references by version that it rests on; `assessment` the resource; `owed` the Provenance that
    the server does not have yet; `changed` the moment of this state.
    """

    server: str
    strategy: str
    key: str
    patient: str
    set_id: str
    set_version: str
    as_of: date
    input_digest: str
    catalogue_digest: str
    content: str
    verdict: str
    valid_until: date
    newest_input: str
    basis: tuple[str, ...]
    state: State
    assessment: bytes
    server_id: str = ""
    server_version: str = ""
    owed: bytes = b""
    run: int | None = None
    changed: str = ""

    @property
    def target(self) -> Target:
        """Where it goes."""
        return Target(self.server, self.strategy)


_NAMES: Final = Result.__struct_fields__
_INSERT: Final = (
    f"INSERT OR REPLACE INTO result ({', '.join(_NAMES)})"  # noqa: S608 - names of this file
    f" VALUES ({', '.join('?' * len(_NAMES))})"
)
_SELECT: Final = f"SELECT {', '.join(_NAMES)} FROM result"  # noqa: S608 - names of this file
_ORDER: Final = " ORDER BY patient, set_id, as_of, key, server, strategy"


def note(ledger: Ledger, results: Iterable[Result], moment: datetime) -> None:
    """Note results as they stand now, all of them or none; each replaces its earlier row."""
    rows = [_stored(replace(result, changed=moment.isoformat())) for result in results]
    with ledger.transaction():
        ledger.execute_all(_INSERT, rows)


def of_patient(ledger: Ledger, target: Target, patient: str) -> list[Result]:
    """Return all results of a patient for a target, by set and as-of date."""
    where = " WHERE server = ? AND strategy = ? AND patient = ?"
    values = (target.server, target.strategy, patient)
    return [_read(row) for row in ledger.rows(_SELECT + where + _ORDER, values)]


def of_server(ledger: Ledger, server: str) -> Iterator[Result]:
    """Yield all results for a server, patient by patient, as they are read."""
    for row in ledger.rows(_SELECT + " WHERE server = ?" + _ORDER, (server,)):
        yield _read(row)


def every(ledger: Ledger, patients: Sequence[str] = ()) -> Iterator[Result]:
    """Yield all results, or those of some patients, patient by patient."""
    where = f" WHERE patient IN ({', '.join('?' * len(patients))})" if patients else ""
    for row in ledger.rows(_SELECT + where + _ORDER, tuple(patients)):
        yield _read(row)


def newest_written(results: Iterable[Result], set_id: str) -> Result | None:
    """Return the written result of a set with the latest as-of date; None if none is written."""
    written = [one for one in results if one.set_id == set_id and one.state is State.WRITTEN]
    return max(written, key=_order, default=None)


def _order(result: Result) -> tuple[date, str, str]:
    return result.as_of, result.newest_input, result.changed


def _stored(result: Result) -> tuple[Any, ...]:
    return tuple(_column(getattr(result, name)) for name in _NAMES)


def _column(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return msgspec.json.encode(value).decode()
    return str(value) if isinstance(value, State) else value


def _read(row: Row) -> Result:
    values = {name: row[name] for name in _NAMES}
    values["basis"] = msgspec.json.decode(row["basis"])
    return msgspec.convert(values, Result)
