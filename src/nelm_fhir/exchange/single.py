"""Resources that are named one by one: read in chunks by a search, else each by itself.

In: `Type/id`. Out: the entries, and which of them the server does not have (404, 410). Any other
failure is raised: what could not be read is not the same as what is not there.
Source: interop 7 rule 10.
"""

from collections.abc import Iterable, Iterator
from http import HTTPStatus

from nelm_fhir.errors import AuthFailed, ServerRefused
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.searches import CHUNK, GONE, search
from nelm_fhir.exchange.searchset import resource_of
from nelm_fhir.fhir_r4.part import Entry


def read(client: Client, name: str) -> Entry | None:
    """Return the resource `Type/id`; None where the server does not have it (any more)."""
    answer = client.get(name, accept={HTTPStatus.OK, *GONE})
    return resource_of(answer.body, name) if answer.status == HTTPStatus.OK else None


def read_all(client: Client, names: Iterable[str]) -> Iterator[tuple[str, Entry | None]]:
    """Yield each resource that is named with its name, None where the server does not have it.

    One resource may come in several versions. Raises ExchangeError.
    """
    by_type: dict[str, list[str]] = {}
    for name in names:
        by_type.setdefault(name.partition("/")[0], []).append(name)
    for kind, named in by_type.items():
        for start in range(0, len(named), CHUNK):
            yield from _chunk(client, kind, named[start : start + CHUNK])


def _chunk(client: Client, kind: str, names: list[str]) -> Iterator[tuple[str, Entry | None]]:
    asked = set(names)
    for entry in _searched(client, kind, names):
        if entry.name in asked:
            names = [name for name in names if name != entry.name]
            yield entry.name, entry
    for name in names:  # a search does not tell why one is not there
        yield name, read(client, name)


def _searched(client: Client, kind: str, names: list[str]) -> list[Entry]:
    ids = ",".join(name.partition("/")[2] for name in names)
    try:
        return search(client, kind, [("_id", ids)])
    except (ServerRefused, AuthFailed):
        return []  # it may still be allowed to read them
