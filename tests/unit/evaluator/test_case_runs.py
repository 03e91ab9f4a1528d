"""A run of worked cases says what does not hold, and which status and limit nothing reaches."""

from decimal import Decimal

import pytest
from msgspec import structs
from tests.golden.questions import CASES, CATALOGUE
from tests.unit.evaluator.changed import changed

from nelm_fhir.evaluator.assess import assess_profile
from nelm_fhir.evaluator.cases import Failure, Report, compare, possible_statuses, run_cases
from nelm_fhir.knowledge.criteria import Ask, Group, Joined, Kind
from nelm_fhir.profile.record_format import CandidateProfile

V01 = CASES["V01"]
CRITERION = next(one for one in CATALOGUE.sets["optn"].criteria if one.question is not None)
LENGTH = {"test": ">=", "limit": Decimal(6), "unit": "mo"}
RESECTED = Ask("resection-clock", **LENGTH)
NODE = Ask("node-clock", **LENGTH, parameters={"family": "optn"})
OBSERVED = Ask("observation-clock", **LENGTH)
STABLE = Ask("stability-clock", **LENGTH)
COVERED = Ask("stability-clock", **LENGTH, parameters={"progression": "covered"})


def run(changes):
    """Return the report of one case with this record, of which nothing is expected."""
    case = structs.replace(
        V01, record=changed(changes), criteria={}, expected={}, deciding=None, flags={}
    )
    return run_cases([case], CATALOGUE)


def test_a_run_of_nothing_reaches_nothing():
    report = run_cases([], CATALOGUE)
    assert (report.cases, report.failures, report.passed) == (0, [], False)


def test_a_run_passes_only_if_nothing_fails_and_everything_is_reached():
    failure = Failure("V01", "vignettes.json", "optn", "met", "unknown")
    assert Report().passed is True
    assert Report(failures=[failure]).passed is False
    assert Report(unreached=["C-OBS"]).passed is False


LIMITS = [
    ("esmo-2020 ESMO-BURD: no case lies exactly on < 50 %", "liver/involvement/estimate-1", 50, 49),
    (
        "optn OPTN-RES6: no case lies exactly on >= 6 mo",
        "primaries/primary-1/resection/date",
        "2025-12-01",
        "2025-12-02",
    ),
]


@pytest.mark.parametrize(("line", "path", "exactly", "beside"), LIMITS)
def test_a_limit_is_reached_by_the_value_that_lies_on_it_and_by_no_other(
    line, path, exactly, beside
):
    def reached(value):
        bounds = {"low": value, "high": value, "date": "2026-05-04"}
        return line not in run({path: value if path.endswith("date") else bounds}).unreached

    assert (reached(exactly), reached(beside)) == (True, False)


def test_an_expectation_that_does_not_hold_tells_what_was_found_with_its_reason():
    case = structs.replace(V01, criteria={"OPTN-RES6": "met", "ESMO-BURD": "not-met"})
    record = changed({"primaries/primary-1/resection/date": "2025-12"})
    assessment = assess_profile(CandidateProfile.from_record(record), CATALOGUE)
    found = {one.what: one.found for one in compare(case, assessment)}
    assert found["OPTN-RES6"] == "unknown: date-too-vague"
    assert found["ESMO-BURD"] == "met"


def test_a_guard_is_never_met_and_a_note_has_no_status():
    guard = structs.replace(CRITERION, kind=Kind.GUARD, question=NODE)
    assert possible_statuses(guard) == {"unknown", "not-applicable"}
    assert possible_statuses(structs.replace(guard, question=None)) == set()


@pytest.mark.parametrize(
    ("question", "may_not_apply"),
    [
        (NODE, True),
        (RESECTED, False),
        (Group(Joined.ALL, (NODE, OBSERVED)), True),
        (Group(Joined.ALL, (NODE, RESECTED)), False),
        (Group(Joined.ALL, (RESECTED, NODE, OBSERVED)), False),
        (STABLE, False),
        (COVERED, True),
    ],
)
def test_a_criterion_may_not_apply_only_if_every_question_of_it_may_not(question, may_not_apply):
    criterion = structs.replace(CRITERION, kind=Kind.REQUIREMENT, question=question)
    statuses = possible_statuses(criterion)
    assert statuses - {"not-applicable"} == {"met", "not-met", "unknown"}
    assert ("not-applicable" in statuses) is may_not_apply
