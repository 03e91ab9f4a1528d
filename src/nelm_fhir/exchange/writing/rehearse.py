"""A dry run: exactly the request that would be sent for a patient, and nothing is sent.

In: the assessment, the patient's rows, and what the server holds now. Out: the Bundle of that
request, without entries where there is nothing to say. The server is only read.
"""

from datetime import datetime
from typing import Any

from nelm_fhir.assessment.result import Assessment
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.writing.decide import Do, Why
from nelm_fhir.exchange.writing.lookup import Lookup
from nelm_fhir.exchange.writing.news import news, patient_at
from nelm_fhir.exchange.writing.pack import Packing, packed, retractions
from nelm_fhir.exchange.writing.place import Place
from nelm_fhir.exchange.writing.plan import plan
from nelm_fhir.exchange.writing.report import Done, kept
from nelm_fhir.exchange.writing.send import request_bundle
from nelm_fhir.exchange.writing.settle import resting_on
from nelm_fhir.ledger.holds import alarmed
from nelm_fhir.ledger.results import of_patient
from nelm_fhir.ledger.store import Ledger
from nelm_fhir.writers.strategies import Writing


def rehearsal(
    client: Client,
    place: Place,
    ledger: Ledger | None,
    assessment: Assessment,
    writing: Writing,
    *,
    newest_input: str,
    void: frozenset[str],
    program: str,
    moment: datetime,
) -> tuple[dict[str, Any], list[Done]]:
    """Return the Bundle that would be sent, and what would not be sent, with its reason."""
    patient, lookup = patient_at(assessment, place), Lookup(client, place)
    rows = of_patient(ledger, place.target, patient) if ledger else []
    new = list(
        news(assessment, place, newest_input=newest_input, valid_months=writing.valid_months)
    )
    planned = plan(
        new,
        rows,
        lookup,
        alarmed=ledger is not None and alarmed(ledger, place.base, patient),
        can_update=place.in_place,
        void=void,
    )
    packing = Packing(place, writing, program, moment, tuple(rows))
    sent = [one for one in planned if one.action.do in {Do.CREATE, Do.UPDATE}]
    updated = {one.new.key for one in sent}
    wrong = [row for row in resting_on(rows, void) if row.key not in updated]
    _, withdrawn = retractions(wrong, lookup, Why.VOID_INPUT, packing)
    parcels = [*(packed(one, assessment, packing) for one in sent), *withdrawn]
    bundle = request_bundle(parcels, place, moment)
    return {key: part for key, part in bundle.items() if part}, list(kept(planned).values())
