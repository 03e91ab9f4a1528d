"""One patient of the ledger: the stored profile, judged again, under the patient it belongs to.

In: a run, or what the service judged itself, and the name of a patient. Out: Evaluated. The profile
holds its day, its options and its evidence; what it cannot hold (how the record was read) stands in
the stored assessment. A profile that no longer gives the stored verdicts is refused: the criteria
or the program changed since that night.
"""

from typing import Any, Final

import msgspec

from nelm_fhir import pipeline
from nelm_fhir.assessment.result import Assessment, Counts, LeftOut, Subject
from nelm_fhir.core.issues import Issue
from nelm_fhir.evaluator.assess import Origin
from nelm_fhir.ledger.newest import judgments_of
from nelm_fhir.ledger.patients import document
from nelm_fhir.service.evaluating import Evaluated
from nelm_fhir.service.pages.runs import Newest
from nelm_fhir.service.pages.wanted import Fault
from nelm_fhir.service.site import Site

PATIENT: Final = "Patient/"
_CONFLICT: Final = 409


def of_run(site: Site, newest: Newest, name: str) -> Evaluated | None:
    """Return a patient of the run, None where there is none; Fault if verdicts changed since.

    `name` is the id of the Patient, or whatever the ledger calls the patient.
    """
    for patient in (f"{PATIENT}{name}", name):
        if text := document(newest.ledger, newest.run, patient, "profile"):
            known = document(newest.ledger, newest.run, patient, "assessment")
            return restored(site, text, known)
    return None


def judgment_of(site: Site, name: str) -> tuple[str, bytes, bytes] | None:
    """Return sender, profile and assessment of a patient of messages or subscriptions.

    None also where several senders know a patient of that name: nobody can tell who is meant.
    """
    if site.ledger is None:
        return None
    found = judgments_of(site.ledger, f"{PATIENT}{name}")
    if len({one.source for one in found}) != 1:
        return None
    return found[0].source, found[0].profile, found[0].assessment


def restored(site: Site, profile: bytes, assessment: bytes) -> Evaluated:
    """Return what the stored documents say, judged again; Fault if verdicts changed since."""
    known = msgspec.json.decode(assessment)
    read = pipeline.Read(pipeline.read_profile(profile).profile, _origin(known))
    before = {one["set"]: one["verdict"] for one in known["verdicts"]}
    sets = tuple(one for one in before if one in site.catalogue.sets)
    made = pipeline.judge(read, site.catalogue, sets)
    if _verdicts(made) != before:
        raise Fault("drifted", _CONFLICT)
    return Evaluated(read, made)


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
