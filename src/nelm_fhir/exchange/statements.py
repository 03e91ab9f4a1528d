"""What people stated, put on a server once: answers to the form, or the Observations that say them.

In: resources with identifiers of their own. Out: how many the server has of them now. They go in
one transaction of conditional creates, so that all of them are there or none, however often the
same answers are sent. A transaction that nobody answered is not repeated: the server is asked what
it holds. Source: interop 7, rules 4, 6 and 8.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final

from nelm_fhir.errors import ServerRefused, ServerUnavailable, WriteRefused
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.paging import pages
from nelm_fhir.exchange.writing.answers import Came, of_bundle
from nelm_fhir.writers.bundle import creating

Json = dict[str, Any]
_THERE: Final = frozenset({Came.LANDED, Came.EXISTED})


def stored(client: Client, resources: Sequence[Json]) -> int:
    """Put the resources on the server; return how many there are.

    Raises ServerRefused where it takes none, ServerUnavailable where nobody knows, WriteRefused
    where it holds one of them twice: then people have to look.
    """
    entries = [creating(one, by=_identifier(one)) for one in resources]
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    try:
        answer = client.send("POST", "", bundle, accept=(HTTPStatus.OK,), repeatable=False)
        landed = of_bundle(answer.json(), [True] * len(entries))
    except ServerUnavailable:
        landed = []
    held = [_count(client, one) for one in resources]
    if any(count > 1 for count in held):
        raise WriteRefused(
            "The server holds one of the answers twice.",
            "Remove one of the two at the server; nothing more is written here.",
        )
    if all(held):
        return len(held)
    if landed and all(one.came in _THERE for one in landed):
        raise ServerRefused("The server says that it took the answers, and does not find them.")
    raise ServerUnavailable(
        "The answers are not at the server, or not all of them.",
        "Send them again: what is there already is not written twice.",
    )


def _identifier(resource: Json) -> tuple[str, str]:
    """Return system and value; a QuestionnaireResponse has one identifier, others a list."""
    given = resource["identifier"]
    one = given if isinstance(given, dict) else given[0]
    return one["system"], one["value"]


def _count(client: Client, resource: Json) -> int:
    """Return how many resources of the server bear the identifier."""
    kind = resource["resourceType"]
    first = client.search(kind, [("identifier", "|".join(_identifier(resource)))])
    found = (
        entry.get("resource") for page in pages(client, first) for entry in page.get("entry", ())
    )
    return sum(isinstance(one, dict) and one.get("resourceType") == kind for one in found)
