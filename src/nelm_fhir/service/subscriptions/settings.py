"""Which subscriptions are listened to, and how much of them is believed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nelm_fhir.assessment.result import Assessment
from nelm_fhir.errors import NelmError
from nelm_fhir.pipeline import Read

if TYPE_CHECKING:
    from nelm_fhir.exchange.patient_record import Fetched

Writes = Callable[["Fetched", Read, Assessment], NelmError | None]
"""Writes the results of a fetched record to its server; returns what went wrong."""


@dataclass(frozen=True, slots=True)
class Hook:
    """One subscription.

    `name` is the end of its address here, `subscription` its id at the server, `criteria` the
    search by which it is asked what we missed (`Observation?code=..`). Notifications carry `secret`
    in the header `header`; without one whatever they say is only a hint of what to fetch, and with
    one `full` believes whom a resource is about. `heartbeat` are the seconds between two signs of
    life, 0 without any.
    """

    name: str
    subscription: str = ""
    criteria: str = ""
    header: str = ""
    secret: str = field(default="", repr=False)
    full: bool = False
    heartbeat: float = 0.0

    @property
    def believes(self) -> bool:
        """Whether a notification is believed whom a resource is about."""
        return self.full and bool(self.secret)


@dataclass(frozen=True, slots=True)
class Hooks:
    """All subscriptions of one service.

    `per_minute` notifications of each are taken, `settle` are the seconds that notifications are
    gathered before anything is fetched. `write` writes results back, None where nothing is written.
    """

    hooks: tuple[Hook, ...] = ()
    per_minute: int = 600
    settle: float = 2.0
    write: Writes | None = None

    def named(self, name: str) -> Hook | None:
        """Return the subscription with that address, None if there is none."""
        return next((one for one in self.hooks if one.name == name), None)
