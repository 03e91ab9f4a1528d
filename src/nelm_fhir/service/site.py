"""What every door of one running service shares: knowledge, settings, time and the ledger."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.ledger.store import Ledger
from nelm_fhir.service.settings import Settings


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True, slots=True)
class Site:
    """One running service.

    `ledger` is None where nothing is kept: then whatever needs one is refused. `now` gives the
    moment of writing, in UTC; `today` the as-of date where a request names none.
    """

    catalogue: Catalogue
    settings: Settings
    ledger: Ledger | None = None
    now: Callable[[], datetime] = field(default=_now)

    def today(self) -> date:
        """Return the as-of date of a request that names none: today where the service runs."""
        return self.now().astimezone().date()
