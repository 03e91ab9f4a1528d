"""The answers of the doors that take messages: the kept one, an acknowledgment, or "not yet".

In: a message of the ledger. Out: the response. The same message gives the same bytes, always.
Source: FHIR Bulk Data, asynchronous request pattern; interop 1.
"""

from typing import Final

from starlette.responses import Response

from nelm_fhir.core.issues import Issue, Severity
from nelm_fhir.ledger.messages import Message, State
from nelm_fhir.service.accepting import FHIR_TYPE
from nelm_fhir.service.site import Site
from nelm_fhir.service.statuses import HttpFault
from nelm_fhir.writers.fhir_json import fhir_json
from nelm_fhir.writers.operation_outcome import operation_outcome

ACCEPTED: Final = 202
SOON: Final = "2"
"""Seconds after which to ask again."""
_LOCATION: Final = "Content-Location"
_TAKEN: Final = Issue(
    Severity.INFORMATION,
    "message-accepted",
    "informational",
    "",
    "The message was kept and will be judged; its answer will be at the address of "
    "Content-Location.",
)


def status_address(site: Site, message: Message) -> str:
    """Return where the answer of a message is asked for."""
    return f"{site.settings.base}/jobs/{message.job}"


def kept_answer(site: Site, message: Message, media_type: str = FHIR_TYPE) -> Response:
    """Return the answer of a message that is done; HttpFault 410 where it was deleted."""
    if message.state is State.CANCELLED:
        raise HttpFault(
            410,
            "deleted",
            "The answer to this message was deleted by whoever asked for it.",
            "Send the record again under another MessageHeader.id.",
        )
    where = {_LOCATION: status_address(site, message)}
    return Response(message.answer, message.status, where, media_type=media_type)


def acknowledgment(
    site: Site, message: Message, status: int = ACCEPTED, media_type: str = FHIR_TYPE
) -> Response:
    """Say that a message was kept, before anybody has judged it."""
    where = {_LOCATION: status_address(site, message)}
    return Response(fhir_json(operation_outcome([_TAKEN])), status, where, media_type=media_type)


def not_yet(message: Message) -> Response:
    """Say that there is no answer yet, and when to ask again."""
    progress = {"X-Progress": f"{message.door} waiting", "Retry-After": SOON}
    return Response(b"", ACCEPTED, progress)
