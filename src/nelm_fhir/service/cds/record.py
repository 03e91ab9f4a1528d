"""The record that a card is about: from what came along, else from the server of the EHR, else 412.

In: a request and the settings. Out: the bytes of one whole record. A server is asked only if its
base stands in the settings, and under the address that stands there; the lent token goes nowhere
else, and no redirect is followed.
Source: CDS Hooks 2.0 (412 Precondition Failed); interop 4, 11 (threats 15, 16).
"""

from contextlib import suppress
from http import HTTPStatus

from nelm_fhir.errors import ExchangeError, InputError, PartialRecord
from nelm_fhir.exchange.auth import Lent
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.gathered import Gathered
from nelm_fhir.exchange.hydration import hydrate
from nelm_fhir.exchange.origins import Address
from nelm_fhir.exchange.patience import NONE
from nelm_fhir.exchange.prefetched import Sent, completed, whole
from nelm_fhir.exchange.server import Limits, NoAuth, Server
from nelm_fhir.service.cds.request import CdsRequest
from nelm_fhir.service.cds.sending import sent_along
from nelm_fhir.service.cds.services import wanted
from nelm_fhir.service.cds.settings import Cds
from nelm_fhir.service.statuses import HttpFault


def record_of(request: CdsRequest, settings: Cds) -> bytes:
    """Return the record of the patient; it may wait for a server: call it in a thread.

    Raises HttpFault 412 where the data cannot be had.
    """
    sent = sent_along(request.patient, request.prefetch, wanted(settings))
    server = _server(request, settings)
    try:
        record = whole(sent)
    except PartialRecord as error:
        if server is None:
            raise _unmet(error.message, _no_server(request)) from None
        return _completed(sent, server, error.message)
    except ExchangeError as error:
        raise _unmet(error.message) from None
    if server is not None and record.lacking():
        _look_up(record, server)
    return record.bundle()


def _completed(sent: Sent, server: Server, lacking: str) -> bytes:
    try:
        with Client(server) as client:
            return completed(client, sent).bundle()
    except (ExchangeError, InputError) as error:
        raise _unmet(f"{lacking} The FHIR server of the EHR: {error.message}") from None


def _look_up(record: Gathered, server: Server) -> None:
    """Add what a whole record refers to, as far as the server gives it.

    Every search was answered, so nothing is hidden by a reference that leads nowhere: the reader
    names it.
    """
    with suppress(ExchangeError, InputError), Client(server) as client:
        hydrate(client, record)


def _server(request: CdsRequest, settings: Cds) -> Server | None:
    """Return the server that may be asked, under the address that was configured."""
    base = next((one for one in settings.servers if _is_same(one, request.server)), None)
    if base is None:
        return None
    seconds = settings.seconds
    return Server(
        base=base,
        auth=NoAuth() if request.token is None else Lent(request.token),
        limits=Limits(redirects=0, pages=200, connect=seconds, idle=seconds, answer=seconds),
        patience=NONE,
    )


def _is_same(configured: str, named: str | None) -> bool:
    try:
        return named is not None and _plain(configured) == _plain(named)
    except ValueError:
        return False


def _plain(text: str) -> tuple[str, str, str]:
    address = Address.of(text)
    return address.origin, address.path.rstrip("/"), address.query


def _no_server(request: CdsRequest) -> str:
    if request.server is None:
        return "Send all of it along, or fhirServer and fhirAuthorization."
    return "The fhirServer of the request is not one that this service may ask (--cds-server)."


def _unmet(message: str, remedy: str = "") -> HttpFault:
    return HttpFault(HTTPStatus.PRECONDITION_FAILED, "incomplete", message, remedy)
