"""The pathologic N category and chromogranin A."""

import pytest
from tests.unit.mappers.mapping import (
    MII,
    coded,
    concept,
    condition,
    mapped,
    observation,
    of,
    one,
    procedure,
    profile_of,
    quantity,
    reason,
    ref,
)

PRIMARY = condition("sct 737313007")
RESECTED = procedure("sct 359571009", performedDateTime="2024-05-02")
TRANSPLANT = procedure("sct 18027006", id_="lt", performedDateTime="2024-01-01")
UICC = "https://www.uicc.org/resources/tnm"


def uicc(code):
    return {"valueCodeableConcept": {"coding": [{"system": UICC, "code": code}]}}


def prefixed(code, prefix):
    value = {"coding": [{"system": UICC, "code": prefix}]}
    url = f"{MII}mii-ex-onko-tnm-cp-praefix"
    return concept(code) | {"extension": [{"url": url, "valueCodeableConcept": value}]}


@pytest.mark.parametrize(
    ("question", "answer", "stage"),
    [
        ("sct 371494008", coded("sct 1229951001"), "pN1"),
        ("ln 21900-6", coded("ajcc pN0"), "pN0"),
        ("sct 277206009", coded("sct 1229957002"), "pN2"),
        ("sct 371494008", uicc("NX"), "pNX"),
        (prefixed("sct 277206009", "p"), uicc("N1"), "pN1"),
    ],
)
def test_a_pathologic_category_is_the_node_stage_of_the_resection(question, answer, stage):
    sent = observation(question, effectiveDateTime="2024-05-10", **answer)
    primary = next(iter(profile_of(PRIMARY, RESECTED, sent).primaries.values()))
    assert primary.resection.pn == stage


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("sct 277206009", uicc("N1")),
        ("sct 399534004", uicc("N0")),
        (prefixed("sct 277206009", "c"), uicc("N1")),
        ("sct 371494008", coded("sct 385658003")),
    ],
)
def test_a_clinical_category_or_none_is_no_pathologic_stage(question, answer):
    found = of(mapped(observation(question, **answer)), "pn")
    assert [f for f in found if isinstance(f.value, str)] == []


def test_two_pathologic_categories_in_one_answer_conflict():
    both = coded("sct 1229951001", "ajcc pN0")
    assert reason(one(mapped(observation("sct 371494008", **both)), "pn").value) == "conflicting"


def test_a_category_asked_and_not_known_says_so():
    absent = observation("sct 371494008", dataAbsentReason=concept(text="not done"))
    assert reason(one(mapped(absent), "pn").value) == "recorded-as-unknown"


def test_a_category_in_words_only_is_text():
    sent = observation("sct 371494008", **coded(text="pN1"), focus=[ref("Condition/c")])
    assert reason(one(mapped(sent), "pn").value) == "text-only"


def marker(day, value=5):
    return observation("ln 9811-1", f"m{day}", effectiveDateTime=day, **quantity(value, "ng/mL"))


def test_the_latest_marker_after_transplantation_stands_beside_a_recurrence():
    profile = profile_of(PRIMARY, TRANSPLANT, marker("2025-01-01"), marker("2025-06-01", 9))
    assert profile.recurrence.chromogranin_a == "9 ng/mL"


def test_a_marker_from_before_or_without_transplantation_is_not_entered():
    assert profile_of(PRIMARY, TRANSPLANT, marker("2023-12-01")).recurrence.chromogranin_a is None
    assert profile_of(PRIMARY, marker("2025-01-01")).recurrence.chromogranin_a is None


def test_a_coded_or_absent_marker_has_no_amount():
    sent = [
        observation("ln 9811-1", **coded(text="high")),
        observation("ln 9811-1", dataAbsentReason=concept(text="lost")),
    ]
    found = [reason(one(mapped(o), "chromogranin-a").value) for o in sent]
    assert found == ["unreadable", "recorded-as-unknown"]
