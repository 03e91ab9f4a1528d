"""The runs of a ledger: what was asked of each, when it ran, how it ended, which parts are done.

A run that was killed stays `running`, and whoever asks the same again takes it up. Moments are
handed in: nothing here reads a clock.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final

import msgspec
from msgspec import Struct

from nelm_fhir.ledger.store import Ledger

BATCH: Final = "batch"
"""The kind of a run that judged a population."""
RUNNING: Final = "running"
FINISHED: Final = "finished"
FAILED: Final = "failed"
_COLUMNS: Final = (
    "id, kind, as_of, catalogue, options, source, program, about, started, finished, state, counts"
)


class Asked(Struct, frozen=True):
    """What a run was asked for.

    Runs that agree in all but `about` give the same; `source` is the fingerprint of the input,
    `options` whatever else changes a result, `about` what only a repetition needs to know.
    """

    kind: str
    as_of: date
    catalogue: str
    source: str
    program: str
    options: Mapping[str, Any]
    about: Mapping[str, Any]

    def gives_the_same_as(self, other: "Asked") -> bool:
        """Whether both runs must come to the same results."""
        return msgspec.structs.replace(self, about=other.about) == other


class Run(Struct, frozen=True):
    """One run; `counts` is what it counted, and what its outputs were."""

    id: int
    asked: Asked
    started: str
    finished: str | None
    state: str
    counts: Mapping[str, Any]


def begin(ledger: Ledger, asked: Asked, started: datetime) -> Run:
    """Note a new run and return it."""
    number = ledger.insert(
        "INSERT INTO run (kind, as_of, catalogue, options, source, program, about, started, state)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            asked.kind,
            asked.as_of.isoformat(),
            asked.catalogue,
            _text(asked.options),
            asked.source,
            asked.program,
            _text(asked.about),
            started.isoformat(),
            RUNNING,
        ),
    )
    return Run(number, asked, started.isoformat(), None, RUNNING, {})


def note(ledger: Ledger, run: Run, counts: Mapping[str, Any]) -> None:
    """Note what was counted of a run whose parts are all done and whose outputs are not."""
    ledger.execute("UPDATE run SET counts = ? WHERE id = ?", (_text(counts), run.id))


def finish(ledger: Ledger, run: Run, finished: datetime, counts: Mapping[str, Any]) -> None:
    """Note that a run is done and everything it owes is written.

    The fingerprint of its input is the run's as it is now: what a server holds is known at the end.
    """
    ledger.execute(
        "UPDATE run SET state = ?, finished = ?, counts = ?, source = ? WHERE id = ?",
        (FINISHED, finished.isoformat(), _text(counts), run.asked.source, run.id),
    )


def give_up(ledger: Ledger, run: Run) -> None:
    """Note that a run will never be ended; what it had judged is deleted."""
    with ledger.transaction():
        ledger.execute("UPDATE run SET state = ? WHERE id = ?", (FAILED, run.id))
        ledger.execute("DELETE FROM patient WHERE run = ?", (run.id,))
        ledger.execute("DELETE FROM shard WHERE run = ?", (run.id,))


def unfinished(ledger: Ledger, kind: str) -> list[Run]:
    """Return the runs of that kind that were begun and never ended, the newest first."""
    return list(_runs(ledger, "kind = ? AND state = ? ORDER BY id DESC", (kind, RUNNING)))


def finished(ledger: Ledger, kind: str) -> Iterator[Run]:
    """Yield the runs of that kind that ended well, the newest first."""
    yield from _runs(ledger, "kind = ? AND state = ? ORDER BY id DESC", (kind, FINISHED))


def _runs(ledger: Ledger, condition: str, values: tuple[Any, ...]) -> Iterator[Run]:
    for row in list(ledger.rows(f"SELECT {_COLUMNS} FROM run WHERE {condition}", values)):  # noqa: S608 - conditions of this file only
        asked = Asked(
            kind=row["kind"],
            as_of=date.fromisoformat(row["as_of"]),
            catalogue=row["catalogue"],
            source=row["source"],
            program=row["program"],
            options=msgspec.json.decode(row["options"]),
            about=msgspec.json.decode(row["about"]),
        )
        counts = msgspec.json.decode(row["counts"])
        yield Run(row["id"], asked, row["started"], row["finished"], row["state"], counts)


def _text(value: Mapping[str, Any]) -> str:
    return msgspec.json.encode(value, order="sorted").decode()
