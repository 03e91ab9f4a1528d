"""The one entry for work that is to survive: kept in the ledger before anybody is told.

In: what a door took (`Work`). Out: `Accepted`, new or known. Raises HttpFault 409 where its name is
known with other content, 429 where too many wait, 501 where the service keeps no ledger.
"""

import secrets
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from nelm_fhir.events import Event, event
from nelm_fhir.ledger import messages
from nelm_fhir.ledger.messages import Accepted, Message, Reception
from nelm_fhir.ledger.store import Ledger
from nelm_fhir.service.site import Site
from nelm_fhir.service.statuses import HttpFault

AGAIN: Final = "30"
"""Seconds after which fewer may wait."""
_JOB_BYTES: Final = 24


class Door(StrEnum):
    """Where work came in; it decides what is done with it."""

    MESSAGE = "message"
    EVALUATE = "evaluate"
    SUBSCRIPTION = "subscription"


@dataclass(frozen=True, slots=True)
class Work:
    """What a door took.

    `key` names it for good, `content` is the digest of what it says, `source` whose names of
    patients it uses, `event` its moment in UTC, `wish` what the door wants to remember beside the
    body, `reply_to` where the answer is owed. `as_of` None is today.
    """

    door: Door
    key: str
    content: str
    body: bytes
    source: str = ""
    event: str = ""
    wish: bytes = b""
    reply_to: str = ""
    as_of: date | None = None


def accept_work(site: Site, work: Work) -> Accepted:
    """Keep work; when this returns it is on the disk, so call it in a thread."""
    ledger = ledger_of(site)
    most = site.settings.messaging.waiting
    taken = messages.accept(ledger, _message(site, work), most)
    event(Event.WORK_ACCEPTED, door=work.door, reception=taken.reception)
    if taken.reception is Reception.CONFLICT:
        raise _conflict()
    if taken.reception is Reception.FULL:
        raise _too_many(most)
    if taken.reception is Reception.NEW:
        site.bell.ring()
    return taken


def ledger_of(site: Site) -> Ledger:
    """Return the ledger; raises HttpFault 501 where nothing is kept."""
    if site.ledger is None:
        raise HttpFault(
            501,
            "not-supported",
            "This service keeps nothing, so it takes no work for later.",
            "Ask at $nelm-evaluate, or have the service started with --ledger FILE.",
        )
    return site.ledger


def _message(site: Site, work: Work) -> Message:
    return Message(
        key=f"{work.door}:{work.key}",
        content=work.content,
        job=secrets.token_urlsafe(_JOB_BYTES),
        door=work.door,
        as_of=work.as_of or site.today(),
        received=site.now().isoformat(),
        source=work.source,
        event=work.event,
        wish=work.wish,
        body=work.body,
        reply_to=work.reply_to,
    )


def _conflict() -> HttpFault:
    return HttpFault(
        409,
        "duplicate",
        "A message of this name was taken before and held something else.",
        "Give each message a MessageHeader.id of its own; send one again unchanged.",
    )


def _too_many(most: int) -> HttpFault:
    return HttpFault(
        429,
        "throttled",
        f"{most} messages are waiting, and no more are taken.",
        "Send it again later; nothing of it was kept.",
        headers={"Retry-After": AGAIN},
    )
