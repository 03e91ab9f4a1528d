"""What is new: the results of one assessment as rows of the ledger, not compared with anything yet.

In: an Assessment, where its results go, and the youngest moment of the record. Out: one Result per
criteria set, without its resource, which is made only if it is sent. Source: interop 7, rule 1.
"""

import hashlib
import json
from collections.abc import Iterator

from nelm_fhir.assessment.result import Assessment, SetVerdict
from nelm_fhir.core.dates import add_months
from nelm_fhir.errors import WriteRefused
from nelm_fhir.exchange.writing.held import local
from nelm_fhir.exchange.writing.place import Place
from nelm_fhir.ledger.results import Result, State
from nelm_fhir.writers.identity import edition_of, key_of, patient_of
from nelm_fhir.writers.result_parts import inputs


def news(
    assessment: Assessment,
    place: Place,
    *,
    newest_input: str,
    valid_months: int,
    run: int | None = None,
) -> Iterator[Result]:
    """Yield the results of an assessment for a place; `run` is the one of the ledger.

    Raises NoPatient where the assessment names no patient, WriteRefused where the patient is not
    one of that server.
    """
    patient = patient_at(assessment, place)
    for verdict in assessment.verdicts:
        yield Result(
            server=place.base,
            strategy=place.strategy.name,
            key=_key(assessment, verdict, place),
            patient=patient,
            set_id=verdict.set,
            set_version=verdict.version,
            as_of=assessment.as_of,
            input_digest=assessment.input_digest,
            catalogue_digest=assessment.catalogue_digest,
            content=content(verdict),
            verdict=str(verdict.verdict),
            valid_until=add_months(assessment.as_of, valid_months),
            newest_input=newest_input,
            basis=tuple(one["reference"] for one in inputs(verdict) if "reference" in one),
            state=State.EVALUATED,
            assessment=b"",
            run=run,
        )


def patient_at(assessment: Assessment, place: Place) -> str:
    """Return `Patient/ID` of the assessment at the place; raises WriteRefused if it has none."""
    told = patient_of(assessment.subject)
    patient = local(told)
    if not patient.startswith("Patient/") or told not in {patient, f"{place.base}/{patient}"}:
        raise WriteRefused(
            "The patient of the record is not one of the server that results are written to.",
            "Read the record from that server (--server with --patient), or say whose it is there.",
        )
    return patient


def content(verdict: SetVerdict) -> str:
    """Return the digest of what is news to a reader: verdict, statuses, reasons, earliest days."""
    told = [
        [verdict.set, verdict.version, str(verdict.verdict), str(verdict.earliest)],
        *([one.id, str(one.status), one.reason, str(one.earliest)] for one in verdict.criteria),
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _key(assessment: Assessment, verdict: SetVerdict, place: Place) -> str:
    """Return the identity; of a place that updates nothing, the edition, which tells changes."""
    key = key_of(assessment, verdict)
    if place.in_place:
        return key
    return edition_of(key, assessment.input_digest, assessment.catalogue_digest)
