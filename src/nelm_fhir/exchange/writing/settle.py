"""What nobody knew, found out: rows that were on their way when the answer, or we, went away.

In: rows in doubt of one patient, and what the server says it holds. Out: the rows as they really
stand. The server is believed: what it holds is what was written, with what it rests on.
Source: interop 7, rule 4.
"""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from nelm_fhir.exchange.writing.held import Held, Word, local
from nelm_fhir.exchange.writing.learn import learned
from nelm_fhir.exchange.writing.lookup import Lookup
from nelm_fhir.exchange.writing.place import Place
from nelm_fhir.ledger.results import IN_DOUBT, Result, State
from nelm_fhir.writers.identity import guard
from nelm_fhir.writers.retraction import withdrawal


class Doubles(Exception):
    """Several resources bear the identifier of one result."""


def settled(rows: Sequence[Result], lookup: Lookup, place: Place) -> list[Result]:
    """Return the rows in doubt as they stand; raises Doubles where one stands there twice."""
    doubtful = [row for row in rows if row.state in IN_DOUBT]
    if not doubtful:
        return []
    found = lookup.by_keys([row.key for row in doubtful], doubtful[0].patient)
    if any(len(hits) > 1 for hits in found.values()):
        raise Doubles
    return [
        _of_sending(row, found[row.key], lookup)
        if row.state is State.SENDING
        else _of_retracting(row, lookup, place)
        for row in doubtful
    ]


def rested_on(rows: Sequence[Result]) -> list[str]:
    """Return what the written results rest on."""
    return [one for row in rows if row.state is State.WRITTEN for one in row.basis]


def resting_on(rows: Sequence[Result], void: frozenset[str]) -> Iterator[Result]:
    """Yield the written results that rest on one of these inputs (`Type/id`)."""
    for row in rows:
        if row.state is State.WRITTEN and not void.isdisjoint(map(local, row.basis)):
            yield row


def _of_sending(row: Result, hits: Sequence[Held], lookup: Lookup) -> Result:
    held = hits[0] if hits else lookup.by_id(row.server_id) if row.server_id else None
    return replace(row, state=State.FAILED, owed=b"") if held is None else learned(row, held)


def _of_retracting(row: Result, lookup: Lookup, place: Place) -> Result:
    held = lookup.by_id(row.server_id)
    if held is None:
        return replace(row, state=State.FAILED, owed=b"")
    if place.in_place or held.word is Word.WITHDRAWN:
        return replace(learned(row, held), owed=row.owed if held.word is Word.WITHDRAWN else b"")
    withdrawn = guard(withdrawal(held.resource, ""))
    answer = lookup.by_keys([withdrawn[1]], row.patient) if withdrawn else {}
    done = any(answer.values())
    return replace(row, state=State.RETRACTED if done else State.WRITTEN)
