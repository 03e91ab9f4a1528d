"""The messages of a service: accepted once, answered once, and the same answer however often asked.

A message is a row before anybody is told that it was accepted, so `kill -9` at any moment loses
none; its answer, its results and its new state are one transaction, so none is done half. What it
held is forgotten once it is answered: its digest is enough to know it again. Source: interop 7.
"""

from collections.abc import Collection
from datetime import date
from enum import StrEnum
from sqlite3 import Row
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from nelm_fhir.ledger.newest import Judgment, stand
from nelm_fhir.ledger.packing import packed, unpacked
from nelm_fhir.ledger.store import Ledger


class State(StrEnum):
    """Where a message stands.

    `received`: accepted, to be judged; `evaluated`: answered; `written`: its results are at the
    server, too; `failed`: answered with an error; `superseded`: answered, but something newer
    stands for the patient; `cancelled`: nobody wants it any more.
    """

    RECEIVED = "received"
    EVALUATED = "evaluated"
    WRITTEN = "written"
    FAILED = "failed"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"


class Message(Struct, frozen=True):
    """One message.

    `key` is its name at the sender, `content` the digest of what it says, `job` a name that nobody
    guesses, `door` where it came in, `source` whose names of patients it uses, `event` its moment
    in UTC (empty: it tells none), `as_of` the day to judge by, `wish` what was asked beside,
    `reply_to` where the answer is owed.
    """

    key: str
    content: str
    job: str
    door: str
    as_of: date
    received: str
    source: str = ""
    event: str = ""
    wish: bytes = b""
    body: bytes = b""
    reply_to: str = ""
    number: int = 0
    state: State = State.RECEIVED
    status: int = 0
    answer: bytes = b""

    @property
    def is_done(self) -> bool:
        """Whether it was answered or is not wanted any more."""
        return self.state is not State.RECEIVED


class Reception(StrEnum):
    """What became of a message at the door.

    New; known with this content, or with another; or not kept, because too many wait.
    """

    NEW = "new"
    REPLAYED = "replayed"
    CONFLICT = "conflict"
    FULL = "full"


class Accepted(Struct, frozen=True):
    """A message as it stands in the ledger, for a known one as it was answered."""

    reception: Reception
    message: Message


class Ending(Struct, frozen=True):
    """How a message ended: its answer with its status, and what was judged of it, if anything."""

    state: State
    status: int
    answer: bytes
    judgment: Judgment | None = None


_COLUMNS: Final = tuple(name for name in Message.__struct_fields__ if name != "number")
_PACKED: Final = frozenset({"wish", "body", "answer"})
_INSERT: Final = (
    f"INSERT INTO message ({', '.join(_COLUMNS)})"  # noqa: S608 - names of this file
    f" VALUES ({', '.join('?' * len(_COLUMNS))})"
)
_SELECT: Final = f"SELECT number, {', '.join(_COLUMNS)} FROM message"  # noqa: S608 - as above


def accept(ledger: Ledger, message: Message, most: int | None = None) -> Accepted:
    """Keep a message; when this returns it is on the disk. A known one changes nothing.

    `most` is how many may wait: a known one is known even where no more are taken.
    """
    with ledger.transaction():
        row = ledger.first(f"{_SELECT} WHERE key = ?", (message.key,))
        if row is None:
            if most is not None and waiting(ledger) >= most:
                return Accepted(Reception.FULL, message)
            number = ledger.insert(_INSERT, tuple(_column(message, name) for name in _COLUMNS))
            return Accepted(Reception.NEW, replace(message, number=number))
    known = _read(row)
    same = known.content == message.content
    return Accepted(Reception.REPLAYED if same else Reception.CONFLICT, known)


def next_waiting(
    ledger: Ledger, doors: Collection[str], besides: Collection[int] = ()
) -> Message | None:
    """Return the message of these doors that waits longest, besides those somebody works on."""
    where = f"door IN ({_marks(doors)}) AND number NOT IN ({_marks(besides)})"
    query = f"{_SELECT} WHERE state = 'received' AND {where} ORDER BY number LIMIT 1"
    row = ledger.first(query, (*doors, *besides))
    return None if row is None else _read(row)


def all_waiting(ledger: Ledger, door: str) -> list[Message]:
    """Return every message of a door that waits, in the order of arrival."""
    query = f"{_SELECT} WHERE state = 'received' AND door = ? ORDER BY number"
    return [_read(row) for row in ledger.listed(query, (door,))]


def waiting(ledger: Ledger) -> int:
    """Return how many messages wait."""
    row = ledger.first("SELECT count(*) FROM message WHERE state = 'received'")
    return int(row[0]) if row is not None else 0


def of_job(ledger: Ledger, job: str) -> Message | None:
    """Return the message with that status address, None if there is none."""
    row = ledger.first(f"{_SELECT} WHERE job = ?", (job,))
    return None if row is None else _read(row)


def finish(ledger: Ledger, message: Message, ending: Ending, moment: str) -> State:
    """Note how a message ended, all of it or nothing; return its state.

    `superseded` where for every set something newer stands. A message that was cancelled meanwhile
    stays so, and nothing of it stands.
    """
    with ledger.transaction():
        known = ledger.first("SELECT state FROM message WHERE number = ?", (message.number,))
        if known is None or known["state"] != State.RECEIVED:
            return State(known["state"]) if known is not None else State.CANCELLED
        state = ending.state
        if ending.judgment is not None and not stand(ledger, message.number, ending.judgment):
            state = State.SUPERSEDED
        ledger.execute(
            "UPDATE message SET state = ?, status = ?, answer = ?, body = x'',"
            " changed = ? WHERE number = ?",
            (str(state), ending.status, packed(ending.answer), moment, message.number),
        )
    return state


def cancel(ledger: Ledger, message: Message, moment: str) -> None:
    """Forget what a message asked and what was answered; its key stays, so that it stays known."""
    ledger.execute(
        "UPDATE message SET state = 'cancelled', body = x'', answer = x'',"
        " reply_to = '', changed = ? WHERE number = ?",
        (moment, message.number),
    )


def owing(ledger: Ledger) -> list[Message]:
    """Return the messages whose answer has to be delivered somewhere, in the order of arrival."""
    query = f"{_SELECT} WHERE reply_to <> '' AND state <> 'received' ORDER BY number"
    return [_read(row) for row in ledger.listed(query)]


def delivered(ledger: Ledger, message: Message) -> None:
    """Note that the answer arrived, or never will."""
    ledger.execute("UPDATE message SET reply_to = '' WHERE number = ?", (message.number,))


def _marks(values: Collection[object]) -> str:
    return ", ".join("?" * len(values))


def _column(message: Message, name: str) -> object:
    value = getattr(message, name)
    if name in _PACKED:
        return packed(value)
    return value.isoformat() if isinstance(value, date) else value


def _read(row: Row) -> Message:
    values = {name: row[name] for name in ("number", *_COLUMNS)}
    for name in _PACKED:
        values[name] = unpacked(row[name])
    values["as_of"] = date.fromisoformat(row["as_of"])
    values["state"] = State(row["state"])
    return Message(**values)
