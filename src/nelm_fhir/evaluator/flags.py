"""Flags beside a verdict (rules 1.6). A flag never changes one.

Most flags of a set follow from the status of one criterion and stand in its file. The others need
more than that and are functions here, by flag id. `numbers` come from `mappings/flags.toml`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from nelm_fhir.assessment.result import CriterionResult
from nelm_fhir.core.dates import add_months, due
from nelm_fhir.core.logic import MET, NOT_MET, Status
from nelm_fhir.evaluator.asking import ask, question_of
from nelm_fhir.evaluator.definitions.extrahepatic import OPTN, SSTR_PET, resected_deposits
from nelm_fhir.evaluator.definitions.foci import NEGATIVE, POSITIVE, Ignored, foci
from nelm_fhir.evaluator.definitions.focus_states import Staged, State, accepted, staged
from nelm_fhir.evaluator.definitions.grading import (
    Grade,
    GradedSpecimen,
    effective_grade,
    grades_of,
    has_carcinoma,
    other_grading_scale,
    specimens,
)
from nelm_fhir.evaluator.definitions.liver import newest_estimates
from nelm_fhir.evaluator.definitions.person import age_of
from nelm_fhir.evaluator.definitions.primary import R1, site_status
from nelm_fhir.evaluator.definitions.responses import judge_progression, responses
from nelm_fhir.evaluator.definitions.scope import scope_of
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.criteria import Ask, CriteriaSet, Criterion, FlagRule
from nelm_fhir.knowledge.texts import Texts

PATIENT: Final = "patient"
JUDGED: Final = "judged"
YEAR: Final = 12


@dataclass(frozen=True, slots=True)
class _Case:
    """What a flag may look at: the view, the results of its set, its numbers."""

    view: View
    results: Mapping[str, CriterionResult]
    numbers: Mapping[str, int]

    def status(self, criterion: str) -> Status | None:
        """Return the status of a criterion of the set; None if the set has no such criterion."""
        result = self.results.get(criterion)
        return None if result is None else result.status


Rule = Callable[[_Case], bool]


def set_flags(
    view: View, criteria_set: CriteriaSet, results: Sequence[CriterionResult], texts: Texts
) -> tuple[str, ...]:
    """Return the flags of one judged set, in the order of the flag file."""
    by_id = {result.id: result for result in results}
    raised = {
        criterion.flag.id
        for criterion in criteria_set.criteria
        if criterion.flag and _follows(view, criterion, criterion.flag, by_id)
    }
    for flag, rule in _OF_SETS.items():
        text = texts.flags[flag]
        if criteria_set.id in text.where and rule(_Case(view, by_id, text.numbers)):
            raised.add(flag)
    return tuple(flag for flag in texts.flags if flag in raised)


def patient_flags(view: View, texts: Texts) -> tuple[str, ...]:
    """Return the flags of the patient, raised whatever the verdicts."""
    return tuple(
        flag
        for flag in texts.flags
        if flag in _OF_PATIENT and _OF_PATIENT[flag](_Case(view, {}, texts.flags[flag].numbers))
    )


def _follows(
    view: View, criterion: Criterion, flag: FlagRule, results: Mapping[str, CriterionResult]
) -> bool:
    """Whether the flag that a criterion carries follows from its own status."""
    if JUDGED in flag.on:
        return True
    status = results[criterion.id].status
    if flag.under is not None:
        return status is MET and not _reached(view, criterion, flag.under)
    return str(status) in flag.on


def _reached(view: View, criterion: Criterion, length: int) -> bool:
    """Whether the clock of a criterion is met at another length, too."""
    question = question_of(view, criterion)
    if not isinstance(question, Ask):
        raise TypeError(f"{criterion.id} is flagged by its length but is not one clock")
    return ask(view, replace(question, limit=Decimal(length))).status is MET


def _may_be_g2(case: _Case) -> bool:
    if has_carcinoma(case.view) or other_grading_scale(case.view):
        return False
    grade = effective_grade(case.view)
    return grade.lowest <= Grade.G2 <= grade.highest


def _may_be_as_old(case: _Case) -> bool:
    years = age_of(case.view)
    if years is None or case.status("M07-AGE") is NOT_MET:
        return False
    return years.compare("<", Decimal(case.numbers["years"])) is not MET


def _resectable(case: _Case) -> bool:
    return case.view.profile.liver.resectability == "resectable"


def _ki67_over(ki67: str, grade: str) -> Rule:
    def raised(case: _Case) -> bool:
        return case.status(ki67) is not MET and case.status(grade) is not NOT_MET

    return raised


def _upper_rectum(case: _Case) -> bool:
    return any(p.site == "rectum-upper" for p in case.view.profile.primaries.values())


def _treated_and_absent(case: _Case) -> bool:
    staging = staged(case.view, SSTR_PET)
    return staging.state is State.ABSENT and bool(staging.of_state(State.TREATED_ABSENT))


def _grade_met_number_not(case: _Case) -> bool:
    numbers = (case.status("OPTN-KI67"), case.status("OPTN-MIT"))
    return case.status("OPTN-GRADE") is MET and NOT_MET in numbers


def _rests_on_other_test(case: _Case) -> bool:
    staging = staged(case.view, OPTN)
    sstr = case.view.tables.staging.families[SSTR_PET]
    return staging.state is State.ABSENT and not any(
        accepted(negative.scan, sstr) for negative in staging.fresh
    )


def _progression_unlisted(case: _Case) -> bool:
    listed = case.view.profile.listing.status == "listed"
    return not listed and case.view.shared(judge_progression).status is NOT_MET


def _r1_margin(case: _Case) -> bool:
    return any(p.resection.margin == R1 for p in case.view.profile.primaries.values())


def _no_portal_drainage(case: _Case) -> bool:
    return site_status(case.view, "portal").status is not MET


def _resected_deposits_gone(case: _Case) -> bool:
    return case.status("C-EHD") is MET and bool(resected_deposits(case.view))


_OF_SETS: Final[Mapping[str, Rule]] = {
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
    "C-DEP": _resected_deposits_gone,
}


def _birthday_soon(case: _Case) -> bool:
    """Whether a birthday of these years may lie after the evaluation date, within the months."""
    birth = case.view.profile.patient.birth_date
    if birth is None:
        return False
    until = add_months(case.view.as_of, case.numbers["months"])
    years = (case.numbers["first"], case.numbers["second"])
    return any(
        _between(due(birth, y * YEAR).earliest, due(birth, y * YEAR).latest, case, until)
        for y in years
    )


def _between(earliest: date, latest: date, case: _Case, until: date) -> bool:
    return latest > case.view.as_of and earliest <= until


def _liver_without_mitoses(case: _Case) -> bool:
    return any(s.is_liver and s.mitoses is None for s in specimens(case.view))


def _ki67_spans_grades(case: _Case) -> bool:
    limits = case.view.tables.grading.ki67
    amounts = [s.ki67.amount for s in specimens(case.view) if s.ki67 and s.ki67.amount]
    return any(low is not high for low, high in (grades_of(a, limits) for a in amounts))


def _grade_conflict(case: _Case) -> bool:
    return any(_outside_its_numbers(case.view, s) for s in specimens(case.view))


def _outside_its_numbers(view: View, specimen: GradedSpecimen) -> bool:
    """Whether the reported grade is outside what its numbers allow; a missing one may raise it."""
    if specimen.reported is None:
        return False
    tables = view.tables.grading
    ranges = [
        (Grade.G1, Grade.G3) if reading.amount is None else grades_of(reading.amount, limits)
        for reading, limits in (
            (specimen.ki67, tables.ki67),
            (specimen.mitoses, tables.mitoses),
        )
        if reading is not None
    ]
    if not ranges:
        return False
    lowest = max(low for low, _ in ranges)
    complete = specimen.ki67 is not None and specimen.mitoses is not None
    highest = max(high for _, high in ranges) if complete else Grade.G3
    return not lowest <= specimen.reported <= highest


def _unreadable(case: _Case) -> bool:
    return any(s.unreadable for s in specimens(case.view))


def _approximate(case: _Case) -> bool:
    amounts = [s.ki67.amount for s in specimens(case.view) if s.ki67]
    return any(amount is not None and amount.approximate for amount in amounts)


def _low_count(case: _Case) -> bool:
    tables = case.view.tables.grading
    return any(
        s.specimen.material in tables.low_count_materials
        or (s.specimen.cells_counted or tables.low_count_below) < tables.low_count_below
        for s in specimens(case.view)
        if s.ki67 is not None
    )


def _per_fields(case: _Case) -> bool:
    return any(s.mitoses is not None and s.mitoses.per_fields for s in specimens(case.view))


def _regraded(case: _Case) -> bool:
    editions = case.view.tables.grading.regraded_editions
    return any(s.specimen.who_edition in editions for s in specimens(case.view))


def _false_positive(case: _Case) -> bool:
    return any(
        focus.ignored is Ignored.FALSE_POSITIVE for focus in staged(case.view, SSTR_PET).foci
    )


def _discordant(case: _Case) -> bool:
    """Whether a focus is positive on FDG and negative on SSTR PET."""
    staging = staged(case.view, SSTR_PET)
    return any(
        _positive_on_fdg(case.view, focus.key) and _negative_on(staging, case.view, focus.key)
        for focus in foci(case.view)
    )


def _positive_on_fdg(view: View, key: str) -> bool:
    fdg = view.tables.staging.fdg_tracer
    return any(
        scan.tracer == fdg and scan.foci.get(key) == POSITIVE
        for scan in view.profile.scans.values()
    )


def _negative_on(staging: Staged, view: View, key: str) -> bool:
    return any(
        scan.foci.get(key, scan.extrahepatic_result) == NEGATIVE
        for scan in view.profile.scans.values()
        if accepted(scan, staging.family)
    )


def _estimates_differ(case: _Case) -> bool:
    return len({e.amount for e in newest_estimates(case.view)}) > 1


def _response_set_aside(case: _Case) -> bool:
    return bool(responses(case.view).set_aside)


def _other_malignancy(case: _Case) -> bool:
    return case.view.profile.other_malignancy.present is True


def _syndrome(case: _Case) -> bool:
    return case.view.profile.functional_syndrome.present is True


def _listing_unknown(case: _Case) -> bool:
    return case.view.profile.listing.status is None


def _scope_open(case: _Case) -> bool:
    return scope_of(case.view).open


def _future_dated(case: _Case) -> bool:
    return case.view.future_dated


_OF_PATIENT: Final[Mapping[str, Rule]] = {
    "AGE-SOON": _birthday_soon,
    "GRADE-NO-MITOSES": _liver_without_mitoses,
    "GRADE-RANGE": _ki67_spans_grades,
    "GRADE-CONFLICT": _grade_conflict,
    "UNREADABLE-VALUE": _unreadable,
    "KI67-APPROX": _approximate,
    "KI67-LOW-COUNT": _low_count,
    "UNIT-HPF": _per_fields,
    "WHO-EDITION": _regraded,
    "EHD-FALSE-POSITIVE": _false_positive,
    "EHD-DISCORDANT": _discordant,
    "BURDEN-CONFLICT": _estimates_differ,
    "NON-IMAGING-RESPONSE": _response_set_aside,
    "OTHER-MALIGNANCY": _other_malignancy,
    "CARCINOID-HEART": _syndrome,
    "LISTING-UNKNOWN": _listing_unknown,
    "SCOPE-OPEN": _scope_open,
    "FUTURE-DATED": _future_dated,
}
