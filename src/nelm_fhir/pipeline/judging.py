"""The middle of the line: a record that was read, judged against criteria sets."""

from collections.abc import Sequence
from dataclasses import replace

from nelm_fhir.assessment.result import Assessment, Subject
from nelm_fhir.evaluator.assess import assess_profile
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.pipeline.reading import Read


def judge(read: Read, catalogue: Catalogue, sets: Sequence[str] = ()) -> Assessment:
    """Judge one record against the chosen sets, all if none are named."""
    return assess_profile(read.profile, catalogue, sets=sets, origin=read.origin)


def with_subject(assessment: Assessment, reference: str) -> Assessment:
    """Return the assessment of a profile under the patient it belongs to."""
    return replace(assessment, subject=Subject(reference))
