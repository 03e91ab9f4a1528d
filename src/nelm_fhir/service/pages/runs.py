"""The newest finished run of `nelm batch`, read beside whoever writes.

In: the ledger that the service was started with. Out: an open ledger and that run. It is opened for
each page and only to read, so that the next night's run can be written while the service is up.
Where there is no run, the pages go on with what the service judged itself.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from nelm_fhir.ledger.runs import BATCH, Run, finished
from nelm_fhir.ledger.store import Ledger
from nelm_fhir.service.pages.wanted import Fault
from nelm_fhir.service.site import Site

_NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class Newest:
    """The ledger and its newest finished run."""

    ledger: Ledger
    run: Run


def keeps_a_worklist(site: Site) -> bool:
    """Whether the service was started with a ledger, of a population or of its own."""
    return site.settings.worklist is not None or site.ledger is not None


@contextmanager
def newest(site: Site) -> Iterator[Newest]:
    """Give the newest finished run. Raises Fault where there is none, InputError for no ledger."""
    if not keeps_a_worklist(site):
        raise Fault("ledger", _NOT_FOUND)
    with ExitStack() as stack:
        ledger = site.ledger
        if site.settings.worklist is not None:
            ledger = stack.enter_context(Ledger.open(site.settings.worklist, exclusive=False))
        run = next(finished(ledger, BATCH), None) if ledger is not None else None
        if ledger is None or run is None:
            raise Fault("run", _NOT_FOUND)
        yield Newest(ledger, run)
