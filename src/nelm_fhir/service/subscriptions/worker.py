"""The thread that works off what subscriptions told: one record per patient, however many told.

Notifications are gathered for a moment, because one save in a chart touches many resources. Then
each patient's record is fetched once for all of them. What the server cannot give now waits; what
it refuses is told in the ledger and costs no other patient.
"""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from nelm_fhir.errors import AuthFailed, NelmError
from nelm_fhir.events import Event, event
from nelm_fhir.exchange.capability import Capability
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.server import Server
from nelm_fhir.ledger import hooks, messages
from nelm_fhir.ledger.messages import Ending, Message, State
from nelm_fhir.service.messages.accepting import Door, accept_work, ledger_of
from nelm_fhir.service.messages.answering import is_for_later
from nelm_fhir.service.messages.loop import Loop
from nelm_fhir.service.site import Site
from nelm_fhir.service.statuses import HttpFault, fault_of, outcome_of
from nelm_fhir.service.subscriptions.fetching import NOTHING, Upstream, judged, whom
from nelm_fhir.service.subscriptions.recovering import recovered
from nelm_fhir.service.subscriptions.tickets import Ticket, of_question, ticket_of
from nelm_fhir.writers.fhir_json import fhir_json

PUT_OFF: Final = 30.0
"""Seconds until what could not be done is tried again."""
ENDING: Final = 20.0
_PAUSE: Final = 0.25


class Listener:
    """Works off what subscriptions told, and notices which of them fell silent."""

    def __init__(self, site: Site, server: Server) -> None:
        self._site = site
        self._server = server
        self._ledger = ledger_of(site)
        self._until = 0.0
        self._began = site.now()
        self._loop = Loop(site.bell, self.step, "subscriptions", _PAUSE)

    def start(self) -> None:
        """Begin with whatever waits, and with what nobody could tell us while we were away."""
        for hook in self._site.settings.hooks.hooks:
            standing = hooks.of_name(self._ledger, hook.name)
            if hook.criteria and standing.heard:
                accept_work(self._site, of_question(hook.name, since=standing.heard))
        self._loop.start()

    def stop(self) -> None:
        """End what is being done, and keep the rest for the next start."""
        self._loop.stop()
        self._loop.join(ENDING)

    def step(self) -> bool:
        """Work off everything that was gathered; whether there was anything."""
        self._notice_silence()
        if time.monotonic() < self._until:
            return False
        waiting = messages.all_waiting(self._ledger, Door.SUBSCRIPTION)
        if not waiting or not self._is_settled(waiting):
            return False
        try:
            with Client(self._server) as client:
                self._work(Upstream(client, Capability.ask(client)), waiting)
        except (NelmError, HttpFault) as error:
            if isinstance(error, HttpFault) and not is_for_later(error):
                raise
            event(Event.WORK_PUT_OFF)
            self._until = time.monotonic() + PUT_OFF
        return True

    def _is_settled(self, waiting: Sequence[Message]) -> bool:
        received = datetime.fromisoformat(waiting[0].received)
        settle = timedelta(seconds=self._site.settings.hooks.settle)
        return self._site.now() - received >= settle

    def _work(self, upstream: Upstream, waiting: Sequence[Message]) -> None:
        tickets = [(one, ticket_of(one.body)) for one in waiting]
        questions = [one for one in tickets if one[1].is_question]
        if questions:
            self._ask(upstream, questions)
            return  # what they led to waits now, too, and may be about the same patients
        of_patients: dict[str, list[Message]] = {}
        for message, ticket in tickets:
            patient = self._whom(upstream, message, ticket)
            if patient is not None:
                of_patients.setdefault(patient, []).append(message)
        for patient, told in of_patients.items():
            self._judge(upstream, patient, told)

    def _ask(self, upstream: Upstream, questions: Sequence[tuple[Message, Ticket]]) -> None:
        """Ask every question once; of those since some moment the earliest holds the others."""
        asked: set[tuple[str, int, int]] = set()
        for message, ticket in sorted(questions, key=lambda one: one[1].since):
            ending, what = NOTHING, (ticket.hook, ticket.first, ticket.last)
            if what not in asked:
                asked.add(what)
                ending = self._answered(upstream, ticket)
            self._finish(message, ending)

    def _answered(self, upstream: Upstream, ticket: Ticket) -> Ending:
        """Ask one question and keep what it led to."""
        hook = self._site.settings.hooks.named(ticket.hook)
        if hook is None:  # it was taken out of the settings since
            return NOTHING
        moment = self._site.now().isoformat()
        try:
            standing = hooks.of_name(self._ledger, ticket.hook)
            for work in recovered(upstream.client, hook, standing, ticket):
                accept_work(self._site, work)
        except (NelmError, HttpFault) as error:
            return _ended(error)
        hooks.asked(self._ledger, ticket.hook, moment)
        return NOTHING

    def _whom(self, upstream: Upstream, message: Message, ticket: Ticket) -> str | None:
        """Return whom a change is about; None where it ended here."""
        try:
            patient = whom(self._site, upstream, ticket)
        except (NelmError, HttpFault) as error:
            self._finish(message, _ended(error))
            return None
        if not patient:
            self._finish(message, NOTHING)
        return patient or None

    def _judge(self, upstream: Upstream, patient: str, told: Sequence[Message]) -> None:
        try:
            ending = judged(self._site, upstream, patient)
        except (NelmError, HttpFault) as error:
            ending = _ended(error)
        newest = told[-1]
        self._finish(newest, ending)
        for message in told[:-1]:
            self._finish(message, Ending(ending.state, ending.status, ending.answer))

    def _finish(self, message: Message, ending: Ending) -> None:
        moment = self._site.now().isoformat()
        state = messages.finish(self._ledger, message, ending, moment)
        event(Event.WORK_DONE, state=state)

    def _notice_silence(self) -> None:
        """Ask for what was missed of subscriptions that gave no sign of life for two periods."""
        now = self._site.now()
        for hook in self._site.settings.hooks.hooks:
            standing = hooks.of_name(self._ledger, hook.name)
            if not hook.heartbeat or standing.missed:
                continue
            heard = datetime.fromisoformat(standing.heard) if standing.heard else self._began
            if now - heard > 2 * timedelta(seconds=hook.heartbeat):
                event(Event.HOOK_SILENT, seconds=(now - heard).total_seconds())
                hooks.silent(self._ledger, hook.name, now.isoformat())
                accept_work(self._site, of_question(hook.name, since=heard.isoformat()))


def _ended(error: NelmError | HttpFault) -> Ending:
    """Return an error as an ending; raises it where another moment, or a new token, changes it."""
    if is_for_later(error) or isinstance(error, AuthFailed):
        raise error
    fault = fault_of(error)
    return Ending(State.FAILED, fault.status, fhir_json(outcome_of(fault)))
