"""All worked cases and vignettes pass, and reach every status and limit of every criterion."""

from collections import Counter

import pytest
from msgspec import structs

from nelm_fhir.evaluator.assess import assess_profile
from nelm_fhir.evaluator.cases import compare, run_cases
from nelm_fhir.evaluator.registry import SPECS
from nelm_fhir.knowledge.cases import merged, worked_cases
from nelm_fhir.knowledge.loader import load_catalogue
from nelm_fhir.profile.record_format import CandidateProfile

CATALOGUE = load_catalogue(SPECS)
CASES = list(worked_cases())


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.file}:{case.id}")
def test_the_case_comes_out_as_worked_by_hand(case):
    assessment = assess_profile(CandidateProfile.from_record(case.record), CATALOGUE)
    assert [str(failure) for failure in compare(case, assessment)] == []


def test_every_status_and_limit_is_reached():
    report = run_cases(CASES, CATALOGUE)
    assert report.unreached == []
    assert report.passed
    assert report.cases == len(CASES)


def test_all_forty_vignettes_are_carried():
    assert Counter(case.file for case in CASES)["vignettes.json"] == 40


def test_a_wrong_expectation_of_every_kind_is_noticed():
    case = next(case for case in CASES if case.id == "V24")
    wrong = structs.replace(
        case,
        expected={"optn": "criteria-met"},
        deciding=frozenset(),
        earliest={"optn": case.earliest["optn"].replace(year=2030)},
        flags={"patient": ("FUTURE-DATED",)},
        flags_absent={"citterio-2023": ("C-OBS-SHORT",)},
        references=(),
        reference_notes=("E10",),
        surveillance=("SURV-1",),
        criteria={"OPTN-RES6": "met", "NO-SUCH": "met", "C-OBS": "met: no-record"},
    )
    assessment = assess_profile(CandidateProfile.from_record(case.record), CATALOGUE)
    assert [str(failure) for failure in compare(wrong, assessment)] == [
        f"vignettes.json V24: {told}"
        for told in (
            "optn: expected criteria-met, found deferred",
            "deciding: expected [], found ['OPTN-RES6']",
            "earliest optn: expected 2030-08-01, found 2026-08-01",
            "flag FUTURE-DATED of patient: expected raised, found absent",
            "flag C-OBS-SHORT of citterio-2023: expected absent, found raised",
            "references: expected (), found ('O1', 'O3', 'O5', 'O9', 'O12')",
            "reference_notes: expected ('E10',), found ()",
            "surveillance: expected ('SURV-1',), found ()",
            "OPTN-RES6: expected met, found not-met",
            "NO-SUCH: expected met, found no such criterion",
            "C-OBS: expected met: no-record, found met",
        )
    ]


def test_a_criterion_that_no_case_reaches_is_named():
    report = run_cases(CASES[:1], CATALOGUE)
    assert not report.passed
    assert "esmo-2020 ESMO-BURD: no case brings it to not-met" in report.unreached
    assert "esmo-2020 ESMO-BURD: no case lies exactly on < 50 %" in report.unreached


def test_a_merge_patch_follows_rfc_7386():
    assert merged(
        {"a": {"b": 1, "c": 2}, "d": [1]}, {"a": {"b": None}, "d": [2], "e": {"f": 1}}
    ) == {
        "a": {"c": 2},
        "d": [2],
        "e": {"f": 1},
    }
    assert merged({"a": 1}, {"a": {"b": None}}) == {"a": {}}
