"""The patients of a run, each with everything that any output of the run needs.

A part of a run is noted whole, in one transaction with all of its patients: a run that is killed
does again only what is not there. Whatever is read comes row by row, in an order that the outputs
have, so that memory stays bounded. Documents are packed: they are long and full of repetitions.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec
from msgspec import Struct

from nelm_fhir.ledger.packing import packed, unpacked
from nelm_fhir.ledger.runs import Run
from nelm_fhir.ledger.store import Ledger


class Patient(Struct, frozen=True):
    """One patient of a run, judged or failed.

    `place`, `missing` and `earliest` are the order of the worklist; without `place` the patient
    stands in none. `line`, `assessment`, `profile` and `resources` are documents on one line each.
    `attempts` counts the runs in which this very input failed; `kept` is that input, where somebody
    asked to keep it.
    """

    patient: str
    state: str
    input_hash: str
    source: str = ""
    deceased: bool = False
    place: int | None = None
    missing: int = 0
    earliest: str = ""
    line: bytes = b""
    assessment: bytes = b""
    profile: bytes = b""
    resources: tuple[bytes, ...] = ()
    error: str = ""
    message: str = ""
    remedy: str = ""
    issue_type: str = ""
    attempts: int = 0
    kept: tuple[bytes, ...] = ()


class Standing(Struct, frozen=True):
    """Where a patient stood in a run: enough to tell whether anything changed since another."""

    patient: str
    state: str
    input_hash: str
    deceased: bool
    line: bytes


_NAMES: Final = Patient.__struct_fields__
_PACKED: Final = frozenset({"line", "assessment", "profile", "resources", "kept"})
_INSERT: Final = (
    f"INSERT INTO patient (run, shard, {', '.join(_NAMES)})"  # noqa: S608 - names of this file
    f" VALUES (?, ?, {', '.join('?' * len(_NAMES))})"
)


def add_part(ledger: Ledger, run: Run, part: str, patients: Iterable[Patient]) -> None:
    """Note a part of a run as done, with its patients: all of it or nothing.

    A patient who is there already is a defect of the engine and not noted a second time
    (sqlite3.IntegrityError).
    """
    with ledger.transaction():
        ledger.execute("INSERT INTO shard (run, name) VALUES (?, ?)", (run.id, part))
        ledger.execute_all(_INSERT, (_row(run, part, patient) for patient in patients))


def parts_done(ledger: Ledger, run: Run) -> dict[str, dict[str, int]]:
    """Return the parts of a run that are done whole: by name, how many patients are in a state."""
    found: dict[str, dict[str, int]] = {}
    query = (
        "SELECT shard.name, patient.state, count(patient.patient) AS number FROM shard"
        " LEFT JOIN patient ON patient.run = shard.run AND patient.shard = shard.name"
        " WHERE shard.run = ? GROUP BY shard.name, patient.state"
    )
    for row in ledger.rows(query, (run.id,)):
        states = found.setdefault(row["name"], {})
        if row["state"] is not None:
            states[row["state"]] = int(row["number"])
    return found


def attempts(ledger: Ledger, run: Run, patient: str, input_hash: str) -> int:
    """Return in how many runs up to this one that very input of the patient failed."""
    row = ledger.first(
        "SELECT attempts FROM patient WHERE run = ? AND patient = ? AND input_hash = ?",
        (run.id, patient, input_hash),
    )
    return 0 if row is None else int(row["attempts"])


def worklist(ledger: Ledger, run: Run) -> Iterator[bytes]:
    """Yield the lines of the worklist in its order."""
    query = (
        "SELECT line FROM patient WHERE run = ? AND place IS NOT NULL"
        " ORDER BY place, missing, earliest, patient"
    )
    for row in ledger.rows(query, (run.id,)):
        yield unpacked(row["line"])


def standings(ledger: Ledger, run: Run) -> Iterator[Standing]:
    """Yield where every patient of the run stood, in the order of their ids."""
    query = (
        "SELECT patient, state, input_hash, deceased, line FROM patient WHERE run = ?"
        " ORDER BY patient"
    )
    for row in ledger.rows(query, (run.id,)):
        line = unpacked(row["line"])
        deceased = bool(row["deceased"])
        yield Standing(row["patient"], row["state"], row["input_hash"], deceased, line)


def document(ledger: Ledger, run: Run, patient: str, name: str) -> bytes:
    """Return the `assessment` or the `profile` of one patient; empty where there is none."""
    column = {"assessment": "assessment", "profile": "profile"}[name]
    row = ledger.first(
        f"SELECT {column} FROM patient WHERE run = ? AND patient = ?",  # noqa: S608 - of two names
        (run.id, patient),
    )
    return b"" if row is None else unpacked(row[column])


def resources(ledger: Ledger, run: Run) -> Iterator[bytes]:
    """Yield the resources of the patients who stand in the worklist, by patient."""
    query = "SELECT resources FROM patient WHERE run = ? AND place IS NOT NULL ORDER BY patient"
    for row in ledger.rows(query, (run.id,)):
        yield from _several(row["resources"])


def profiles(ledger: Ledger, run: Run) -> Iterator[tuple[str, bytes]]:
    """Yield patient and profile of everybody who was judged, in the order of their ids."""
    query = "SELECT patient, profile FROM patient WHERE run = ? AND profile <> x'' ORDER BY patient"
    for row in ledger.rows(query, (run.id,)):
        yield row["patient"], unpacked(row["profile"])


def with_error(ledger: Ledger, run: Run) -> Iterator[Patient]:
    """Yield the patients of whom an error tells, without documents, in the order of their ids."""
    names = [name for name in _NAMES if name not in _PACKED]
    query = (
        f"SELECT {', '.join(names)}, kept FROM patient WHERE run = ?"  # noqa: S608 - of this file
        " AND error <> '' ORDER BY patient"
    )
    for row in ledger.rows(query, (run.id,)):
        plain = {name: row[name] for name in names} | {"deceased": bool(row["deceased"])}
        yield Patient(**plain, kept=_several(row["kept"]))


def states(ledger: Ledger, run: Run) -> dict[str, int]:
    """Return how many patients are in each state; `deceased` counts those of all states."""
    query = "SELECT state, count(*) AS number FROM patient WHERE run = ? GROUP BY state"
    found = {row["state"]: int(row["number"]) for row in ledger.rows(query, (run.id,))}
    dead = ledger.first(
        "SELECT count(*) AS number FROM patient WHERE run = ? AND deceased = 1", (run.id,)
    )
    return found | {"deceased": int(dead["number"]) if dead else 0}


def errors(ledger: Ledger, run: Run) -> dict[str, int]:
    """Return how many patients failed, by the class of the error."""
    query = (
        "SELECT error, count(*) AS number FROM patient WHERE run = ? AND error <> ''"
        " GROUP BY error ORDER BY error"
    )
    return {row["error"]: int(row["number"]) for row in ledger.rows(query, (run.id,))}


def _row(run: Run, part: str, patient: Patient) -> tuple[object, ...]:
    values = (_stored(name, getattr(patient, name)) for name in _NAMES)
    return (run.id, part, *values)


def _stored(name: str, value: object) -> object:
    if name not in _PACKED:
        return int(value) if isinstance(value, bool) else value
    whole = msgspec.msgpack.encode(value) if isinstance(value, tuple) and value else value
    return packed(whole) if isinstance(whole, bytes) else b""


def _several(stored: bytes) -> tuple[bytes, ...]:
    """Return documents that were packed together."""
    whole = unpacked(stored)
    return msgspec.msgpack.decode(whole, type=tuple[bytes, ...]) if whole else ()
