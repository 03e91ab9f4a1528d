"""What was missed of a subscription, asked for at its server: `$events`, else the search itself.

In: a question of the ledger. Out: the work it leads to. `$events` counts only if it brings every
number that was asked for; otherwise everything is searched that changed since the last sign of life
(a little earlier: two clocks never agree). What comes twice is known by event or version.
Source: Subscriptions R5 Backport, errors; interop 3.
"""

from datetime import datetime, timedelta
from typing import Final
from urllib.parse import parse_qsl

from nelm_fhir.errors import InputError, ServerRefused
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.searches import search
from nelm_fhir.fhir_r4 import strict
from nelm_fhir.fhir_r4.part import Entry
from nelm_fhir.ledger.hooks import Hook as Standing
from nelm_fhir.service.messages.accepting import Work
from nelm_fhir.service.subscriptions.notification import notification, patient_of
from nelm_fhir.service.subscriptions.settings import Hook
from nelm_fhir.service.subscriptions.tickets import Ticket, of_event, of_version

MOST: Final = 1000
"""Events that are asked for by number; a longer gap is a search."""
CLOCKS: Final = timedelta(minutes=2)
"""How far two clocks may be apart."""


def recovered(client: Client, hook: Hook, standing: Standing, ticket: Ticket) -> list[Work]:
    """Return the work that was missed.

    Raises ServerUnavailable where the server does not answer now, ServerRefused where it cannot be
    asked at all.
    """
    found = _by_events(client, hook, standing, ticket)
    return _by_search(client, hook, ticket) if found is None else found


def _by_events(client: Client, hook: Hook, standing: Standing, ticket: Ticket) -> list[Work] | None:
    """Return the events of the numbers; None where the server does not give all of them."""
    wanted = range(ticket.first, ticket.last + 1)
    if not (hook.subscription and ticket.first) or len(wanted) > MOST:
        return None
    span = f"eventsSinceNumber={ticket.first}&eventsUntilNumber={ticket.last}"
    try:
        told = notification(client.get(f"Subscription/{hook.subscription}/$events?{span}").body)
    except (InputError, ServerRefused):
        return None
    events = [one for one in told.events if one.number in wanted and one.focus]
    if len({one.number for one in events}) != len(wanted):
        return None
    return [of_event(standing, one.number, one.focus, one.patient) for one in events]


def _by_search(client: Client, hook: Hook, ticket: Ticket) -> list[Work]:
    kind, _, query = hook.criteria.partition("?")
    if not kind:
        raise ServerRefused(
            "What was missed of a subscription cannot be asked for.",
            "Give the subscription its criteria in the file of --hooks.",
        )
    parameters = parse_qsl(query)
    if ticket.since:
        since = datetime.fromisoformat(ticket.since) - CLOCKS
        parameters.append(("_lastUpdated", f"ge{since.isoformat(timespec='seconds')}"))
    found = search(client, kind, parameters)
    return [_changed(hook, entry.name, entry) for entry in found if entry.name]


def _changed(hook: Hook, name: str, entry: Entry) -> Work:
    try:
        resource = strict.read(entry.raw)
    except strict.Damaged:
        resource = {}
    meta = resource.get("meta")
    version = str(meta.get("versionId", "")) if isinstance(meta, dict) else ""
    return of_version(hook.name, name, version, patient_of(resource))
