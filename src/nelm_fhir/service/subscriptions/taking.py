"""What a notification leads to: work in the ledger, and how far its subscription was heard.

In: a notification of a subscription. Out: nothing; when it returns, everything it told of is on the
disk. Numbers that were left out are asked for, so that a lost notification loses nothing; numbers
that come again are known. What came first is noted last: a kill in between lets the server send it
again. Source: Subscriptions R5 Backport, errors; interop 3.
"""

from uuid import uuid4

from nelm_fhir.events import Event, event
from nelm_fhir.ledger import hooks
from nelm_fhir.ledger.hooks import Hook as Standing
from nelm_fhir.ledger.store import Ledger
from nelm_fhir.service.messages.accepting import Work, accept_work, ledger_of
from nelm_fhir.service.site import Site
from nelm_fhir.service.subscriptions.notification import Kind, Notification
from nelm_fhir.service.subscriptions.settings import Hook
from nelm_fhir.service.subscriptions.tickets import of_event, of_question, of_version


def take(site: Site, hook: Hook, told: Notification) -> None:
    """Take a notification; it waits for the disk, so call it in a thread."""
    ledger = ledger_of(site)
    standing = hooks.of_name(ledger, hook.name)
    event(Event.HOOK_HEARD, kind=told.kind, events=len(told.events))
    if told.kind is Kind.HANDSHAKE:
        _handshake(site, ledger, standing, told)
    elif told.kind is Kind.EVENT:
        _events(site, ledger, standing, hook, told)
    elif told.since_start is not None:
        _up_to(site, ledger, standing, told.since_start)
    hooks.heard(ledger, hook.name, site.now().isoformat())


def take_resource(site: Site, hook: Hook, focus: str, version: str, patient: str) -> None:
    """Take what a rest-hook of R4 tells: a resource that changed."""
    ledger = ledger_of(site)
    event(Event.HOOK_HEARD, kind=Kind.EVENT, events=1)
    accept_work(site, of_version(hook.name, focus, version, patient if hook.believes else ""))
    hooks.heard(ledger, hook.name, site.now().isoformat())


def take_hint(site: Site, hook: Hook) -> None:
    """Take a notification that tells nothing but that something changed."""
    ledger = ledger_of(site)
    standing = hooks.of_name(ledger, hook.name)
    event(Event.HOOK_HEARD, kind=Kind.EVENT, events=0)
    accept_work(site, of_question(hook.name, since=standing.asked or standing.heard))
    hooks.heard(ledger, hook.name, site.now().isoformat())


def _handshake(site: Site, ledger: Ledger, standing: Standing, told: Notification) -> None:
    """Begin to count; one that was counted already and begins anew may have lost something."""
    count = told.since_start or 0
    if not standing.heard:
        hooks.begin(ledger, standing.name, str(uuid4()), count)
    elif count < standing.last:
        accept_work(site, of_question(standing.name, since=standing.heard))
        hooks.begin(ledger, standing.name, str(uuid4()), count)
    else:
        _up_to(site, ledger, standing, count)


def _events(site: Site, ledger: Ledger, standing: Standing, hook: Hook, told: Notification) -> None:
    numbers = told.numbers
    if not numbers:
        take_hint(site, hook)
        return
    if not standing.heard:
        hooks.begin(ledger, standing.name, str(uuid4()), numbers[0] - 1)
        standing = hooks.of_name(ledger, standing.name)
    _up_to(site, ledger, standing, numbers[0] - 1)
    for one in told.events:
        accept_work(site, _work(standing, hook, one.number, one.focus, one.patient))
    hooks.advance(ledger, standing.name, numbers[-1])


def _work(standing: Standing, hook: Hook, number: int, focus: str, patient: str) -> Work:
    if focus:
        return of_event(standing, number, focus, patient if hook.believes else "")
    return of_question(standing.name, first=number, last=number, since=standing.heard)


def _up_to(site: Site, ledger: Ledger, standing: Standing, number: int) -> None:
    """Ask for every event up to a number that never came."""
    first = standing.last + 1
    if number < first:
        return
    event(Event.HOOK_GAP, events=number - standing.last)
    question = of_question(standing.name, first=first, last=number, since=standing.heard)
    accept_work(site, question)
    hooks.advance(ledger, standing.name, number)
