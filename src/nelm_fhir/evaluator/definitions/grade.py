"""The grade criterion, shared by all sets that limit grade (rules 6.3)."""

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from nelm_fhir.core.logic import MET, NOT_MET, UNKNOWN, Status
from nelm_fhir.core.unknown import NotApplicable, Reason
from nelm_fhir.evaluator.definition import THREE, definition
from nelm_fhir.evaluator.definitions.grading import (
    EffectiveGrade,
    Grade,
    effective_grade,
    has_carcinoma,
    liver_shown_net,
    other_grading_scale,
    specimens,
)
from nelm_fhir.evaluator.definitions.grading_evidence import (
    evidence_of,
    liver_paths,
    why_absent,
)
from nelm_fhir.evaluator.definitions.proliferation_text import (
    UNREADABLE,
)
from nelm_fhir.evaluator.judgment import Judgment, not_applicable, unknown
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.criteria import Ask

_GRADE_KEYS: Final = (
    "histology",
    "differentiation",
    "reported_grade",
    "ki67_text",
    "mitoses_text",
)


def judge_grade(view: View) -> Judgment:
    """Judge the grade criterion, shared by all sets that limit grade (6.3)."""
    grade = effective_grade(view)
    status = _grade_status(view, grade)
    judgment = Judgment(
        status,
        value=_grade_in_words(view, grade),
        evidence=evidence_of(view, *_GRADE_KEYS),
    )
    if status is not UNKNOWN:
        return judgment
    why, paths = _why_grade_unknown(view, grade)
    return Judgment(UNKNOWN, why, value=judgment.value, evidence=judgment.evidence, paths=paths)


def _grade_status(view: View, grade: EffectiveGrade) -> Status:
    if has_carcinoma(view):
        return NOT_MET
    if other_grading_scale(view):
        return UNKNOWN
    if grade.lowest is Grade.G3:
        return NOT_MET
    if grade.highest is Grade.G3 or not liver_shown_net(view):
        return UNKNOWN
    return MET


def _grade_in_words(view: View, grade: EffectiveGrade) -> str | None:
    if has_carcinoma(view):
        return "poorly differentiated carcinoma"
    if not any(s.is_liver and s.graded for s in specimens(view)) and grade.lowest is Grade.G1:
        return None
    if grade.lowest is grade.highest:
        return grade.lowest.name
    return f"{grade.lowest.name} to {grade.highest.name}"


def _why_grade_unknown(view: View, grade: EffectiveGrade) -> tuple[Reason, tuple[str, ...]]:
    if other_grading_scale(view):
        return Reason.OTHER_GRADING_SCALE, ()
    liver = [s for s in specimens(view) if s.is_liver]
    if not any(s.graded for s in liver):
        return why_absent(liver, "ki67_text", "reported_grade"), liver_paths(
            liver, "ki67_text", "reported_grade"
        )
    if any(s.unreadable for s in specimens(view)):
        return Reason.UNREADABLE, tuple(_unreadable_paths(view))
    if grade.highest is Grade.G3:
        return Reason.STRADDLES_LIMIT, liver_paths(liver, "ki67_text")
    return why_absent(liver, "histology"), liver_paths(liver, "histology")


def _unreadable_paths(view: View) -> Iterator[str]:
    for s in specimens(view):
        if s.ki67 == UNREADABLE:
            yield f"specimens.{s.key}.ki67_text"
        if s.mitoses == UNREADABLE:
            yield f"specimens.{s.key}.mitoses_text"


@definition(*THREE)
def grade_criterion(view: View, _ask: Ask) -> Judgment:
    """Well differentiated, G1 or G2, shown on a liver metastasis (6.3)."""
    return view.shared(judge_grade)


@definition(*THREE)
def no_carcinoma(view: View, _ask: Ask) -> Judgment:
    """No specimen shows a carcinoma, and a liver metastasis is shown to be a NET (M07-HIGH)."""
    evidence = evidence_of(view, "histology", "differentiation")
    if has_carcinoma(view):
        return Judgment(NOT_MET, value="poorly differentiated carcinoma", evidence=evidence)
    if liver_shown_net(view):
        return Judgment(MET, value="no carcinoma in any specimen", evidence=evidence)
    liver = [s for s in specimens(view) if s.is_liver]
    return unknown(why_absent(liver, "histology"), *liver_paths(liver, "histology"))


@definition(NOT_MET, UNKNOWN, Status.NOT_APPLICABLE)
def functional_histology(view: View, _ask: Ask) -> Judgment:
    """Carcinoma fails a text that speaks of functional NET; else a guard (E16-HIST)."""
    judged = view.shared(judge_grade)
    if has_carcinoma(view):
        return judged
    if judged.status is MET:
        favorable = not_applicable(NotApplicable.NOTHING_ADVERSE, judged.value)
        return replace(favorable, evidence=judged.evidence)
    return Judgment(
        UNKNOWN,
        Reason.NO_SOURCE_TEXT,
        value=judged.value,
        evidence=judged.evidence,
        paths=judged.paths,
    )
