"""What takes a patient out of the scope of the sets, on which evidence, and what leaves it open."""

import pytest
from tests.golden.sourced_records import sourced
from tests.property.records import CATALOGUE, assess
from tests.unit.evaluator.changed import GONE, changed

from nelm_fhir.evaluator.answers import outside
from nelm_fhir.evaluator.definitions.scope import evidence_of_scope, scope_of
from nelm_fhir.evaluator.view import View
from nelm_fhir.profile.record_format import CandidateProfile

TRANSPLANTED = {"performed": True, "date": "2024-01-10"}


def view(changes):
    record = sourced(changed(changes))
    return View(CandidateProfile.from_record(record), CATALOGUE.definitions)


@pytest.mark.parametrize(
    ("changes", "scope", "evidence"),
    [
        ({"patient/birth_date": "2008-06-02"}, "SCOPE-ADULT", ["patient.birth_date"]),
        (
            {"liver_transplant": TRANSPLANTED},
            "SCOPE-POST-LT",
            ["liver_transplant.performed", "liver_transplant.date"],
        ),
        (
            {"primaries/primary-1/site": "liver"},
            "SCOPE-PRIMARY-LIVER",
            ["primaries.primary-1.site"],
        ),
        (
            {"specimens/liver-1/histology": "MiNEN"},
            "SCOPE-HISTOLOGY",
            ["specimens.liver-1.histology", "specimens.primary-specimen.histology"],
        ),
        (
            {"liver/metastases_present": False},
            "SCOPE-NO-LIVER-METASTASES",
            ["liver.metastases_present"],
        ),
    ],
)
def test_a_patient_outside_the_scope_is_so_on_evidence(changes, scope, evidence):
    seen = view(changes)
    assert scope_of(seen).of_all_sets == (scope,)
    assert [one.resource for one in evidence_of_scope(seen, scope)] == evidence


def test_a_primary_of_another_tract_is_outside_of_one_set_alone():
    elsewhere = changed({"primaries/primary-1/site": "lung"})
    assert scope_of(view({"primaries/primary-1/site": "lung"})).of_all_sets == ()
    deciding = {
        v.set: v.deciding for v in assess(elsewhere).verdicts if v.verdict == "not-applicable"
    }
    assert deciding == {"esmo-2020": ("ESMO-SCOPE",)}


def test_a_birthday_on_the_day_makes_an_adult():
    assert scope_of(view({"patient/birth_date": "2008-06-01"})).outside == ()


@pytest.mark.parametrize(
    ("changes", "is_open"),
    [
        ({}, False),
        ({"liver_transplant": TRANSPLANTED}, False),
        ({"liver/metastases_present": GONE}, True),
        ({"patient/birth_date": GONE}, True),
        ({"patient/birth_date": "2008"}, True),
        ({"liver_transplant": GONE}, True),
    ],
)
def test_the_scope_is_open_while_one_of_its_facts_is_not_documented(changes, is_open):
    profile = CandidateProfile.from_record(changed(changes))
    assert scope_of(View(profile, CATALOGUE.definitions)).open is is_open


def test_a_set_outside_its_scope_shows_neither_notes_nor_flags_and_names_every_ground():
    grounds = {"liver_transplant": TRANSPLANTED, "patient/birth_date": "2008-06-02"}
    for verdict in assess(changed(grounds)).verdicts:
        assert verdict.verdict == "not-applicable"
        assert (verdict.notes, verdict.flags) == ((), ())
        assert verdict.deciding == ("SCOPE-ADULT", "SCOPE-POST-LT")
        assert {result.value for result in verdict.criteria} == {"SCOPE-ADULT, SCOPE-POST-LT"}
        first = verdict.criteria[0].answers
        assert [answer.asks for answer in first] == ["scope"]
        assert {fact.id for fact in first[0].used} != set()
        assert all(result.answers == first for result in verdict.criteria)


def test_a_criterion_hands_on_what_its_judgment_set_aside():
    record = sourced(changed({"liver/distribution": GONE}))
    (result,) = [
        r for r in assess(record, sets=["optn"]).verdicts[0].criteria if r.id == "OPTN-LIVER"
    ]
    assert [one.evidence.resource for one in result.set_aside] == ["older liver.distribution"]
    assert result.paths == ("liver.distribution",)


@pytest.mark.parametrize(
    ("scope", "used"),
    [
        ("SCOPE-ADULT", ["patient"]),
        ("SCOPE-POST-LT", ["liver_transplant"]),
        ("SCOPE-NO-LIVER-METASTASES", ["liver"]),
        ("SCOPE-HISTOLOGY", ["specimens.liver-1", "specimens.primary-specimen"]),
        ("SCOPE-PRIMARY-LIVER", ["primaries.primary-1"]),
    ],
)
def test_a_set_that_does_not_apply_is_answered_by_what_takes_the_patient_out(scope, used):
    (found,) = outside(view({}), [scope])
    assert (found.outcome, found.reason) == ("not-applicable", "outside-scope")
    assert [fact.id for fact in found.used] == used
