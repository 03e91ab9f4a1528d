"""The digest of what a run has read from a server: whose records, and which.

In: a run whose patients are all in the ledger. Out: SHA-256, the fingerprint of its input.
Runs that read the same have the same. Where a record could not be had, or its results did not land,
no two runs are.
"""

import hashlib

from nelm_fhir.batch.outcome import JUDGED
from nelm_fhir.ledger import patients
from nelm_fhir.ledger.runs import Run
from nelm_fhir.ledger.store import Ledger


def input_digest(ledger: Ledger, run: Run) -> str:
    """Return the digest of the records of a run."""
    found = hashlib.sha256()
    for part in sorted(patients.parts_done(ledger, run)):
        found.update(f"{part}\n".encode())
    for one in patients.standings(ledger, run):
        found.update(f"{one.patient} {one.state} {one.input_hash}\n".encode())
    for failed in patients.with_error(ledger, run):
        if not failed.input_hash or failed.state == JUDGED:
            found.update(f"{failed.patient} {failed.error} {failed.attempts}\n".encode())
    return found.hexdigest()
