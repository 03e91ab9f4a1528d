"""Whether the service can do its work now: the ledger, and the FHIR server behind it.

In: a site. Out: what is there and what is not, in fixed words. The answer is kept for a few
seconds: whoever asks often does not make us ask the server as often.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from nelm_fhir.errors import NelmError
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.patience import NONE
from nelm_fhir.exchange.server import Limits, Server
from nelm_fhir.ledger.store import Ledger
from nelm_fhir.service.site import Site

FRESH: Final = 5.0
"""Seconds for which an answer holds."""
_SHORT: Final = Limits(answer_bytes=16_000_000, connect=2, idle=3, answer=5)


@dataclass(frozen=True, slots=True)
class Readiness:
    """What was found of each thing the service needs; "off" is what it was told to do without."""

    ledger: str
    fhir_server: str

    @property
    def is_ready(self) -> bool:
        """Whether nothing that is needed is missing."""
        return "down" not in (self.ledger, self.fhir_server)


class Watch:
    """Looks, at most every few seconds."""

    def __init__(self, site: Site, clock: Callable[[], float] = time.monotonic) -> None:
        self._site = site
        self._clock = clock
        self._turn = threading.Lock()
        self._until = 0.0
        self._found: Readiness | None = None

    def look(self) -> Readiness:
        """Return what is there. It asks disk and network: call it in a thread."""
        with self._turn:
            if self._found is None or self._clock() >= self._until:
                self._found = _looked(self._site)
                self._until = self._clock() + FRESH
            return self._found


def _looked(site: Site) -> Readiness:
    ledger, server = site.ledger, site.settings.server
    return Readiness(
        ledger="off" if ledger is None else _state(lambda: _ask_ledger(ledger)),
        fhir_server="off" if server is None else _state(lambda: _ask_server(server)),
    )


def _state(ask: Callable[[], None]) -> str:
    try:
        ask()
    except NelmError:
        return "down"
    return "up"


def _ask_ledger(ledger: Ledger) -> None:
    with ledger.transaction():
        ledger.first("SELECT 1")


def _ask_server(server: Server) -> None:
    with Client(replace(server, patience=NONE, limits=_SHORT)) as client:
        client.get("metadata")
