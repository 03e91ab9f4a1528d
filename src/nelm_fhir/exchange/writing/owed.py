"""Provenance on a server: once for each result that landed, and for nothing else.

In: a row that landed and still owes its Provenance, or what went along with a result that somebody
else wrote first. R4 gives Provenance no identifier: where a server takes an id of ours it is put
under one that its content gives; elsewhere one in doubt is found again by its target and moment.
Source: interop 7 rule 8, terminology 6.4.
"""

from http import HTTPStatus
from typing import Any, Final

import orjson
from msgspec.structs import replace

from nelm_fhir.errors import ServerRefused, ServerUnavailable
from nelm_fhir.events import Event, event
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.paging import pages
from nelm_fhir.exchange.writing.moments import in_utc
from nelm_fhir.exchange.writing.place import Place
from nelm_fhir.ledger.results import Result
from nelm_fhir.writers.bundle import creating, found_again
from nelm_fhir.writers.fhir_json import fhir_json
from nelm_fhir.writers.identity import uuid_of

Json = dict[str, Any]
_TYPE: Final = "Provenance"
_ANYHOW: Final = (
    *(HTTPStatus.OK, HTTPStatus.ACCEPTED, HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND),
    *(HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.CONFLICT, HTTPStatus.GONE),
)


def told_once(told: Json, place: Place) -> Json:
    """Return the entry of a Provenance that stands there once however often it is sent.

    Under an id of ours where the server takes one, else guarded by a tag, if it can guard.
    """
    if place.named_provenance:
        return creating(told) | {"request": {"method": "PUT", "url": f"{_TYPE}/{told['id']}"}}
    return found_again(told) if place.guarded_provenance else creating(told)


def by_content(told: Json, place: Place) -> Json:
    """Return the Provenance under an id that its content gives, all but the moment.

    So two writers of the very same result leave one account of it. Two carriers of one result have
    one id before they are sent, so the strategy counts as well.
    """
    lasting = {name: value for name, value in told.items() if name not in {"id", "recorded"}}
    return told | {"id": uuid_of(f"{place.strategy.name}\n{fhir_json(lasting).decode()}")}


def paid(client: Client, row: Result, place: Place, *, in_doubt: bool) -> Result:
    """Send the Provenance that a row owes; `in_doubt`: it may have been sent before."""
    told: Json = orjson.loads(row.owed)
    target = f"{place.type}/{row.server_id}"
    try:
        if not (in_doubt and _is_there(client, target, told)):
            _send(client, told | {"target": [{"reference": target}]}, place)
    except ServerUnavailable:
        return row
    except ServerRefused as error:
        event(Event.PROVENANCE_REFUSED, status=error.status or 0)
    return replace(row, owed=b"")


def take_back(client: Client, target: str, told: str, *, ours: bool) -> None:
    """Take back a Provenance that went along with a create which found the result there already.

    `ours`: what stands there is what was sent. Then it was sent twice on the way, and one that is
    alone stays.
    """
    if not told or (ours and len(_of(client, target)) == 1):
        return
    client.send("DELETE", f"{_TYPE}/{told}", None, accept=_ANYHOW, repeatable=True)


def _send(client: Client, told: Json, place: Place) -> None:
    entry = told_once(told, place)
    request, body = entry["request"], entry["resource"]
    if request["method"] == "POST":
        body = {name: value for name, value in body.items() if name != "id"}
    guard = {"If-None-Exist": request["ifNoneExist"]} if "ifNoneExist" in request else {}
    client.send(
        request["method"],
        request["url"],
        body,
        accept=(HTTPStatus.OK, HTTPStatus.CREATED),
        headers=guard,
        repeatable=request["method"] == "PUT",
    )


def _is_there(client: Client, target: str, told: Json) -> bool:
    """Whether the result is told of: a new one at all, a later version by this very account."""
    there, revised = _of(client, target), _revised(told)
    if not revised:
        return bool(there)
    moment = in_utc(told["recorded"])
    return any(
        in_utc(str(one.get("recorded", ""))) == moment and _revised(one) == revised for one in there
    )


def _revised(told: Json) -> set[str]:
    """Return the versions that a Provenance says were revised, without the server's address."""
    what = [one.get("what", {}) for one in told.get("entity", ()) if one.get("role") == "revision"]
    return {"/".join(str(one.get("reference", "")).rsplit("/", 4)[-4:]) for one in what}


def _of(client: Client, target: str) -> list[Json]:
    first = client.search(_TYPE, [("target", target)])
    entries = [entry for page in pages(client, first) for entry in page.get("entry", ())]
    found = [entry.get("resource") for entry in entries if isinstance(entry, dict)]
    return [one for one in found if isinstance(one, dict) and one.get("resourceType") == _TYPE]
