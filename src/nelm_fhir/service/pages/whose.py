"""Whom an address names: a patient of the newest run, of the service itself, or of the FHIR server.

In this order: what the worklist showed has to be found again; then what stands from messages and
subscriptions; then the record at the configured server, fetched whole and judged as of today, so
that the card of an EHR leads to a report whoever the patient is.
"""

from typing import Final

from nelm_fhir.errors import ServerRefused
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.home import is_name
from nelm_fhir.exchange.patient_record import fetch_record
from nelm_fhir.service.audit import Action, Outcome
from nelm_fhir.service.evaluating import Evaluated, Wish, evaluated
from nelm_fhir.service.pages.runs import newest
from nelm_fhir.service.pages.stored import PATIENT, of_run, of_service
from nelm_fhir.service.pages.wanted import Fault
from nelm_fhir.service.site import Site

_NOT_FOUND: Final = 404
_GONE: Final = frozenset({404, 410})
_NO_RUN: Final = frozenset({"ledger", "run"})


def whose(site: Site, name: str) -> Evaluated:
    """Return the patient; raises Fault where nobody knows one, ExchangeError, InputError."""
    missing = Fault("patient", _NOT_FOUND)
    try:
        with newest(site) as run:
            found = of_run(site, run, name)
    except Fault as fault:
        if fault.word not in _NO_RUN:
            raise
        found, missing = None, fault
    found = found or of_service(site, name) or _of_server(site, name)
    if found is None:
        raise missing
    return found


def _of_server(site: Site, name: str) -> Evaluated | None:
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
    return evaluated(site, fetched.bundle, Wish(subject=fetched.patient))
