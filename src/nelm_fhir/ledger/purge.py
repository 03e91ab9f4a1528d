"""What is older than a day, deleted for good: runs with their patients, results, and messages.

What is still in doubt at a server stays: whoever forgets it could write it twice. A deleted result
stays at the server; the next run finds it there again by its identifier alone.
A message that still waits stays, too: it was promised an answer. One that is deleted takes what
rests on it along, and is a new one if it ever comes again.
"""

from datetime import date

from msgspec import Struct

from nelm_fhir.ledger.results import IN_DOUBT
from nelm_fhir.ledger.store import Ledger


class Purged(Struct, frozen=True):
    """How many rows were deleted, and how many results had to stay."""

    runs: int
    patients: int
    results: int
    kept: int
    messages: int = 0


def purge(ledger: Ledger, before: date) -> Purged:
    """Delete what was judged as of a day before that one, and give its room back."""
    day = before.isoformat()
    doubtful = tuple(sorted(IN_DOUBT))
    marks = ", ".join("?" * len(doubtful))
    old = f"as_of < ? AND state NOT IN ({marks})"
    left = f"as_of < ? AND state IN ({marks})"
    with ledger.transaction():
        kept = _count(ledger, f"SELECT count(*) FROM result WHERE {left}", (day, *doubtful))  # noqa: S608 - marks only
        patients = _count(
            ledger,
            "SELECT count(*) FROM patient JOIN run ON run.id = patient.run WHERE run.as_of < ?",
            (day,),
        )
        runs = ledger.execute("DELETE FROM run WHERE as_of < ?", (day,))
        results = ledger.execute(f"DELETE FROM result WHERE {old}", (day, *doubtful))  # noqa: S608 - marks only
        messages = ledger.execute(
            "DELETE FROM message WHERE as_of < ? AND state <> 'received'", (day,)
        )
    ledger.shrink()
    return Purged(runs, patients, results, kept, messages)


def _count(ledger: Ledger, query: str, values: tuple[str, ...]) -> int:
    row = ledger.first(query, values)
    return int(row[0]) if row is not None else 0
