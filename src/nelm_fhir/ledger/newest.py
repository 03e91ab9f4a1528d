"""The one result that stands for each patient and set: that of the newest input, never the latest.

In: what was judged of a message. A late one, whose moment lies before that of what stands, changes
nothing; of two of the same moment the one that arrived later stands. One that tells no moment
cannot be put in order and gives way to every other. Source: interop 7, rule 3.
"""

import re
from collections.abc import Iterator
from datetime import date
from sqlite3 import Row
from typing import Final

from msgspec import Struct

from nelm_fhir.ledger.packing import packed, unpacked
from nelm_fhir.ledger.store import Ledger


class OfSet(Struct, frozen=True):
    """The verdict of one set."""

    set_id: str
    set_version: str
    verdict: str


class Judgment(Struct, frozen=True):
    """What was judged of one input.

    `source` is whose names of patients these are: two systems may call two people the same.
    `event` is the moment of the input in UTC; `assessment`, `profile` and `line` (of the worklist,
    empty for the deceased) are documents of JSON. `listed` tells whether the input itself puts the
    patient into the worklist.
    """

    source: str
    patient: str
    as_of: date
    event: str
    assessment: bytes
    profile: bytes
    judged: str
    sets: tuple[OfSet, ...]
    line: bytes = b""
    listed: bool = False


class Standing(Struct, frozen=True):
    """A result that stands: of whom, by which set, from which message."""

    source: str
    patient: str
    set_id: str
    set_version: str
    verdict: str
    event: str
    message: int


_INSERT: Final = """
INSERT INTO newest (source, patient, set_id, set_version, verdict, event, message)
VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (source, patient, set_id) DO UPDATE SET
  set_version = excluded.set_version, verdict = excluded.verdict, event = excluded.event,
  message = excluded.message
WHERE excluded.event > newest.event
  OR (excluded.event = newest.event AND excluded.message > newest.message)
"""
_LISTED: Final = "SELECT 1 FROM judgment WHERE source = ? AND patient = ? AND line <> x'' LIMIT 1"
_UNUSED: Final = (
    "DELETE FROM judgment WHERE source = ? AND patient = ?"
    " AND message NOT IN (SELECT message FROM newest WHERE source = ? AND patient = ?)"
)


def stand(ledger: Ledger, message: int, judgment: Judgment) -> bool:
    """Let a judgment stand for every set of which nothing newer does; whether it does for any.

    Belongs into the transaction in which its message ends. Who stood in the worklist stays in it,
    whatever a later input leaves out, until one tells of a death.
    """
    whose = (judgment.source, judgment.patient)
    line = judgment.line if judgment.listed or ledger.first(_LISTED, whose) else b""
    ledger.execute(
        "INSERT INTO judgment"
        " (message, source, patient, as_of, event, assessment, profile, judged, line)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(message, judgment.source, judgment.patient, judgment.as_of.isoformat()),
            *(judgment.event, packed(judgment.assessment), packed(judgment.profile)),
            *(judgment.judged, packed(line)),
        ),
    )
    taken = 0
    for one in judgment.sets:
        row = (*whose, one.set_id, one.set_version, one.verdict, judgment.event, message)
        taken += ledger.execute(_INSERT, row)
    ledger.execute(_UNUSED, (*whose, *whose))
    return taken > 0


def of_patient(ledger: Ledger, source: str, patient: str) -> list[Standing]:
    """Return what stands for a patient, by set."""
    query = "SELECT * FROM newest WHERE source = ? AND patient = ? ORDER BY set_id"
    return [_standing(row) for row in ledger.listed(query, (source, patient))]


def every(ledger: Ledger) -> Iterator[Standing]:
    """Yield everything that stands, patient by patient."""
    for row in ledger.listed("SELECT * FROM newest ORDER BY source, patient, set_id"):
        yield _standing(row)


def judgments(ledger: Ledger) -> Iterator[Judgment]:
    """Yield every judgment on which something stands, with the sets that rest on it."""
    numbers = ledger.listed("SELECT message FROM judgment ORDER BY source, patient, message")
    for (number,) in numbers:  # documents are long: one at a time
        row = ledger.first("SELECT * FROM judgment WHERE message = ?", (number,))
        if row is not None:
            yield _judgment(ledger, row)


def judgment_of(ledger: Ledger, source: str, patient: str) -> Judgment | None:
    """Return the newest judgment of a patient, None where there is none."""
    query = (
        "SELECT * FROM judgment WHERE source = ? AND patient = ?"
        " ORDER BY event DESC, message DESC LIMIT 1"
    )
    row = ledger.first(query, (source, patient))
    return None if row is None else _judgment(ledger, row)


def judgments_of(ledger: Ledger, patient: str) -> list[Judgment]:
    """Return the judgments of a patient of that name on which something stands, newest first.

    Several sources may know patients of one name, who are not the same person.
    """
    query = "SELECT * FROM judgment WHERE patient = ? ORDER BY event DESC, message DESC"
    return [_judgment(ledger, row) for row in ledger.listed(query, (patient,))]


def lines(ledger: Ledger) -> Iterator[tuple[str, bytes]]:
    """Yield the source and the line of every patient, from the newest judgment of each.

    Who stands in no worklist by that judgment is left out.
    """
    before = None
    for row in ledger.listed(
        "SELECT source, patient, line FROM judgment"
        " ORDER BY source, patient, event DESC, message DESC"
    ):
        if (row["source"], row["patient"]) != before and row["line"]:
            yield row["source"], unpacked(row["line"])
        before = (row["source"], row["patient"])


def resting_on(ledger: Ledger, source: str, name: str) -> str:
    """Return the patient whose judgment names a resource (`Type/id`), empty where none does.

    For a resource that is gone: nobody can be asked any more whom it was about.
    """
    named = re.compile(rb"\b%s(?![A-Za-z0-9.-])" % re.escape(name.encode()))
    for one in judgments(ledger):
        if one.source == source and named.search(one.assessment):
            return one.patient
    return ""


def forget(ledger: Ledger, source: str, patient: str) -> None:
    """Let nothing stand any more for a patient who was merged into another."""
    whose = (source, patient)
    with ledger.transaction():
        ledger.execute("DELETE FROM newest WHERE source = ? AND patient = ?", whose)
        ledger.execute("DELETE FROM judgment WHERE source = ? AND patient = ?", whose)


def _judgment(ledger: Ledger, row: Row) -> Judgment:
    query = "SELECT * FROM newest WHERE message = ? ORDER BY set_id"
    found = map(_standing, ledger.listed(query, (row["message"],)))
    return Judgment(
        source=row["source"],
        patient=row["patient"],
        as_of=date.fromisoformat(row["as_of"]),
        event=row["event"],
        assessment=unpacked(row["assessment"]),
        profile=unpacked(row["profile"]),
        judged=row["judged"],
        sets=tuple(OfSet(one.set_id, one.set_version, one.verdict) for one in found),
        line=unpacked(row["line"]),
        listed=bool(row["line"]),
    )


def _standing(row: Row) -> Standing:
    return Standing(**{name: row[name] for name in Standing.__struct_fields__})
