"""Assessments of the worked cases and criterion results for tests of what is said about them."""

from functools import cache
from typing import Any

from nelm_fhir.assessment.result import Assessment, CriterionResult
from nelm_fhir.assessment.voice import Voice
from nelm_fhir.core.logic import Status
from nelm_fhir.evaluator.assess import assess_profile
from nelm_fhir.evaluator.registry import SPECS
from nelm_fhir.knowledge.cases import Case, worked_cases
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.knowledge.loader import load_catalogue
from nelm_fhir.profile.record_format import CandidateProfile


def catalogue() -> Catalogue:
    return load_catalogue(SPECS)


def voice() -> Voice:
    return Voice(catalogue().texts.wording)


@cache
def vignettes() -> dict[str, Case]:
    return {case.id: case for case in worked_cases() if case.file == "vignettes.json"}


def judged(case: Case) -> Assessment:
    """Return the assessment of a worked case."""
    return assess_profile(CandidateProfile.from_record(case.record), catalogue())


@cache
def vignette(name: str) -> Assessment:
    return judged(vignettes()[name])


def result(**changes: Any) -> CriterionResult:
    """Return a criterion result that is met, with these changes."""
    given: dict[str, Any] = {
        "id": "X-BURD",
        "kind": "requirement",
        "label": "Liver involvement",
        "status": Status.MET,
        "statement": "Less than 50 % of the liver volume is replaced by tumor.",
        "settle": "Volumetry",
    }
    return CriterionResult(**{**given, **changes})
