"""Whom the worklist shows: the patients of the newest run, else those the service judged itself.

In: the ledgers of the site. Out: Population. The two are never mixed: a run is of one day and of
everybody, while messages and subscriptions tell of each patient at another moment, and what the
list shows has to be what the report behind it says (`whose.py` looks in the same order).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date

from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.ledger import newest as standing
from nelm_fhir.ledger.patients import worklist
from nelm_fhir.ledger.store import Ledger
from nelm_fhir.report.worklist_line import WorklistLine, decoded, order
from nelm_fhir.service.pages.runs import Newest, newest
from nelm_fhir.service.pages.wanted import Fault
from nelm_fhir.service.site import Site


@dataclass(frozen=True, slots=True)
class Population:
    """The lines in their order, and the criteria sets they were judged against.

    `as_of` is the day of a run; None where each line has a day of its own. `ambiguous` are names
    that several senders use: nobody can tell who is meant by one alone.
    """

    lines: Iterable[WorklistLine]
    sets: tuple[str, ...]
    as_of: date | None = None
    ambiguous: frozenset[str] = frozenset()


@contextmanager
def population(site: Site) -> Iterator[Population]:
    """Give whom the worklist shows. Raises Fault where nobody was judged, InputError."""
    with ExitStack() as stack:
        try:
            shown = _of_run(stack.enter_context(newest(site)))
        except Fault:
            own = _of_service(site.ledger, site.catalogue) if site.ledger is not None else None
            if own is None:
                raise
            shown = own
        yield shown


def _of_run(found: Newest) -> Population:
    asked = found.run.asked
    lines = map(decoded, worklist(found.ledger, found.run))
    return Population(lines, tuple(asked.options["sets"]), asked.as_of)


def _of_service(ledger: Ledger, catalogue: Catalogue) -> Population | None:
    """Return the patients of messages and subscriptions; None where there are none."""
    senders: dict[str, set[str]] = defaultdict(set)
    found = []
    for source, text in standing.lines(ledger):
        line = decoded(text)
        senders[line.patient].add(source)
        found.append(line)
    if not found:
        return None
    found.sort(key=lambda line: (order(line), line.patient))
    judged = dict.fromkeys(one.set for line in found for one in line.verdicts)
    sets = dict.fromkeys((*(name for name in catalogue.sets if name in judged), *judged))
    ambiguous = frozenset(name for name, known in senders.items() if len(known) > 1)
    return Population(tuple(found), tuple(sets), None, ambiguous)
