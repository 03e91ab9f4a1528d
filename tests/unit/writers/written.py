"""Real assessments to write: every worked case, judged, with evidence of every kind beside it.

The patients are the fictional ones of mappings/cases. The cases carry no evidence, so many of
their elements get some: a versioned resource, an entry without id, text that must be escaped.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from nelm_fhir.assessment.result import Assessment, Subject
from nelm_fhir.assessment.voice import Voice
from nelm_fhir.evaluator.assess import Origin, assess_profile
from nelm_fhir.evaluator.registry import SPECS
from nelm_fhir.knowledge.cases import VIGNETTES, Case, worked_cases
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.knowledge.loader import load_catalogue
from nelm_fhir.profile.record_format import CandidateProfile
from nelm_fhir.writers.bundle import bundle
from nelm_fhir.writers.bundle_kind import Kind
from nelm_fhir.writers.datatypes import Json
from nelm_fhir.writers.retraction import Withdrawn, retraction_sentence
from nelm_fhir.writers.risk_assessment import risk_assessment
from nelm_fhir.writers.strategies import STRATEGIES, Strategy, Writing

RECORDED = datetime(2026, 6, 1, 14, 30, 5, tzinfo=UTC)
PATIENT = Subject("Patient/fictional", "3", "Condition/liver-metastases")
HOSTILE = '<script>alert("x")</script> & <img src=x onerror=y> \x07'
WITHOUT_ID = "urn:uuid:6f1d1f0c-2f6e-4b6e-9a51-0c5d6f3f2a10"
SOURCED = {
    *("site", "ki67_text", "mitoses_text", "margin", "resectability", "distribution", "low"),
    *("category", "extrahepatic_result", "present", "status", "involvement", "birth_date"),
}
ENTRIES = {
    *("primaries", "specimens", "involvement", "response_events"),
    *("progression_treatments", "scans", "foci", "extrahepatic"),
}


@cache
def catalogue() -> Catalogue:
    return load_catalogue(SPECS)


def voice() -> Voice:
    return Voice(catalogue().texts.wording)


def with_evidence(record: Mapping[str, Any], name: str = "") -> dict[str, Any]:
    """The record with evidence for the SOURCED elements of every object below its root."""
    inside = {
        key: with_evidence(value, key) if isinstance(value, Mapping) else value
        for key, value in record.items()
    }
    if not name or name in ENTRIES:
        return inside
    sourced = {key: _evidence(name, key) for key in record if key in SOURCED}
    return {**inside, "evidence": sourced} if sourced else inside


def _evidence(name: str, key: str) -> dict[str, Any]:
    resource = f"Observation/{name}-{key}".replace("_", "-")
    return {
        "sources": [
            {"resource": resource, "version": "2", "path": "Observation.value", "text": HOSTILE},
            {"resource": WITHOUT_ID, "path": "Observation.value", "recorded": "2026-05"},
        ],
        "set_aside": [
            {
                "resource": f"{resource}-old",
                "path": "Observation.value",
                "recorded": "2019-01-02T09:00:00+01:00",
                "text": HOSTILE,
                "reason": "too-old",
            }
        ],
    }


def assessed(record: Mapping[str, Any], subject: Subject = PATIENT) -> Assessment:
    """One record judged against all sets."""
    profile = CandidateProfile.from_record(record)
    origin = Origin(subject=subject, program="nelm-fhir 0.1.0")
    return assess_profile(profile, catalogue(), origin=origin)


@cache
def cases() -> tuple[Case, ...]:
    return tuple(worked_cases())


@cache
def vignettes() -> dict[str, Assessment]:
    """Every vignette of the rule book, judged, by id."""
    found = (case for case in cases() if case.file == VIGNETTES)
    return {case.id: assessed(with_evidence(case.record)) for case in found}


def resources(assessment: Assessment, *, test_data: bool = True) -> list[Json]:
    """The RiskAssessments of an assessment."""
    return [
        risk_assessment(
            assessment,
            verdict,
            valid_months=catalogue().definitions.freshness.imaging_months,
            voice=voice(),
            test_data=test_data,
        )
        for verdict in assessment.verdicts
    ]


def resource(assessment: Assessment, set_id: str = "milan-net-2016") -> Json:
    """The RiskAssessment of one set."""
    order = [verdict.set for verdict in assessment.verdicts]
    return resources(assessment)[order.index(set_id)]


def bundled(assessment: Assessment, kind: Kind, *, test_data: bool = True) -> Json:
    """The Bundle of an assessment."""
    return bundle(
        assessment,
        kind,
        RECORDED,
        valid_months=catalogue().definitions.freshness.imaging_months,
        voice=voice(),
        test_data=test_data,
    )


SENDING = [one for one in STRATEGIES.values() if one.sends]
NAMES = [one.name for one in SENDING]


def writing(**options: Any) -> Writing:
    """How the tests write: in English, as test data."""
    months = catalogue().definitions.freshness.imaging_months
    return Writing(voice(), months, **{"test_data": True, **options})


def carried_by(
    strategy: Strategy, assessment: Assessment, earlier: str | None = None, **options: Any
) -> list[Json]:
    """The resources that carry the results of an assessment, one for each set."""
    assert strategy.write
    return [
        strategy.write(assessment, verdict, writing(**options), earlier)
        for verdict in assessment.verdicts
    ]


@cache
def every_carrier(name: str) -> dict[str, list[Json]]:
    """The resources of a strategy for every vignette, by its id; made once, never to be changed."""
    return {key: carried_by(STRATEGIES[name], each) for key, each in vignettes().items()}


def withdrawn() -> str:
    """What is said in the place of a withdrawn result."""
    return retraction_sentence(Withdrawn.SOURCE_IN_ERROR, voice())
