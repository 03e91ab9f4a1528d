"""What every door of one running service shares: knowledge, settings, time and the ledger."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.ledger.store import Ledger
from nelm_fhir.service.audit import NOWHERE, Audit
from nelm_fhir.service.messages.bell import Bell
from nelm_fhir.service.metrics import Metrics
from nelm_fhir.service.room import Room
from nelm_fhir.service.settings import Settings
from nelm_fhir.service.trust.gate import Gate
from nelm_fhir.service.turns import Turns


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True, slots=True)
class Site:
    """One running service.

    `ledger` is None where nothing is kept: then whatever needs one is refused. `now` gives the
    moment of writing, in UTC; `today` the as-of date where a request names none. `audit` notes who
    saw or wrote what, `metrics` counts; `turns` bound how many records are judged at once, `room`
    how much is held; `gate` finds out who asks; `bell` calls those who wait for work or for an
    answer.
    """

    catalogue: Catalogue
    settings: Settings
    ledger: Ledger | None = None
    now: Callable[[], datetime] = field(default=_now)
    audit: Audit = NOWHERE
    metrics: Metrics = field(default_factory=Metrics, repr=False, compare=False)
    turns: Turns = field(init=False, repr=False, compare=False)
    room: Room = field(init=False, repr=False, compare=False)
    gate: Gate = field(init=False, repr=False, compare=False)
    bell: Bell = field(default_factory=Bell, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make what belongs to one running service and follows from its settings."""
        object.__setattr__(self, "turns", Turns(self.settings.limits))
        object.__setattr__(self, "room", Room(self.settings.limits.held))
        trust, base, hooks = self.settings.trust, self.settings.base, self.settings.hooks
        object.__setattr__(self, "gate", Gate(trust, base, hooks=hooks))

    def today(self) -> date:
        """Return the as-of date of a request that names none: today where the service runs."""
        return self.now().astimezone().date()
