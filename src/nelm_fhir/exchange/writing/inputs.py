"""What earlier results rest on, compared with the record as it is now: which of it is void or gone.

In: the references that written results rest on, and the record as just read from that server. Out:
inputs (`Type/id`) that were entered in error or exist no more. What the record does not bring is
asked for by itself: absence from a record alone proves nothing. Source: terminology 6.1, interop 6.
"""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Final

import orjson

from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.writing.held import local
from nelm_fhir.fhir_r4.part import Named

_VOID: Final = frozenset({"entered-in-error", "deleted"})
"""Why the reader left a resource out, where it was never true or is no more."""
_GONE: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


def void_inputs(
    client: Client, basis: Iterable[str], record: bytes, named: Iterable[Named]
) -> frozenset[str]:
    """Return the void and gone ones among the references of `basis`.

    `record` is the Bundle as read from the server, `named` what the reader left out of it and why.
    Raises ExchangeError where the server cannot be asked.
    """
    rested_on = {local(one) for one in basis if "://" not in one and local(one).count("/") == 1}
    void = {one.name for one in named if one.name and one.reason in _VOID} & rested_on
    absent = rested_on - _present(record) - void
    return frozenset(void | {name for name in absent if _is_void_or_gone(client, name)})


def merged_people(record: bytes) -> frozenset[str]:
    """Return the patients of a record who were merged into another one."""
    patients = [one for one in _resources(record) if one.get("resourceType") == "Patient"]
    return frozenset(
        f"Patient/{one['id']}" for one in patients if "id" in one and _is_replaced(one)
    )


def _is_replaced(patient: dict[str, Any]) -> bool:
    links = patient.get("link")
    found = links if isinstance(links, list) else []
    return any(isinstance(one, dict) and one.get("type") == "replaced-by" for one in found)


def _is_void_or_gone(client: Client, name: str) -> bool:
    answer = client.get(name, accept=(HTTPStatus.OK, *_GONE))
    if answer.status in _GONE:
        return True
    resource = answer.json()
    verified = orjson.dumps(resource.get("verificationStatus", ""))
    return resource.get("status") == "entered-in-error" or b'"entered-in-error"' in verified


def _present(record: bytes) -> set[str]:
    return {f"{one.get('resourceType')}/{one.get('id')}" for one in _resources(record)}


def _resources(record: bytes) -> list[dict[str, Any]]:
    entries = orjson.loads(record).get("entry", [])
    found = [entry.get("resource") for entry in entries if isinstance(entry, dict)]
    return [one for one in found if isinstance(one, dict)]
