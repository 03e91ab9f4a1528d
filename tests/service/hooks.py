"""A service that listens to subscriptions of a FHIR server of the test."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from tests.servers.fhir_store import FhirStore
from tests.servers.local import Asked, Local
from tests.servers.waiting import until
from tests.service.conftest import running
from tests.service.messages import FHIR_JSON

from nelm_fhir.exchange.patience import NONE
from nelm_fhir.exchange.server import Server
from nelm_fhir.ledger import messages, newest
from nelm_fhir.ledger.store import Ledger
from nelm_fhir.service.settings import Settings
from nelm_fhir.service.site import Site
from nelm_fhir.service.subscriptions.settings import Hook, Hooks

NAME = "records"


@dataclass
class Listening:
    """The service, its ledger, and the server it fetches from."""

    base: str
    ledger: Ledger
    server: Local

    def send(
        self, body: bytes = b"", path: str = f"/{NAME}", method: str = "POST", **headers: str
    ) -> requests.Response:
        address = f"{self.base}/hooks/subscription{path}"
        return requests.request(
            method, address, data=body, headers={**FHIR_JSON, **headers}, timeout=10
        )

    def done(self) -> None:
        """Wait until nothing waits any more."""
        until(lambda: messages.waiting(self.ledger) == 0)

    def standing(self) -> list[tuple[str, str]]:
        return [(one.patient, one.verdict) for one in newest.every(self.ledger)]

    def fetched(self) -> list[str]:
        """Whose records were fetched, in order."""
        paths = [one.path for one in self.server.asked if one.path.endswith("/$everything")]
        return [path.removeprefix("/fhir/").removesuffix("/$everything") for path in paths]

    def asked(self, part: str) -> list[Asked]:
        return [one for one in self.server.asked if part in one.target]


@contextmanager
def listening(catalogue: Any, path: Path, fhir: FhirStore, **more: Any) -> Iterator[Listening]:
    """Serve; `hook` are fields of the subscription, the rest those of all."""
    hook = Hook(NAME, **{"subscription": "s-1", "criteria": "Condition?", **more.pop("hook", {})})
    with ExitStack() as stack:
        ledger = stack.enter_context(Ledger.open(path / "ledger.sqlite", exclusive=True))
        server = stack.enter_context(Local(fhir))
        settings = Settings(
            sets=("optn",),
            server=Server(server.base, patience=NONE),
            hooks=Hooks((hook,), **{"settle": 0.0, **more}),
        )
        base = stack.enter_context(running(Site(catalogue, settings, ledger)))
        yield Listening(base, ledger, server)
