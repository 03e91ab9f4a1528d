"""A whole ledger held against one server, for `nelm ledger verify` and `repair`.

In: a client and a ledger. Out: the findings of every strategy with which results were written to
that server, and what mending did about each.
"""

from collections.abc import Iterator
from datetime import datetime

from nelm_fhir.errors import ServerRefused, WriteRefused
from nelm_fhir.exchange.capability import Capability
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.writing.compare import Differs, Finding, findings, strangers, withdrawals
from nelm_fhir.exchange.writing.lookup import Lookup
from nelm_fhir.exchange.writing.mend import Mended, alarms_ended, mended
from nelm_fhir.exchange.writing.place import Place, place_of
from nelm_fhir.ledger.results import of_server
from nelm_fhir.ledger.store import Ledger


def places(client: Client, ledger: Ledger) -> list[Place]:
    """Return the server as the place of each strategy that the ledger has results of.

    Raises WriteRefused where the ledger has none, or the server offers one no longer.
    """
    names = sorted({row.strategy for row in of_server(ledger, client.base)})
    if not names:
        raise WriteRefused(
            "The ledger holds no results for this server.",
            "Name the server by the same address as when they were written.",
        )
    capability = Capability.ask(client)
    return [place_of(client.base, capability, name) for name in names]


def compared(client: Client, ledger: Ledger, place: Place) -> Iterator[Finding]:
    """Yield in what ledger and server differ about the results of one place."""
    lookup = Lookup(client, place)
    rows = [row for row in of_server(ledger, place.base) if row.strategy == place.strategy.name]
    yield from findings(rows, lookup, place)
    if place.searched_by != "identifier":
        return
    try:
        known = {*(row.key for row in rows), *withdrawals(rows, place).values()}
        yield from list(strangers(frozenset(known), lookup, place))
    except ServerRefused:
        return  # a server that cannot be asked for all of a system only shows what is known


def repaired(
    client: Client, ledger: Ledger, place: Place, moment: datetime
) -> Iterator[tuple[Finding, Mended]]:
    """Mend the ledger after one place, and yield what was done about each finding."""
    lookup = Lookup(client, place)
    doubled: set[str] = set()
    for finding in list(compared(client, ledger, place)):
        if finding.differs is Differs.DOUBLED and finding.row is not None:
            doubled.add(finding.row.patient)
        yield finding, mended(finding, ledger, lookup, moment)
    alarms_ended(ledger, place.base, frozenset(doubled))
