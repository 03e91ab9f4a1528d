"""One patient of the ledger: the stored profile, judged again, under the patient it belongs to.

In: a run, the name of a patient in an address. Out: Evaluated. The profile holds its day, its
options and its evidence; what it cannot hold (how the record was read) stands in the stored
assessment. A profile that no longer gives the stored verdicts is refused: the criteria or the
program changed since that night.
"""

from typing import Any, Final

import msgspec

from nelm_fhir import pipeline
from nelm_fhir.assessment.result import Assessment, Counts, LeftOut, Subject
from nelm_fhir.core.issues import Issue
from nelm_fhir.evaluator.assess import Origin
from nelm_fhir.ledger.patients import document
from nelm_fhir.service.evaluating import Evaluated
from nelm_fhir.service.pages.runs import Newest
from nelm_fhir.service.pages.wanted import Fault
from nelm_fhir.service.site import Site

_PATIENT: Final = "Patient/"
_NOT_FOUND: Final = 404
_CONFLICT: Final = 409


def stored(site: Site, newest: Newest, name: str) -> Evaluated:
    """Return a patient of the run; `name` is the id of the Patient, or whatever the ledger says.

    Raises Fault for a patient who is not there, or whose verdicts have changed since.
    """
    patient, text = _profile(newest, name)
    known = msgspec.json.decode(document(newest.ledger, newest.run, patient, "assessment"))
    read = pipeline.Read(pipeline.read_profile(text).profile, _origin(known))
    sets = tuple(one for one in newest.run.asked.options["sets"] if one in site.catalogue.sets)
    assessment = pipeline.judge(read, site.catalogue, sets)
    if _verdicts(assessment) != {one["set"]: one["verdict"] for one in known["verdicts"]}:
        raise Fault("drifted", _CONFLICT)
    return Evaluated(read, assessment)


def _profile(newest: Newest, name: str) -> tuple[str, bytes]:
    for patient in (f"{_PATIENT}{name}", name):
        if text := document(newest.ledger, newest.run, patient, "profile"):
            return patient, text
    raise Fault("patient", _NOT_FOUND)


def _verdicts(assessment: Assessment) -> dict[str, str]:
    return {one.set: str(one.verdict) for one in assessment.verdicts}


def _origin(known: dict[str, Any]) -> Origin:
    """Return how the record was read, as the stored assessment tells it."""
    subject = Subject(known["patient"], known["patient_version"], known["condition"])
    return Origin(
        subject=subject,
        issues=msgspec.convert(known["issues"], tuple[Issue, ...]),
        counts=msgspec.convert(known["counts"], Counts),
        neuroendocrine=known["neuroendocrine"],
        left_out=msgspec.convert(known["left_out"], tuple[LeftOut, ...]),
    )
