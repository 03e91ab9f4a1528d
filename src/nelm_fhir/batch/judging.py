"""One patient judged, as the Outcome that the ledger keeps; what every engine calls.

In: a patient's lines. Out: an Outcome, or None for one without any finding. Whatever happens with
one patient, the run goes on: an error is an Outcome too, with texts that hold no value.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import Final

from nelm_fhir import pipeline
from nelm_fhir.assessment.json_form import as_bytes, to_json
from nelm_fhir.batch.outcome import FAILED, JUDGED, Outcome
from nelm_fhir.errors import InputError, NelmError
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.report.worklist_line import encoded, worklist_line
from nelm_fhir.writers.fhir_json import fhir_json

DEFECT: Final = "Defect"


@dataclass(frozen=True, slots=True)
class Asked:
    """What to judge: the day, the sets (all if none), the switches that are on."""

    as_of: date
    sets: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


def unseen(judged: pipeline.Judged) -> None:
    """Let a judgment pass."""


def judged(
    patient: str,
    lines: Collection[bytes],
    digest: str,
    catalogue: Catalogue,
    asked: Asked,
    *,
    see: Callable[[pipeline.Judged], None] = unseen,
) -> Outcome | None:
    """Judge a patient; `digest` is the SHA-256 of the lines. None if nothing concerns us.

    `see` is shown the judgment that the outcome was made of.
    """
    try:
        found = _found(patient, lines, catalogue, asked)
        if found is None:
            return None
        see(found)
        return _outcome(patient, found, digest, catalogue)
    except InputError as error:
        return failed(patient, digest, error)
    except Exception:  # noqa: BLE001 - a defect met in one patient must not cost all others
        return defect(patient, digest)


def _found(
    patient: str, lines: Collection[bytes], catalogue: Catalogue, asked: Asked
) -> pipeline.Judged | None:
    return pipeline.assess(
        patient,
        lines,
        catalogue,
        as_of=asked.as_of,
        sets=asked.sets,
        options=dict.fromkeys(asked.options, True),
    )


def _outcome(patient: str, found: pipeline.Judged, digest: str, catalogue: Catalogue) -> Outcome:
    assessment, read = found.assessment, found.read
    written = pipeline.risk_assessments(assessment, catalogue, test_data=read.test_data)
    return Outcome(
        patient=assessment.subject.reference or patient,
        state=JUDGED,
        input_hash=digest,
        assessment=as_bytes(to_json(assessment)).rstrip(b"\n"),
        profile=as_bytes(read.profile.to_record()).rstrip(b"\n"),
        resources=tuple(fhir_json(one) for one in written),
        deceased=found.deceased,
        line=encoded(worklist_line(assessment, catalogue)),
    )


def failed(patient: str, digest: str, error: NelmError, source: str = "") -> Outcome:
    """Return the Outcome of a record that cannot be had or used."""
    return Outcome(
        patient=patient,
        state=FAILED,
        input_hash=digest,
        error=type(error).__name__,
        message=error.message,
        remedy=error.remedy,
        issue_type=error.issue_type,
        source=source,
    )


def defect(patient: str, digest: str, source: str = "") -> Outcome:
    """Return the Outcome of a record on which the program itself failed."""
    return Outcome(
        patient=patient,
        state=FAILED,
        input_hash=digest,
        error=DEFECT,
        message="The program failed on this record.",
        remedy="Assess it by itself with `nelm assess`, and report what it says.",
        issue_type="exception",
        source=source,
    )
