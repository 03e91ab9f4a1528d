"""Threads that judge what was accepted, one message after the other, until the service ends.

What was accepted and not answered when the program ended, however it ended, stands in the ledger as
it was accepted and is taken up again at the next start. A message that cannot be judged at this
moment goes on waiting, and no other waits for it.
"""

import threading
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from nelm_fhir.events import Event, defect, event
from nelm_fhir.ledger import messages
from nelm_fhir.ledger.messages import Ending, Message, State
from nelm_fhir.service.messages.accepting import Door, ledger_of
from nelm_fhir.service.messages.answering import answer_message, is_for_later
from nelm_fhir.service.messages.later import evaluate_kept
from nelm_fhir.service.messages.loop import Loop
from nelm_fhir.service.numbering import begin, current, numbers_of
from nelm_fhir.service.site import Site
from nelm_fhir.service.statuses import DEFECT, fault_of, outcome_of
from nelm_fhir.writers.fhir_json import fhir_json

Answering = Callable[[Site, Message], Ending]
WORK: Final[Mapping[str, Answering]] = MappingProxyType(
    {Door.MESSAGE: answer_message, Door.EVALUATE: evaluate_kept}
)
"""What is done with a message, by the door where it came in."""
PUT_OFF: Final = 30.0
"""Seconds until a message is tried again that could not be judged."""
ENDING: Final = 20.0
"""Seconds that the end of the service waits for what is being judged."""


class Worker:
    """The threads of one service."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._ledger = ledger_of(site)
        self._turn = threading.Lock()
        self._busy: set[int] = set()
        self._put_off: dict[int, float] = {}
        self._loops = [
            Loop(site.bell, self.step, f"messages-{number}")
            for number in range(site.settings.messaging.threads)
        ]

    def start(self) -> None:
        """Begin with whatever waits."""
        for loop in self._loops:
            loop.start()

    def stop(self) -> None:
        """End what is being judged, and keep the rest for the next start."""
        for loop in self._loops:
            loop.stop()
        for loop in self._loops:
            loop.join(ENDING)

    def step(self) -> bool:
        """Judge the message that waits longest; whether there was one."""
        message = self._taken()
        if message is None:
            return False
        try:
            self._work(message)
        finally:
            with self._turn:
                self._busy.discard(message.number)
        return True

    def _taken(self) -> Message | None:
        with self._turn:
            now = time.monotonic()
            self._put_off = {one: when for one, when in self._put_off.items() if when > now}
            message = messages.next_waiting(
                self._ledger, tuple(WORK), self._busy | self._put_off.keys()
            )
            if message is not None:
                self._busy.add(message.number)
            return message

    def _work(self, message: Message) -> None:
        begin(numbers_of({}))
        try:
            ending = WORK[message.door](self._site, message)
        except Exception as error:  # noqa: BLE001 - a defect is an answer, too: nobody waits for ever
            if is_for_later(error):
                self._later(message)
                return
            fault = fault_of(error)
            if fault.status == DEFECT:
                defect(current().number, error)
            ending = Ending(State.FAILED, fault.status, fhir_json(outcome_of(fault)))
        state = messages.finish(self._ledger, message, ending, self._site.now().isoformat())
        event(Event.WORK_DONE, state=state)
        self._site.bell.answered(message.job)
        if message.reply_to:
            self._site.bell.ring()

    def _later(self, message: Message) -> None:
        event(Event.WORK_PUT_OFF)
        with self._turn:
            self._put_off[message.number] = time.monotonic() + PUT_OFF
