"""One judged record back to the server that it was read from: the door for everybody who writes.

In: the record as fetched, what was read of it, its assessment. Out: what became of each result.
Results of people who were merged into this patient are retracted first, then those that rest on
what was entered in error since, and the new ones are written. Source: interop 6, 7.
"""

from datetime import datetime

from nelm_fhir.assessment.result import Assessment
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.patient_record import Fetched
from nelm_fhir.exchange.writing.inputs import merged_people, void_inputs
from nelm_fhir.exchange.writing.moments import youngest
from nelm_fhir.exchange.writing.report import Done
from nelm_fhir.exchange.writing.writer import Writer
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
    basis = writer.rested_on(fetched.patient)
    void = void_inputs(client, basis, fetched.bundle, read.named) if basis else frozenset[str]()
    newest = youngest([fetched.bundle], now=now)
    return done + writer.write(assessment, writing, newest_input=newest, void=void)
