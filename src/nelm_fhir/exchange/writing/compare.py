"""Ledger and server compared, result by result.

In: the rows of the ledger for one place, and what the server holds. Out: one Finding for each
result in which they differ, and for each that only the server knows. Nothing is changed.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

import orjson

from nelm_fhir.exchange.writing.decide import digests
from nelm_fhir.exchange.writing.held import Held, Word
from nelm_fhir.exchange.writing.lookup import Lookup
from nelm_fhir.exchange.writing.place import Place
from nelm_fhir.ledger.results import IN_DOUBT, Result, State
from nelm_fhir.writers.identity import guard
from nelm_fhir.writers.retraction import withdrawal


class Differs(StrEnum):
    """How ledger and server differ about a result."""

    MISSING = "missing"
    DOUBLED = "doubled"
    CHANGED = "changed"
    IN_DOUBT = "in-doubt"
    UNKNOWN = "unknown-to-ledger"


@dataclass(frozen=True, slots=True)
class Finding:
    """One result about which ledger and server differ: its row, and what the server holds."""

    differs: Differs
    place: Place
    row: Result | None
    held: tuple[Held, ...] = ()


def findings(rows: Iterable[Result], lookup: Lookup, place: Place) -> Iterator[Finding]:
    """Yield the findings of the rows of one place, which come patient by patient."""
    for patient, group in groupby(rows, key=lambda row: row.patient):
        of_patient = list(group)
        taken_back = withdrawals(of_patient, place)
        keys = [*(row.key for row in of_patient), *taken_back.values()]
        held = lookup.by_keys(keys, patient)
        for row in of_patient:
            withdrawn = held.get(taken_back.get(row.key, ""))
            if differs := _differs(row, held[row.key], withdrawn):
                yield Finding(differs, place, row, tuple(held[row.key]))


def withdrawals(rows: Iterable[Result], place: Place) -> dict[str, str]:
    """Return, by key, the keys of the resources that take retracted results back.

    There are such only where nothing is updated: there the retracted result itself stays as it was.
    """
    if place.in_place:
        return {}
    found = {}
    for row in rows:
        if row.state is State.RETRACTED:
            named = guard(withdrawal({**orjson.loads(row.assessment), "id": row.server_id}, ""))
            found[row.key] = named[1] if named else ""
    return found


def strangers(known: frozenset[str], lookup: Lookup, place: Place) -> Iterator[Finding]:
    """Yield the results at the server whose keys the ledger does not know."""
    for held in lookup.every():
        if held.keys and known.isdisjoint(held.keys):
            yield Finding(Differs.UNKNOWN, place, None, (held,))


def _differs(row: Result, held: Sequence[Held], withdrawn: Sequence[Held] | None) -> Differs | None:
    """Return how they differ; `withdrawn` is what takes the result back, None if nothing has to."""
    if len(held) > 1:
        return Differs.DOUBLED
    if row.state in IN_DOUBT:
        return Differs.IN_DOUBT
    stands = row.state in {State.WRITTEN, State.RETRACTED}
    if not held:
        return Differs.MISSING if stands else None
    if withdrawn is not None:
        there = len(withdrawn) == 1 and held[0].id == row.server_id
        return None if there else Differs.CHANGED
    return None if stands and _agrees(row, held[0]) else Differs.CHANGED


def _agrees(row: Result, held: Held) -> bool:
    """Whether id, version and digests are those of the row, and the word is still the same."""
    there = (row.server_id, row.server_version) == (held.id, held.version)
    made = not held.digests or held.digests == digests(row)
    withdrawn = held.word is Word.WITHDRAWN
    return there and made and (withdrawn or row.state is State.WRITTEN)
