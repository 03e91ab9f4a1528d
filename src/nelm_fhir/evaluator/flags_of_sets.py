"""Flags of a set that need more than the status of one criterion (rules 1.6), by flag id."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from nelm_fhir.core.logic import MET, NOT_MET
from nelm_fhir.evaluator.definitions.extrahepatic import OPTN, SSTR_PET
from nelm_fhir.evaluator.definitions.focus_states import State, accepted, staged
from nelm_fhir.evaluator.definitions.grading import (
    Grade,
    effective_grade,
    has_carcinoma,
    other_grading_scale,
)
from nelm_fhir.evaluator.definitions.person import age_of
from nelm_fhir.evaluator.definitions.primary import R1, site_status
from nelm_fhir.evaluator.definitions.responses import judge_progression
from nelm_fhir.evaluator.flag_case import FlagCase, Rule


def _may_be_g2(case: FlagCase) -> bool:
    if has_carcinoma(case.view) or other_grading_scale(case.view):
        return False
    grade = effective_grade(case.view)
    return grade.lowest <= Grade.G2 <= grade.highest


def _may_be_as_old(case: FlagCase) -> bool:
    years = age_of(case.view)
    if years is None or case.status("M07-AGE") is NOT_MET:
        return False
    return years.compare("<", Decimal(case.numbers["years"])) is not MET


def _resectable(case: FlagCase) -> bool:
    return case.view.profile.liver.resectability == "resectable"


def _ki67_over(ki67: str, grade: str) -> Rule:
    def raised(case: FlagCase) -> bool:
        return case.status(ki67) is not MET and case.status(grade) is not NOT_MET

    return raised


def _upper_rectum(case: FlagCase) -> bool:
    return any(p.site == "rectum-upper" for p in case.view.profile.primaries.values())


def _treated_and_absent(case: FlagCase) -> bool:
    staging = staged(case.view, SSTR_PET)
    return staging.state is State.ABSENT and bool(staging.of_state(State.TREATED_ABSENT))


def _grade_met_number_not(case: FlagCase) -> bool:
    numbers = (case.status("OPTN-KI67"), case.status("OPTN-MIT"))
    return case.status("OPTN-GRADE") is MET and NOT_MET in numbers


def _rests_on_other_test(case: FlagCase) -> bool:
    staging = staged(case.view, OPTN)
    sstr = case.view.tables.staging.families[SSTR_PET]
    return staging.state is State.ABSENT and not any(
        accepted(negative.scan, sstr) for negative in staging.fresh
    )


def _progression_unlisted(case: FlagCase) -> bool:
    listed = case.view.profile.listing.status == "listed"
    return not listed and case.view.shared(judge_progression).status is NOT_MET


def _r1_margin(case: FlagCase) -> bool:
    return any(p.resection.margin == R1 for p in case.view.profile.primaries.values())


def _no_portal_drainage(case: FlagCase) -> bool:
    return site_status(case.view, "portal").status is not MET


OF_SETS: Final[Mapping[str, Rule]] = {
    "M07-G2": _may_be_g2,
    "M07-AGE55": _may_be_as_old,
    "M07-UNRES": _resectable,
    "M16-UNRES": _resectable,
    "M16-KI67": _ki67_over("M16-KI67", "M16-GRADE"),
    "M16-RECTUM": _upper_rectum,
    "EHD-HISTORY": _treated_and_absent,
    "OPTN-D2": _grade_met_number_not,
    "OPTN-TEST": _rests_on_other_test,
    "OPTN-PROG": _progression_unlisted,
    "OPTN-MARGIN": _r1_margin,
    "ESMO-MARGIN": _r1_margin,
    "ESMO-SITE": _no_portal_drainage,
    "C-MARGIN": _r1_margin,
    "C-KI67": _ki67_over("C-KI67", "C-GRADE"),
}
