"""Provenance that follows its result, where a server takes no transactions.

In: a row that landed and still owes its Provenance. Out: the row without the debt, or with it if
nobody knows. R4 gives Provenance no identifier, so one in doubt is found again by its target and
its moment. Source: interop 7 rule 8, terminology 6.4.
"""

from typing import Any

import orjson
from msgspec.structs import replace

from nelm_fhir.errors import ServerRefused, ServerUnavailable
from nelm_fhir.events import Event, event
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.paging import pages
from nelm_fhir.exchange.writing.moments import in_utc
from nelm_fhir.exchange.writing.place import Place
from nelm_fhir.ledger.results import Result

Json = dict[str, Any]
_TYPE = "Provenance"


def paid(client: Client, row: Result, place: Place, *, in_doubt: bool) -> Result:
    """Send the Provenance that a row owes; `in_doubt`: it may have been sent before."""
    told: Json = orjson.loads(row.owed)
    target = f"{place.type}/{row.server_id}"
    body = {name: value for name, value in told.items() if name != "id"}
    body["target"] = [{"reference": target}]
    try:
        if not (in_doubt and _is_there(client, target, told["recorded"])):
            client.send("POST", _TYPE, body, accept=(200, 201), repeatable=False)
    except ServerUnavailable:
        return row
    except ServerRefused as error:
        event(Event.PROVENANCE_REFUSED, status=error.status or 0)
    return replace(row, owed=b"")


def _is_there(client: Client, target: str, recorded: str) -> bool:
    first = client.search(_TYPE, [("target", target)])
    found = [entry.get("resource", {}) for page in pages(client, first) for entry in _entries(page)]
    return any(in_utc(one.get("recorded", "")) == in_utc(recorded) for one in found)


def _entries(page: Json) -> list[Json]:
    return [entry for entry in page.get("entry", ()) if isinstance(entry, dict)]
