"""The patients of a Group, as the server lists them.

In: the id of the Group. Out: `Patient/id` of its members, each once, in their order; who is marked
as a member no more is left out, and so is whatever is no Patient of this server.
Source: FHIR R4 group.html.
"""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, Final

from nelm_fhir.errors import ServerRefused
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.home import PATIENT, Home
from nelm_fhir.exchange.searches import GONE

_REMEDY: Final = "Give the id of a Group that lists patients, or their ids with --patients."


def members(client: Client, group: str) -> list[str]:
    """Return the members of `Group/id`; raises ExchangeError, also for a Group that lists nobody.

    A Group may only describe who belongs to it; then nobody is known, which is not the same as
    none.
    """
    answer = client.get(group, accept={HTTPStatus.OK, *GONE})
    if answer.status in GONE:
        raise ServerRefused("The server has no such group.", _REMEDY, answer.status)
    found = answer.json().get("member")
    if not isinstance(found, list):
        raise ServerRefused("The group lists no members.", _REMEDY)
    return list(dict.fromkeys(_patients(found, Home((f"{client.base}/",)))))


def _patients(found: list[Any], home: Home) -> Iterator[str]:
    for member in found:
        if not isinstance(member, dict) or member.get("inactive") is True:
            continue
        entity = member.get("entity")
        written = entity.get("reference") if isinstance(entity, dict) else None
        name = home.name(written) if isinstance(written, str) else None
        if name is not None and name.startswith(PATIENT):
            yield name
