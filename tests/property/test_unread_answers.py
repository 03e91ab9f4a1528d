"""An answer that nobody can read gives way to another one, but never without a word.

Each row is an adverse fact of `test_adverse_facts` whose answer was damaged on its way: the fuzzer
found that it vanished. It may be silent about the verdict (its code could mean anything); the
result names it.
"""

import copy

import pytest
from tests.property.fhir_parts import MEETS_ALL, judged, statuses, with_added
from tests.property.test_adverse_facts import MUST_BE_UNKNOWN, NO_LONGER_MET

ADVERSE = {**NO_LONGER_MET, **MUST_BE_UNKNOWN}
UNKNOWN_CODE = {"coding": [{"system": "urn:local", "code": "?"}]}
VALUE = ("valueCodeableConcept",)
COMPONENT = ("component", 0, "valueCodeableConcept")
IN_TEXT = {"text": "worse"}
ROWS = {
    "R1 without link": (VALUE, "answer-not-read"),
    "R1 of the pathologist": (VALUE, "answer-not-read"),
    "M1 at a body site": (VALUE, "answer-not-read"),
    "distant metastasis at a body site in text": (VALUE, "answer-not-read"),
    "one involved margin": (("component", 1, "valueCodeableConcept"), "answer-unknown"),
}


ONLY_PROGRESSION_COUNTS = ["German progression of lymph nodes", "German progression of the primary"]


def damaged(row, path, value):
    """The record with that adverse fact, something else in one place of it."""
    *_, added = copy.deepcopy(ADVERSE[row])
    owner = added
    for step in path[:-1]:
        owner = owner[step]
    owner[path[-1]] = value
    return added


@pytest.mark.parametrize("row", ROWS)
def test_an_adverse_answer_of_an_unknown_code_is_told(row):
    path, kind = ROWS[row]
    added = damaged(row, path, UNKNOWN_CODE)
    found = [one for one in judged(with_added([added])).issues if one.kind == kind]
    places = (f"Observation/{added['id']} ", f"Bundle.entry[{len(MEETS_ALL['entry'])}]")
    assert [one for one in found if one.location.startswith(places)]


@pytest.mark.parametrize("row", ONLY_PROGRESSION_COUNTS)
def test_an_adverse_answer_in_text_alone_is_told(row):
    found = judged(with_added([damaged(row, COMPONENT, IN_TEXT)])).issues
    assert "answer-unknown" in {one.kind for one in found}


@pytest.mark.parametrize("row", ROWS)
def test_an_answer_that_is_shown_is_not_told_again(row):
    *_, added = ADVERSE[row]
    kinds = {one.kind for one in judged(with_added([added])).issues}
    assert not kinds & {"answer-not-read", "answer-unknown"}


def test_a_margin_that_may_be_involved_leaves_the_resection_open():
    *_, added = ADVERSE["one involved margin"]
    after = statuses(judged(with_added([{**added, "status": "unknown"}])))
    assert {name: after[name] for name in ("M07-PRIM", "M16-PRIM", "B-PRIM")} == {
        "M07-PRIM": "unknown",
        "M16-PRIM": "unknown",
        "B-PRIM": "unknown",
    }


@pytest.mark.parametrize("day", ["2026-05-20", "2025", None])
def test_an_r2_that_may_hold_leaves_the_resection_open(day):
    *_, added = ADVERSE["R2 attested later"]
    doubtful = {**added, "status": "unknown", "effectiveDateTime": day}
    after = statuses(judged(with_added([{k: v for k, v in doubtful.items() if v}])))
    assert {after[name] for name in ("M07-PRIM", "M16-PRIM", "B-PRIM")} == {"unknown"}


def test_the_issue_names_a_place_and_no_value():
    *_, added = ADVERSE["R1 without link"]
    found = judged(with_added([damaged("R1 without link", VALUE, UNKNOWN_CODE)])).issues
    (one,) = (i for i in found if i.kind == "answer-not-read")
    assert one.location == f"Observation/{added['id']} Observation.valueCodeableConcept"
    assert "?" not in one.text
