"""One judged record back to the server that it was read from: the door for everybody who writes.

In: the record as fetched, what was read of it, its assessment. Out: what became of each result, or,
in a dry run, exactly the request that would be sent. Results of people who were merged into this
patient are retracted, then those that rest on what was entered in error since; the new ones are
written. Source: interop 6, 7.
"""

from datetime import datetime
from typing import Any

from nelm_fhir.assessment.result import Assessment
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.patient_record import Fetched
from nelm_fhir.exchange.writing.inputs import merged_people, void_inputs
from nelm_fhir.exchange.writing.moments import youngest
from nelm_fhir.exchange.writing.place import Place
from nelm_fhir.exchange.writing.rehearse import rehearsal
from nelm_fhir.exchange.writing.report import Done
from nelm_fhir.exchange.writing.settle import rested_on
from nelm_fhir.exchange.writing.writer import Writer
from nelm_fhir.ledger.results import of_patient
from nelm_fhir.ledger.store import Ledger
from nelm_fhir.pipeline import Read
from nelm_fhir.writers.strategies import Writing


def write_back(
    client: Client,
    writer: Writer,
    *,
    fetched: Fetched,
    read: Read,
    assessment: Assessment,
    writing: Writing,
    now: datetime,
) -> list[Done]:
    """Write the results of a record that was read whole from the server they go to.

    Raises what `Writer.write` raises; results that were not written are among what is returned.
    """
    done: list[Done] = []
    for person in sorted(merged_people(fetched.bundle) - {fetched.patient}):
        done += writer.withdraw(person, writing)
    void = void_inputs(client, writer.rested_on(fetched.patient), fetched.bundle, read.named)
    newest = youngest([fetched.bundle], now=now)
    return done + writer.write(assessment, writing, newest_input=newest, void=void)


def rehearsed(
    client: Client,
    place: Place,
    ledger: Ledger | None,
    *,
    fetched: Fetched,
    read: Read,
    assessment: Assessment,
    writing: Writing,
    program: str,
    now: datetime,
) -> tuple[dict[str, Any], list[Done]]:
    """Return the Bundle that `write_back` would send, and what it would not send; only read is.

    `ledger` None: there is none yet.
    """
    rows = of_patient(ledger, place.target, fetched.patient) if ledger else []
    return rehearsal(
        client,
        place,
        ledger,
        assessment,
        writing,
        newest_input=youngest([fetched.bundle], now=now),
        void=void_inputs(client, rested_on(rows), fetched.bundle, read.named),
        program=program,
        moment=now,
    )
