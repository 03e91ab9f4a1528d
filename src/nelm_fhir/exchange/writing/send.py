"""Parcels to a server, as many in one request as it takes, and what became of each.

In: parcels of one patient. Out: what became of each, as the answers come in. A request that was not
answered is never repeated here: whoever sent it asks the server first what it holds. In a
transaction the Provenance goes along and lands or falls with its result; where entries stand alone
it follows for what landed. Source: interop 7 rules 4, 6, 8, terminology 6.4.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from nelm_fhir.errors import ServerRefused, ServerUnavailable
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.writing.answers import (
    CONFLICTS,
    NOBODY_KNOWS,
    Came,
    Landed,
    came_of,
    of_bundle,
    of_request,
)
from nelm_fhir.exchange.writing.parcel import Parcel
from nelm_fhir.exchange.writing.place import Place, Way
from nelm_fhir.writers.bundle import bundle_of
from nelm_fhir.writers.bundle_kind import Kind
from nelm_fhir.writers.tags import is_test_data

Json = dict[str, Any]
_WRITTEN: Final = (HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.NO_CONTENT)


def request_bundle(parcels: Sequence[Parcel], place: Place, recorded: datetime) -> Json:
    """Return the Bundle that is sent for the parcels, exactly as it is sent.

    Single requests are shown as a batch of the same requests.
    """
    entries = [parcel.entry for parcel in parcels]
    entries += [parcel.provenance for parcel in parcels if parcel.provenance is not None]
    test_data = any(is_test_data(parcel.entry["resource"]) for parcel in parcels)
    kind: Kind = "transaction" if place.way is Way.TRANSACTION else "batch"
    return bundle_of(entries, kind, recorded, test_data=test_data)


def sent(
    client: Client, parcels: Sequence[Parcel], place: Place, recorded: datetime
) -> Iterator[tuple[Parcel, Landed]]:
    """Send the parcels and yield what became of each; raises AuthFailed."""
    if place.way is Way.SINGLE:
        for parcel in parcels:
            yield parcel, _one(client, parcel)
        return
    bundle = request_bundle(parcels, place, recorded)
    yield from zip(parcels, _together(client, parcels, bundle), strict=True)


def _together(client: Client, parcels: Sequence[Parcel], bundle: Json) -> list[Landed]:
    creates = [entry["request"]["method"] == "POST" for entry in bundle["entry"]]
    try:
        answer = client.send("POST", "", bundle, accept=(200, *CONFLICTS), repeatable=False)
    except ServerUnavailable:
        return [NOBODY_KNOWS] * len(parcels)
    except ServerRefused as error:
        return [Landed(_refusal(error), status=error.status)] * len(parcels)
    if answer.status in CONFLICTS:
        return [Landed(Came.CONFLICT, status=answer.status)] * len(parcels)
    try:
        landed = of_bundle(answer.json(), creates)
    except ServerRefused:
        return [NOBODY_KNOWS] * len(parcels)
    results, told = landed[: len(parcels)], landed[len(parcels) :]
    told += [NOBODY_KNOWS] * (len(results) - len(told))
    return [replace(one, told=other.id) for one, other in zip(results, told, strict=True)]


def _one(client: Client, parcel: Parcel) -> Landed:
    request = parcel.entry["request"]
    body = parcel.entry["resource"]
    if parcel.creates:
        body = {name: value for name, value in body.items() if name != "id"}
    guards = {"If-None-Exist": request.get("ifNoneExist"), "If-Match": request.get("ifMatch")}
    try:
        answer = client.send(
            request["method"],
            request["url"],
            body,
            accept=(*_WRITTEN, *CONFLICTS),
            headers={name: value for name, value in guards.items() if value},
            # an update that is guarded by its version lands once, however often it is sent
            repeatable="ifMatch" in request,
        )
    except ServerUnavailable:
        return NOBODY_KNOWS
    except ServerRefused as error:
        return Landed(_refusal(error), status=error.status)
    return of_request(answer, parcel.row.key, create=parcel.creates)


def _refusal(error: ServerRefused) -> Came:
    """An answer that cannot be read has no status of refusal: it may have landed."""
    return Came.UNKNOWN if error.status is None else came_of(error.status, create=False)
