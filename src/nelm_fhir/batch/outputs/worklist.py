"""The worklist of a run as lines of JSON, and what of an outcome the ledger keeps for it.

In: outcomes of an engine, or the ledger they were kept in. Out: the patients of the ledger, or the
lines in their order: patients who meet a set first, then those who cannot be judged yet, whoever
lacks the fewest data first, then those who wait, whoever waits the shortest first, then the rest;
beside each other by id. The deceased and those who could not be assessed stand in no line.
"""

from collections.abc import Iterator

from nelm_fhir.batch.outcome import JUDGED, Outcome
from nelm_fhir.ledger import patients
from nelm_fhir.ledger.patients import Patient
from nelm_fhir.ledger.runs import Run
from nelm_fhir.ledger.store import Ledger
from nelm_fhir.report.worklist_line import WorklistLine, decoded, order


def kept(outcome: Outcome, failed_before: int) -> Patient:
    """Return an outcome as the ledger keeps it.

    `failed_before` counts the earlier runs in which this very input failed.
    """
    judged = outcome.state == JUDGED
    place, missing, earliest = None, 0, ""
    if judged and not outcome.deceased:
        place, missing, earliest = order(decoded(outcome.line))
    return Patient(
        patient=outcome.patient,
        state=outcome.state,
        input_hash=outcome.input_hash,
        source=outcome.source,
        deceased=outcome.deceased,
        place=place,
        missing=missing,
        earliest=earliest,
        line=outcome.line,
        assessment=outcome.assessment,
        profile=outcome.profile,
        resources=outcome.resources,
        error=outcome.error,
        message=outcome.message,
        remedy=outcome.remedy,
        issue_type=outcome.issue_type,
        attempts=failed_before + 1 if outcome.error else 0,
        kept=outcome.kept,
    )


def lines(ledger: Ledger, run: Run) -> Iterator[WorklistLine]:
    """Yield the lines of the worklist in its order."""
    for line in patients.worklist(ledger, run):
        yield decoded(line)
