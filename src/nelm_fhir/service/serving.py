"""Serve the application on an address until a signal ends it.

In: a site and a socket that listens. SIGTERM and SIGINT take no further connection, finish the
requests that have begun, and end. Nothing but our own door writes to the log: what the server says
of itself may hold addresses and values.
"""

import logging
import signal
import socket
from ipaddress import ip_address
from types import FrameType
from typing import Final

import uvicorn

from nelm_fhir.errors import InputError
from nelm_fhir.events import Event, event
from nelm_fhir.fhir_r4.models import validate
from nelm_fhir.service.app import application
from nelm_fhir.service.site import Site

KEEP_ALIVE: Final = 30
"""Seconds for which an idle connection is kept: engines send again and again."""
_BACKLOG: Final = 256


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens on the address; port 0 takes a free one. Raises InputError."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family, backlog=_BACKLOG)
    except OSError as error:
        what = error.strerror or "not possible"
        raise InputError(
            f"The address cannot be listened on: {what}.", "Choose another --host or --port."
        ) from None


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the host."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def configured(site: Site) -> uvicorn.Config:
    """Return how the application is served, wherever that is."""
    return uvicorn.Config(
        application(site),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=site.settings.limits.grace,
    )


def serve(site: Site, at: socket.socket) -> None:
    """Serve until SIGTERM or SIGINT; requests that have begun are finished first."""
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)
    _warmed()
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, _ended)  # the server raises it again when everything is finished
    event(Event.SERVICE_STARTED, port=at.getsockname()[1])
    uvicorn.Server(configured(site)).run(sockets=[at])
    event(Event.SERVICE_ENDED)


def _warmed() -> None:
    """Load what the first answer would wait for: the models that check what we write."""
    validate({"resourceType": "RiskAssessment"})
    validate({"resourceType": "OperationOutcome"})


def _ended(_signal: int, _frame: FrameType | None) -> None:
    """Let the program go on behind the server."""
