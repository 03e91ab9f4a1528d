"""Patients who could not be assessed, or whose results did not land, a line for each.

In: the patients of a run of whom an error tells. Out: lines of JSON that say why, and what to do
about it. They hold no value of a record, unless somebody asked to keep the input; then it stands in
them as it was read.
"""

from collections.abc import Iterator
from typing import Any, Final

from nelm_fhir.assessment.json_form import as_bytes
from nelm_fhir.ledger import patients
from nelm_fhir.ledger.patients import Patient
from nelm_fhir.ledger.runs import Run
from nelm_fhir.ledger.store import Ledger
from nelm_fhir.writers.operation_outcome import failure_outcome

Json = dict[str, Any]
_OF_A_FILE: Final = "file:"
"""How the outcome of a file is named that is no patient's record."""


def dead_letters(ledger: Ledger, run: Run) -> Iterator[bytes]:
    """Yield the line of every patient of whom an error tells, by id."""
    for patient in patients.with_error(ledger, run):
        yield as_bytes(_letter(patient))


def _letter(patient: Patient) -> Json:
    return {
        "patient": None if patient.patient.startswith(_OF_A_FILE) else patient.patient,
        "source": patient.source or None,
        "error": patient.error,
        "reason": patient.message,
        "remedy": patient.remedy,
        "outcome": failure_outcome(patient.issue_type, patient.message, patient.remedy),
        "input_hash": patient.input_hash,
        "attempts": patient.attempts,
        "input": [line.decode("utf-8", "backslashreplace") for line in patient.kept] or None,
    }
