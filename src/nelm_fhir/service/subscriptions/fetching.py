"""The record of a patient of whom something changed: fetched whole, judged, kept.

In: what changed. Out: whom it is about, and how that patient's record was judged. Only the server
that was configured is asked, for the whole record: a resource that came along is no record. The
moment of the judgment is the one before the server was asked, so that what changes meanwhile is
newer. Source: interop 3; 7, rules 3 and 10.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from nelm_fhir import pipeline
from nelm_fhir.exchange.capability import Capability
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.patient_record import fetch_record
from nelm_fhir.exchange.single import read
from nelm_fhir.exchange.writing.inputs import merged_people
from nelm_fhir.exchange.writing.moments import in_utc
from nelm_fhir.fhir_r4 import strict
from nelm_fhir.ledger.messages import Ending, State
from nelm_fhir.ledger.newest import forget, of_patient, resting_on
from nelm_fhir.service.audit import Action, Outcome
from nelm_fhir.service.evaluating import Wish, evaluated
from nelm_fhir.service.messages.accepting import ledger_of
from nelm_fhir.service.messages.answering import OK, is_for_later
from nelm_fhir.service.messages.judged import judgment_of
from nelm_fhir.service.site import Site
from nelm_fhir.service.statuses import fault_of, outcome_of
from nelm_fhir.service.subscriptions.notification import patient_of
from nelm_fhir.service.subscriptions.tickets import Ticket
from nelm_fhir.writers.fhir_json import fhir_json

NOTHING: Ending = Ending(State.EVALUATED, OK, b"")


@dataclass(frozen=True, slots=True)
class Upstream:
    """The server that is asked, and what it says it can do."""

    client: Client
    offered: Capability


def whom(site: Site, upstream: Upstream, ticket: Ticket) -> str:
    """Return the `Patient/id` that a change is about; empty where it is about nobody.

    A resource that is gone is about the patient whose judgment rests on it.
    """
    if ticket.patient or ticket.focus.startswith("Patient/"):
        return ticket.patient or ticket.focus
    entry = read(upstream.client, ticket.focus)
    if entry is None:
        return resting_on(ledger_of(site), upstream.client.base, ticket.focus)
    try:
        return patient_of(strict.read(entry.raw))
    except strict.Damaged:
        return ""


def judged(site: Site, upstream: Upstream, patient: str) -> Ending:
    """Fetch and judge the record of a patient, and write its results where that was asked for.

    Raises ExchangeError, InputError; nothing of a patient who cannot concern us is kept.
    """
    client = upstream.client
    moment = in_utc(datetime.now(UTC).isoformat())  # finer than the moments that are written
    fetched = fetch_record(client, patient, upstream.offered)
    site.audit.note(Action.FETCHED, caller=None, patient=fetched.patient, outcome=Outcome.DONE)
    for person in sorted(merged_people(fetched.bundle) - {fetched.patient}):
        forget(ledger_of(site), client.base, person)
    known = of_patient(ledger_of(site), client.base, fetched.patient)
    if not known and not pipeline.concerns(fetched.bundle, site.catalogue):
        return NOTHING
    found = evaluated(site, fetched.bundle, Wish(subject=fetched.patient))
    judgment = judgment_of(site, found, client.base, moment)
    write = site.settings.hooks.write
    if write is None:
        return Ending(State.EVALUATED, OK, b"", judgment)
    error = write(fetched, found.read, found.assessment)
    outcome = Outcome.FAILED if error else Outcome.DONE
    site.audit.note(Action.WRITTEN, caller=None, patient=fetched.patient, outcome=outcome)
    if error is None:
        return Ending(State.WRITTEN, OK, b"", judgment)
    if is_for_later(error):
        raise error
    fault = fault_of(error)  # it was judged all the same, and nobody else will tell
    return Ending(State.FAILED, fault.status, fhir_json(outcome_of(fault)), judgment)
