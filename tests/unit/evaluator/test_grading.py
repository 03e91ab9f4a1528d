"""The votes of one specimen, and the grade that all of them allow together (rules 6.2, 6.3)."""

import pytest
from tests.golden.sourced_records import sourced
from tests.property.records import CATALOGUE
from tests.unit.evaluator.changed import changed

from nelm_fhir.evaluator.definitions.grade import judge_grade
from nelm_fhir.evaluator.definitions.grading import Grade, effective_grade, specimens
from nelm_fhir.evaluator.view import View
from nelm_fhir.profile.record_format import CandidateProfile

LIVER = {"origin": "liver-metastasis"}
PRIMARY = {"origin": "primary"}


def view(**found):
    record = changed({"specimens": {key: one for key, one in found.items() if one}})
    return View(CandidateProfile.from_record(record), CATALOGUE.definitions)


def test_the_grade_rests_on_everything_that_grades_a_specimen():
    found = {
        **LIVER,
        "histology": "NET",
        "differentiation": "well",
        "reported_grade": "G1",
        "ki67_text": "2 %",
        "mitoses_text": "1 per 2 mm2",
    }
    record = sourced(changed({"specimens": {"s": found}}))
    judged = judge_grade(View(CandidateProfile.from_record(record), CATALOGUE.definitions))
    assert {one.resource for one in judged.evidence} == {
        f"specimens.s.{key}" for key in found.keys() - LIVER.keys()
    }


def span(low, high):
    return Grade[low], Grade[high]


@pytest.mark.parametrize(
    ("fields", "grades", "net", "carcinoma"),
    [
        ({"ki67_text": "2 %"}, ("G1", "G1"), False, False),
        ({"ki67_text": "3 %"}, ("G2", "G2"), False, False),
        ({"ki67_text": "20 %"}, ("G2", "G2"), False, False),
        ({"ki67_text": "21 %"}, ("G3", "G3"), False, False),
        ({"ki67_text": "2-4 %"}, ("G1", "G2"), False, False),
        ({"ki67_text": "15-25 %"}, ("G2", "G3"), False, False),
        ({"ki67_text": "1-30 %"}, ("G1", "G3"), False, False),
        ({"ki67_text": "many"}, ("G1", "G3"), False, False),
        ({"ki67_text": "2 %", "mitoses_text": "many"}, ("G1", "G3"), False, False),
        ({"ki67_text": "2 %", "mitoses_text": "2 per 2 mm2"}, ("G2", "G2"), False, False),
        ({"ki67_text": "4 %", "mitoses_text": "1 per 2 mm2"}, ("G2", "G2"), False, False),
        ({"ki67_text": "1-30 %", "mitoses_text": "2 per 2 mm2"}, ("G2", "G3"), False, False),
        ({"reported_grade": "G1"}, ("G1", "G1"), True, False),
        ({"reported_grade": "G2", "ki67_text": "2 %"}, ("G2", "G2"), True, False),
        ({"reported_grade": "G3"}, ("G3", "G3"), False, False),
        ({"differentiation": "moderate"}, ("G2", "G2"), True, False),
        ({"differentiation": "moderate", "ki67_text": "2 %"}, ("G2", "G2"), True, False),
        ({"differentiation": "well", "ki67_text": "2 %"}, ("G1", "G1"), True, False),
        ({"differentiation": "poor", "ki67_text": "30 %"}, ("G3", "G3"), False, True),
        ({"histology": "NET", "ki67_text": "2 %"}, ("G1", "G1"), True, False),
        ({"histology": "NEC", "ki67_text": "2 %"}, ("G1", "G1"), False, True),
    ],
)
def test_every_vote_of_a_specimen_counts_and_the_highest_wins(fields, grades, net, carcinoma):
    (found,) = specimens(view(liver={**LIVER, **fields}))
    assert (found.lowest, found.highest) == span(*grades)
    assert (found.shown_net, found.carcinoma) == (net, carcinoma)
    assert found.reported == (
        Grade[fields["reported_grade"]] if "reported_grade" in fields else None
    )
    assert found.graded is bool(fields.keys() - {"differentiation", "histology"})


@pytest.mark.parametrize(
    ("liver", "primary", "grades"),
    [
        ("2 %", "2 %", ("G1", "G1")),
        ("2 %", "30 %", ("G3", "G3")),
        ("15-25 %", "2 %", ("G2", "G3")),
        ("2-4 %", "5 %", ("G2", "G2")),
        (None, "2 %", ("G1", "G3")),
        (None, "5 %", ("G2", "G3")),
        (None, None, ("G1", "G3")),
    ],
)
def test_without_a_graded_liver_specimen_the_grade_may_be_as_high_as_g3(liver, primary, grades):
    found = effective_grade(
        view(
            liver=liver and {**LIVER, "ki67_text": liver},
            primary=primary and {**PRIMARY, "ki67_text": primary},
        )
    )
    assert (found.lowest, found.highest) == span(*grades)
