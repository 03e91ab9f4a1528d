"""Whom an address names: a patient of the newest run, of the service itself, or of the FHIR server.

In this order: what the worklist showed has to be found again; then what stands from messages and
subscriptions; then the record at the configured server, fetched whole and judged as of today, so
that the card of an EHR leads to a report whoever the patient is.
"""

from dataclasses import dataclass
from typing import Final

from nelm_fhir.errors import ServerRefused
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.home import is_name
from nelm_fhir.exchange.patient_record import fetch_record
from nelm_fhir.service.audit import Action, Outcome
from nelm_fhir.service.evaluating import Evaluated, Wish, evaluated
from nelm_fhir.service.pages.runs import newest
from nelm_fhir.service.pages.stored import PATIENT, judgment_of, of_run, restored
from nelm_fhir.service.pages.wanted import Fault
from nelm_fhir.service.site import Site
from nelm_fhir.service.trust.caller import Caller

_NOT_FOUND: Final = 404
_GONE: Final = frozenset({404, 410})
_NO_RUN: Final = frozenset({"ledger", "run"})


@dataclass(frozen=True, slots=True)
class Found:
    """A patient, judged, and the base address of the FHIR server the record is from, if any."""

    made: Evaluated
    source: str = ""


def whose(site: Site, name: str) -> Found:
    """Return the patient; raises Fault where nobody knows one, ExchangeError, InputError."""
    missing = Fault("patient", _NOT_FOUND)
    try:
        with newest(site) as run:
            if made := of_run(site, run, name):
                return Found(made, str(run.run.asked.about["source"]).partition(" ")[0])
    except Fault as fault:
        if fault.word not in _NO_RUN:
            raise
        missing = fault
    found = _of_service(site, name) or _of_server(site, name)
    if found is None:
        raise missing
    return found


def why_not(site: Site, source: str, caller: Caller) -> str:
    """Return the word for why answers cannot be stored here; empty where they can.

    A record of another server is about somebody else's patient of that id; and who answers has to
    be known to the site, not only to say so.
    """
    server = site.settings.server
    if not site.settings.store_answers or server is None:
        return "why_not"
    if source.rstrip("/") != server.base.rstrip("/"):
        return "why_not_here"
    return "" if caller.name else "why_not_you"


def _of_service(site: Site, name: str) -> Found | None:
    judgment = judgment_of(site, name)
    return judgment and Found(restored(site, *judgment[1:]), judgment[0])


def _of_server(site: Site, name: str) -> Found | None:
    server = site.settings.server
    if server is None or not is_name(f"{PATIENT}{name}"):
        return None
    try:
        with Client(server) as client:
            fetched = fetch_record(client, name)
    except ServerRefused as refused:
        if refused.status in _GONE:
            return None
        raise
    site.audit.note(Action.FETCHED, caller=None, patient=fetched.patient, outcome=Outcome.DONE)
    return Found(evaluated(site, fetched.bundle, Wish(subject=fetched.patient)), server.base)
