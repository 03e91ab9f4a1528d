"""What is to be done about a subscription, as it stands in the ledger until it is done.

A ticket is either something that changed (`focus`), or a question for what was missed: the events
of some numbers (`first` to `last`), or else everything since a moment (`since`).
"""

import hashlib
from typing import Final
from uuid import uuid4

import msgspec
from msgspec import Struct

from nelm_fhir.ledger.hooks import Hook as Standing
from nelm_fhir.service.messages.accepting import Door, Work


class Ticket(Struct, frozen=True, omit_defaults=True):
    """What is to be done; `patient` is whom the focus is about, where that was believed."""

    hook: str
    focus: str = ""
    patient: str = ""
    first: int = 0
    last: int = 0
    since: str = ""

    @property
    def is_question(self) -> bool:
        """Whether the server is to be asked what was missed."""
        return not self.focus


_READ: Final = msgspec.json.Decoder(Ticket)


def ticket_of(body: bytes) -> Ticket:
    """Return the ticket that a message of the ledger holds."""
    return _READ.decode(body)


def of_event(standing: Standing, number: int, focus: str, patient: str) -> Work:
    """Return the work of one event; the same event is the same work, however often it comes."""
    ticket = Ticket(standing.name, focus, patient)
    return _work(f"{standing.name}#{standing.epoch}#{number}#{focus}", ticket)


def of_version(name: str, focus: str, version: str, patient: str) -> Work:
    """Return the work of a version of a resource that a rest-hook of R4 told of."""
    return _work(f"{name}#{focus}#{version or uuid4()}", Ticket(name, focus, patient))


def of_question(name: str, *, first: int = 0, last: int = 0, since: str = "") -> Work:
    """Return the work of asking the server what was missed."""
    asked = f"{first}-{last}" if first else since or "all"
    return _work(f"{name}?{asked}#{uuid4()}", Ticket(name, first=first, last=last, since=since))


def _work(key: str, ticket: Ticket) -> Work:
    # whose name it is decides what it says: a patient that came along is no other content
    said = hashlib.sha256(f"{ticket.hook}\n{ticket.focus}".encode()).hexdigest()
    body = msgspec.json.encode(ticket)
    return Work(door=Door.SUBSCRIPTION, key=key, content=said, body=body)
