"""One question to a server, answered to the end: all entries of all pages, or an error.

In: how to ask. Out: the entries. Where later pages are gone (servers forget a search after a
while) or fewer resources came than the server counted, it is asked anew, once.
Source: interop 5 (Search), 7 rules 9 and 10.
"""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Final

from nelm_fhir.errors import ServerRefused
from nelm_fhir.exchange.answer import Answer
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.paging import answers
from nelm_fhir.exchange.searchset import page_of, partial
from nelm_fhir.fhir_r4.limits import check_entries
from nelm_fhir.fhir_r4.part import Entry

Ask = Callable[[], Answer]
Parameters = Sequence[tuple[str, str]]

COUNT: Final = ("_count", "100")
"""How many resources a page should hold; every server known takes so many."""
CHUNK: Final = 50
"""How many ids or codes one search asks for."""
GONE: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


class _Changed(Exception):
    """The pages are not those of one whole answer; asking anew may help."""


def found(client: Client, ask: Ask) -> list[Entry]:
    """Return all entries of an answer; raises ExchangeError."""
    first = ask()
    try:
        return _to_the_end(client, first)
    except _Changed:
        first = ask()
    try:
        return _to_the_end(client, first)
    except _Changed:
        raise partial("The pages of a search do not hold what the server counted.") from None


def search(client: Client, kind: str, parameters: Parameters) -> list[Entry]:
    """Return all entries of a search by POST; raises ExchangeError."""
    return found(client, lambda: client.search(kind, [*parameters, COUNT]))


def lean_search(client: Client, kind: str, parameters: Parameters, elements: str) -> list[Entry]:
    """Search for a few elements only; for whole resources where a server refuses that."""
    try:
        return search(client, kind, [*parameters, ("_elements", elements)])
    except ServerRefused:
        return search(client, kind, parameters)


def _to_the_end(client: Client, first: Answer) -> list[Entry]:
    entries: list[Entry] = []
    total = 0
    try:
        for answer, _ in answers(client, first):
            page = page_of(answer.body)
            entries.extend(page.entries)
            check_entries(len(entries))
            total = max(total, page.total or 0)
    except ServerRefused as error:
        if error.status in GONE:
            raise _Changed from None
        raise
    if len({entry.name or n for n, entry in enumerate(entries)}) < total:
        raise _Changed
    return entries
