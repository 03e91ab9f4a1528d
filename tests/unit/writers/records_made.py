"""Records written in the styles of hospitals, for tests of what stands in them."""

import copy
from datetime import date
from functools import cache
from typing import Any

from tests.unit.assessment.made import catalogue

from nelm_fhir import pipeline
from nelm_fhir.knowledge.cases import worked_cases
from nelm_fhir.profile.record_format import CandidateProfile
from nelm_fhir.writers.fhir_json import fhir_json

Json = dict[str, Any]


@cache
def baseline() -> Json:
    """The record of the first vignette, which everything else is a change of."""
    return next(case.record for case in worked_cases() if case.file == "vignettes.json")


def record(**changes: Any) -> Json:
    """The baseline with sections replaced; None removes a section."""
    made = {**copy.deepcopy(dict(baseline())), **changes}
    return {key: value for key, value in made.items() if value is not None}


def bundle(told: Json, style: str, seed: int = 0, noise: int = 0) -> Json:
    """The Bundle of a hospital of that style."""
    profile = CandidateProfile.from_record(told)
    return pipeline.to_record(profile, catalogue(), style=style, seed=seed, noise=noise)


def resources(built: Json, kind: str) -> list[Json]:
    """The resources of one type."""
    found = (entry["resource"] for entry in built["entry"])
    return [one for one in found if one["resourceType"] == kind]


def codes(concept: Json) -> set[str]:
    """The codes of a concept, without their systems."""
    return {coding["code"] for coding in concept.get("coding", ())}


def coded(built: Json, kind: str, code: str) -> list[Json]:
    """The resources of one type with that code."""
    return [one for one in resources(built, kind) if code in codes(one["code"])]


def back(built: Json, told: Json) -> CandidateProfile:
    """The profile that the Bundle is read as."""
    day = date.fromisoformat(told["as_of"])
    return pipeline.read_one(fhir_json(built), catalogue(), as_of=day).profile
