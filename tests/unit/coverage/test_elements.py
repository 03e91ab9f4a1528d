"""What a record holds of an element, how it was coded, and why something was not used."""

import pytest
from tests.unit.coverage.made import (
    ANSWER,
    ELEMENT,
    LOCAL,
    LOINC,
    SNOMED,
    bundle,
    concept,
    element,
    ki67,
    net,
    observation,
    report,
    resource,
    seen,
)

from nelm_fhir.coverage.elements import place
from nelm_fhir.coverage.leaves import without_ids
from nelm_fhir.coverage.marks import Aside, Coded, Found, NotUsed, Unknown

KI67 = "specimens.ki67_text"
INVOLVEMENT = "liver.involvement"


def attested(code: str, id_: str = "a", **more):
    return observation(id_, concept(ELEMENT, code), **more)


def answer(word: str):
    return {"valueCodeableConcept": concept(ANSWER, word)}


def involvement(**more):
    value = {"valueQuantity": {"value": 30, "unit": "%"}}
    return attested("liver-involvement", "i", **{**value, **more})


def reasons(kind: type, path: str, *resources, **more) -> set[str]:
    marks = seen(*resources, **more).marks
    return {mark.reason for mark in marks if isinstance(mark, kind) and mark.path == path}


def coded(path: str, *resources) -> set[tuple[str | None, str, str]]:
    return {
        (mark.code.code if mark.code else None, mark.at, str(mark.match))
        for mark in seen(*resources).marks
        if isinstance(mark, Coded) and mark.path == path
    }


def test_a_value_is_found_and_says_what_it_rests_on():
    assert Found(KI67) in seen(net(), ki67()).marks
    assert coded(KI67, net(), ki67()) == {("29593-1", "Observation.valueQuantity", "exact")}


def test_a_coded_answer_is_told_with_its_question():
    told = coded("liver.resectability", attested("liver-resectability", **answer("resectable")))
    assert told == {
        ("liver-resectability", "Observation.code", "exact"),
        ("resectable", "Observation.valueCodeableConcept", "exact"),
    }


def test_a_component_is_told_as_one():
    panel = observation("panel", {"text": "Immunhistochemie"})
    part = {"code": concept(LOINC, "29593-1"), "valueString": "2-3 %"}
    told = coded(KI67, net(), panel | {"component": [{"code": {"text": "x"}}, part]})
    assert told == {("29593-1", "Observation.component.valueString", "exact")}


def test_what_needs_no_code_is_told_by_its_place():
    assert coded("patient.birth_date", net()) == {(None, "Patient.birthDate", "exact")}


def test_a_code_below_a_family_is_told_as_the_code_of_our_list():
    operation = resource(
        "Procedure",
        "op",
        status="completed",
        performedDateTime="2025-01-02",
        code=concept("http://fhir.de/CodeSystem/bfarm/ops", "5-406.Fiktiva"),
        reasonReference=[{"reference": "Condition/net"}],
    )
    resection = resource(
        "Procedure",
        "hemicolectomy",
        status="completed",
        performedDateTime="2025-01-02",
        code=concept(SNOMED, "359571009"),
        reasonReference=[{"reference": "Condition/net"}],
    )
    path = "primaries.resection.lymphadenectomy"
    told = coded(path, net(bodySite=[concept(SNOMED, "34516001")]), operation, resection)
    assert {code for code, _, _ in told} == {"5-406"}


def test_a_key_that_no_fhir_has_is_only_a_value():
    assert place("Observation.component[2].valueFiktiva") == "Observation.component.value"
    assert place("Observation.valueQuantity") == "Observation.valueQuantity"
    assert place("Specimen") == "Specimen"


def test_nothing_at_all_is_no_record():
    assert reasons(Unknown, KI67, net()) == {"no-record"}
    assert reasons(Unknown, INVOLVEMENT, net()) == {"no-record"}


