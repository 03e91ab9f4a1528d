"""Flags of the patient, raised whatever the verdicts (rules 1.6), by flag id."""

from collections.abc import Mapping
from typing import Final

from nelm_fhir.core.dates import MONTHS_PER_YEAR, add_months, due
from nelm_fhir.evaluator.definitions.extrahepatic import SSTR_PET
from nelm_fhir.evaluator.definitions.foci import NEGATIVE, POSITIVE, Ignored, foci
from nelm_fhir.evaluator.definitions.focus_states import Staged, accepted, staged
from nelm_fhir.evaluator.definitions.grading import (
    Grade,
    GradedSpecimen,
    grades_of,
    specimens,
)
from nelm_fhir.evaluator.definitions.liver import newest_estimates
from nelm_fhir.evaluator.definitions.responses import responses
from nelm_fhir.evaluator.definitions.scope import scope_of
from nelm_fhir.evaluator.flag_case import FlagCase, Rule
from nelm_fhir.evaluator.view import View


def _birthday_soon(case: FlagCase) -> bool:
    """Whether a birthday of these years may lie after the evaluation date, within the months."""
    birth = case.view.profile.patient.birth_date
    if birth is None:
        return False
    until = add_months(case.view.as_of, case.numbers["months"])
    years = (case.numbers["first"], case.numbers["second"])
    birthdays = [due(birth, year * MONTHS_PER_YEAR) for year in years]
    return any(day.latest > case.view.as_of and day.earliest <= until for day in birthdays)


def _liver_without_mitoses(case: FlagCase) -> bool:
    return any(s.is_liver and s.mitoses is None for s in specimens(case.view))


def _ki67_spans_grades(case: FlagCase) -> bool:
    limits = case.view.tables.grading.ki67
    amounts = [s.ki67.amount for s in specimens(case.view) if s.ki67 and s.ki67.amount]
    return any(low is not high for low, high in (grades_of(a, limits) for a in amounts))


def _grade_conflict(case: FlagCase) -> bool:
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


def _unreadable(case: FlagCase) -> bool:
    return any(s.unreadable for s in specimens(case.view))


def _approximate(case: FlagCase) -> bool:
    amounts = [s.ki67.amount for s in specimens(case.view) if s.ki67]
    return any(amount is not None and amount.approximate for amount in amounts)


def _low_count(case: FlagCase) -> bool:
    tables = case.view.tables.grading
    return any(
        s.specimen.material in tables.low_count_materials
        or (s.specimen.cells_counted or tables.low_count_below) < tables.low_count_below
        for s in specimens(case.view)
        if s.ki67 is not None
    )


def _per_fields(case: FlagCase) -> bool:
    return any(s.mitoses is not None and s.mitoses.per_fields for s in specimens(case.view))


def _regraded(case: FlagCase) -> bool:
    editions = case.view.tables.grading.regraded_editions
    return any(s.specimen.who_edition in editions for s in specimens(case.view))


def _false_positive(case: FlagCase) -> bool:
    return any(
        focus.ignored is Ignored.FALSE_POSITIVE for focus in staged(case.view, SSTR_PET).foci
    )


def _discordant(case: FlagCase) -> bool:
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


def _estimates_differ(case: FlagCase) -> bool:
    return len({e.amount for e in case.view.shared(newest_estimates)}) > 1


def _response_set_aside(case: FlagCase) -> bool:
    return bool(responses(case.view).set_aside)


def _other_malignancy(case: FlagCase) -> bool:
    return case.view.profile.other_malignancy.present is True


def _syndrome(case: FlagCase) -> bool:
    return case.view.profile.functional_syndrome.present is True


def _listing_unknown(case: FlagCase) -> bool:
    return case.view.profile.listing.status is None


def _scope_open(case: FlagCase) -> bool:
    return scope_of(case.view).open


def _future_dated(case: FlagCase) -> bool:
    return case.view.future_dated


OF_PATIENT: Final[Mapping[str, Rule]] = {
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
