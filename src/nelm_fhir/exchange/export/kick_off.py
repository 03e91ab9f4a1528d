"""Starting an export: the answer is the address at which its state is asked.

In: a client and what is wanted. Out: the status URL. In "auto" a GET is tried first, because some
servers require it; one that refuses types which name no patient is asked without them, and one that
does not know the GET is asked by POST.
Source: Bulk Data Access, "Bulk Data Kick-off Request"; interop 5.
"""

from collections.abc import Collection
from http import HTTPStatus
from typing import Final

from nelm_fhir.errors import ExportFailed
from nelm_fhir.events import Event, event
from nelm_fhir.exchange.answer import Answer, refusal
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.export.request import ExportRequest

AUTO: Final = "auto"
GET: Final = "get"
POST: Final = "post"

_ASYNC: Final = {"Prefer": "respond-async"}
_NOT_BY_GET: Final = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.METHOD_NOT_ALLOWED,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        HTTPStatus.NOT_IMPLEMENTED,
    }
)


def kick_off(client: Client, wanted: ExportRequest, method: str = AUTO) -> str:
    """Start an export and return its status URL; raises ExchangeError."""
    if method == POST:
        return _status_url(client, _posted(client, wanted))
    narrow = wanted.of_patients
    declined = _NOT_BY_GET if method == AUTO else frozenset[HTTPStatus]()
    refused = {HTTPStatus.BAD_REQUEST} if narrow is not None else frozenset[HTTPStatus]()
    answer = _got(client, wanted, declined | refused)
    if answer.status == HTTPStatus.BAD_REQUEST and narrow is not None:
        answer = _got(client, narrow, declined)
        event(Event.EXPORT_NARROWED, status=answer.status)
    if answer.status == HTTPStatus.ACCEPTED:
        return _status_url(client, answer)
    return _status_url(client, _posted(client, wanted))


def _got(client: Client, wanted: ExportRequest, declined: Collection[int]) -> Answer:
    return client.get(wanted.query, accept={HTTPStatus.ACCEPTED, *declined}, headers=_ASYNC)


def _posted(client: Client, wanted: ExportRequest) -> Answer:
    # Not repeatable: an export that was started unseen would hold the only place for hours.
    return client.send(
        "POST",
        wanted.path,
        wanted.parameters,
        accept={HTTPStatus.ACCEPTED},
        headers=_ASYNC,
        repeatable=False,
    )


def _status_url(client: Client, answer: Answer) -> str:
    if answer.status != HTTPStatus.ACCEPTED:
        raise refusal(answer, "the start of an export")
    link = answer.headers.get("content-location")
    if not link:
        raise ExportFailed(
            "The server accepted an export and did not say where to ask for its state.",
            "Ask whoever runs the server: Content-Location is missing.",
            answer.status,
        )
    return client.url(link)