@pytest.mark.parametrize(
    ("path", "record", "reason"),
    [
        (
            "liver.resectability",
            attested("liver-resectability", dataAbsentReason={"text": "asked"}),
            "recorded-as-unknown",
        ),
        (
            "liver.resectability",
            attested("liver-resectability", valueString="wohl eher nicht"),
            "unreadable",
        ),
        (INVOLVEMENT, involvement(valueQuantity={"value": 30, "unit": "mm"}), "unreadable"),
        (
            "response_events.category",
            observation(
                "r",
                concept(LOINC, "97509-4"),
                valueCodeableConcept=concept(LOCAL, "SD"),
            ),
            "code-not-mapped",
        ),
        (
            "response_events.category",
            observation(
                "r", concept(LOINC, "97509-4"), valueCodeableConcept={"text": "RECIST 1.1: SD"}
            ),
            "text-only",
        ),
        (
            "response_events.category",
            observation(
                "r", concept(LOINC, "97509-4"), valueCodeableConcept=concept(SNOMED, "268910001")
            ),
            "map-not-exact",
        ),
    ],
)
def test_why_an_element_is_unknown(path: str, record, reason: str):
    assert reasons(Unknown, path, net(), record) == {reason}
    assert Found(path) not in seen(net(), record).marks


def test_two_statements_that_differ_are_told_as_conflicting():
    one, other = (
        attested("liver-resectability", word, **answer(word))
        for word in ("resectable", "unresectable")
    )
    assert reasons(Unknown, "liver.resectability", one, other) == {"conflicting"}
    assert reasons(Aside, "liver.resectability", one, other) == {"conflicting"}


def test_an_older_statement_is_told_as_superseded_beside_the_one_that_counts():
    old = attested(
        "liver-resectability", "old", **answer("resectable"), effectiveDateTime="2025-01-01"
    )
    new = attested("liver-resectability", "new", **answer("unresectable"))
    assert reasons(Aside, "liver.resectability", old, new) == {"superseded"}
    assert Found("liver.resectability") in seen(old, new).marks


def test_a_statement_of_the_future_is_told_as_such():
    later = attested("listing", **answer("listed"), effectiveDateTime="2027-01-01")
    now = attested("listing", "b", **answer("not-listed"))
    assert reasons(Aside, "listing.status", later, now) == {"future-dated"}


def test_a_value_that_is_there_and_too_old_is_told_as_such():
    old = involvement(effectiveDateTime="2024-01-01")
    assert Found(INVOLVEMENT) in seen(net(), old).marks
    assert reasons(Aside, INVOLVEMENT, net(), old) == {"too-old"}
    assert reasons(Aside, INVOLVEMENT, net(), involvement()) == set()


def test_a_value_on_both_sides_of_a_limit_is_told_as_such():
    both = involvement(
        valueQuantity=None,
        valueRange={"low": {"value": 40, "unit": "%"}, "high": {"value": 60, "unit": "%"}},
    )
    assert reasons(Aside, INVOLVEMENT, net(), both) == {"straddles-limit"}


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled"])
def test_what_the_gate_drops_is_told_under_its_element(status: str):
    dropped = ki67(status=status)
    marks = seen(net(), dropped).marks
    assert {Aside(KI67, status), NotUsed("Observation", status)} <= marks
    assert Unknown(KI67, "no-record") in marks


def test_a_dropped_attested_entry_is_told_under_what_it_feeds():
    assert reasons(Aside, INVOLVEMENT, net(), involvement(status="entered-in-error")) == {
        "entered-in-error"
    }


def test_a_dropped_resource_that_is_no_business_of_ours_is_told_under_no_element():
    weight = observation("w", concept(LOINC, "29463-7"), status="entered-in-error")
    marks = seen(net(), weight).marks
    assert not [mark for mark in marks if isinstance(mark, Aside)]


def test_types_that_nobody_maps_are_not_told():
    odd = resource("Fiktiva", "x")
    assert not [mark for mark in seen(net(), odd, odd).marks if isinstance(mark, NotUsed)]
    twice = seen(net(), net()).marks
    assert NotUsed("Condition", "duplicate") in twice


def test_counts_are_of_records_however_often_one_says_it():
    twice = bundle(net(), ki67("a"), ki67("b"))
    told = report([twice] * 7)
    assert element(told, KI67)["found"] == 5
    assert element(told, KI67)["matched"] == {"exact": 5, "mapped": 0, "weak": 0, "site": 0}


@pytest.mark.parametrize(
    ("path", "bare"),
    [
        ("scans.pet-1.date", "scans.date"),
        ("scans.pet.foci.liver", "scans.foci"),
        ("liver.involvement.<id>.low", "liver.involvement.low"),
        ("extrahepatic.a", "extrahepatic"),
        ("patient.birth_date", "patient.birth_date"),
    ],
)
def test_ids_are_taken_out_of_paths(path: str, bare: str):
    assert without_ids(path) == bare
