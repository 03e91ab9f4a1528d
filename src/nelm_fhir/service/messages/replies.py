"""Answers sent to where they are owed: the `response-url` of a message.

An address in a request may be anybody's, so only servers that were configured are ever asked, by
the client that is pinned to them (threat 16); others are refused before anything is kept. What does
not arrive is sent again after a while, at the next start, too; what is refused stays at `/jobs`. A
receiver may see an answer twice and knows it by `MessageHeader.response.identifier`.
"""

import time
from typing import Any, Final

from nelm_fhir.errors import ExchangeError, ServerUnavailable
from nelm_fhir.events import Event, event
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.server import Server
from nelm_fhir.fhir_r4 import strict
from nelm_fhir.ledger import messages
from nelm_fhir.ledger.messages import Message
from nelm_fhir.service.messages.accepting import ledger_of
from nelm_fhir.service.messages.loop import Loop
from nelm_fhir.service.site import Site
from nelm_fhir.service.statuses import HttpFault

TAKEN: Final = (200, 201, 202, 204)
ENDING: Final = 5.0
"""Seconds that the end of the service waits for what is being sent."""
PUT_OFF: Final = 60.0
"""Seconds until an answer is sent again that did not arrive."""


def allowed(site: Site, url: str) -> str:
    """Return the address if answers may be sent there, or none; raises HttpFault 403."""
    if url and _server_of(site, url) is None:
        raise HttpFault(
            403,
            "forbidden",
            "Answers are not sent to the address of response-url.",
            "Have it allowed (--reply-to), or ask for the answer at the address of "
            "Content-Location.",
            place="http.response-url",
        )
    return url


def _server_of(site: Site, url: str) -> Server | None:
    return next((one for one in site.settings.messaging.replies if _leads_to(one, url)), None)


def _leads_to(server: Server, url: str) -> bool:
    """Whether an absolute address lies within what was configured: its origin and path."""
    base = server.pin.base
    try:
        address = server.pin.url(url)
    except ExchangeError:
        return False
    within = f"{address.path}/".startswith(f"{base.path.rstrip('/')}/")
    return url.lower().startswith(("https://", "http://")) and (
        address.origin == base.origin and within
    )


class Replies:
    """Sends what is owed, in a thread of its own: a receiver that is slow stops nobody."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._ledger = ledger_of(site)
        self._put_off: dict[int, float] = {}
        self._loop = Loop(site.bell, self.step, "replies")

    def start(self) -> None:
        """Begin with whatever is owed."""
        self._loop.start()

    def stop(self) -> None:
        """End what is being sent, and keep the rest for the next start."""
        self._loop.stop()
        self._loop.join(ENDING)

    def step(self) -> bool:
        """Send one answer; whether one was owed that is not put off."""
        now = time.monotonic()
        due = (one for one in messages.owing(self._ledger) if self._is_due(one, now))
        message = next(due, None)
        if message is None:
            return False
        try:
            self._send(message)
        except ServerUnavailable:
            self._put_off[message.number] = now + PUT_OFF
            event(Event.WORK_PUT_OFF)
        except ExchangeError:
            messages.delivered(self._ledger, message)
            event(Event.REPLY_REFUSED)
        return True

    def _is_due(self, message: Message, now: float) -> bool:
        return self._put_off.get(message.number, now) <= now

    def _send(self, message: Message) -> None:
        server = _server_of(self._site, message.reply_to)
        if server is not None:  # the site may have taken it off the list since
            with Client(server) as client:
                # the receiver knows a message that comes twice by its id
                client.send(
                    "POST",
                    message.reply_to,
                    _resource(message.answer),
                    accept=TAKEN,
                    repeatable=True,
                )
            event(Event.REPLY_DELIVERED)
        messages.delivered(self._ledger, message)


def _resource(answer: bytes) -> dict[str, Any]:
    found: dict[str, Any] = strict.parse(answer)
    return found
