"""What a record refers to and the server did not send along, fetched until nothing is lacking.

In: a gathered record. Out: the same with what its resources lead to by `references.FOLLOWED`
(result, hasMember, specimen, focus and the like), and the references that lead nowhere. Several
servers leave out members of panels and results of reports, and a Ki-67 in a pathology report is
exactly such a member. Only this server is asked, only by type and id.
Source: interop 5 (Completeness), 7 rule 10, 11 rows 15 and 16.
"""

from collections.abc import Collection, Iterator
from typing import Final

from nelm_fhir.errors import AuthFailed, ServerRefused
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.gathered import Gathered
from nelm_fhir.exchange.single import read_all
from nelm_fhir.fhir_r4.part import Entry
from nelm_fhir.mappers.registry import TYPES

ROUNDS: Final = 12
"""How long a chain of references is followed. Panels of panels have three or four links."""
_REMEDY: Final = "Look at the references of this record on the server: they may form a chain."


def hydrate(client: Client, record: Gathered) -> tuple[str, ...]:
    """Add what is lacking and return the references that lead nowhere, as `Type/id`.

    Raises ExchangeError for anything that exists and could not be read.
    """
    nowhere: set[str] = set()
    for _ in range(ROUNDS):
        lacking = [name for name in record.lacking() if name not in nowhere]
        if not lacking:
            return tuple(sorted(nowhere))
        for name, entry in _read(client, lacking):
            if entry is None:
                nowhere.add(name)
            else:
                record.add(entry)
    raise ServerRefused("References of the record lead on without end.", _REMEDY)


def _read(client: Client, names: Collection[str]) -> Iterator[tuple[str, Entry | None]]:
    mapped = [name for name in names if name.partition("/")[0] in TYPES]
    yield from read_all(client, mapped)
    for name in sorted(set(names) - set(mapped)):
        try:
            yield from read_all(client, [name])
        except (ServerRefused, AuthFailed):
            yield name, None  # of a type that nobody reads: not worth the record
