"""Which codes that nobody maps are near our elements, and which are not."""

from pathlib import Path

import pytest
from tests.unit.coverage.made import (
    ANSWER,
    ELEMENT,
    EXAMPLE,
    LOCAL,
    LOINC,
    SNOMED,
    bundle,
    concept,
    gaps,
    ki67,
    net,
    observation,
    report,
    resource,
    seen,
)

from nelm_fhir.coverage.marks import InWords

TUMOR_BOARD = "https://example-hospital.example/fhir/CodeSystem/tumor-board"
QUESTION = "Observation.code"
VALUE = "Observation.valueCodeableConcept"
LIVER = {"reference": "Specimen/liver"}


def local(code: str, display: str | None = None, text: str | None = None):
    return concept(LOCAL, code, display, text)


def attested(element: str, **more):
    return observation(element, concept(ELEMENT, element), **more)


# --- (a) what answers a question that is read -----------------------------------------------------


def test_an_unmapped_answer_to_a_question_that_is_read_is_nearest():
    asked = attested("liver-resectability", valueCodeableConcept=local("U"))
    assert gaps(asked) == {(VALUE, "U"): {"answer"}}


def test_an_unmapped_answer_to_a_standard_question_is_nearest():
    status = observation("s", concept(LOINC, "97509-4"), valueCodeableConcept=local("STAB"))
    (row,) = report([bundle(net(), status)])["unmapped"]
    assert row["near"] == ["answer"]
    assert "response_events.category" in row["elements"]
    assert {"map": "list", "name": "response-answer"} in row["suggestions"]


def test_an_answer_that_is_known_is_no_gap():
    said = attested("liver-resectability", valueCodeableConcept=concept(ANSWER, "resectable"))
    assert gaps(said) == {}


def test_a_local_code_beside_one_that_is_read_is_no_gap():
    both = ki67(code={"coding": [*concept(LOINC, "29593-1")["coding"], *local("KI")["coding"]]})
    answered = {"coding": [*concept(ANSWER, "resectable")["coding"], *local("R")["coding"]]}
    assert gaps(net(), both, attested("liver-resectability", valueCodeableConcept=answered)) == {}


@pytest.mark.parametrize(
    ("place", "record"),
    [
        ("Condition.bodySite", net(bodySite=[local("T-17")])),
        ("Observation.method", ki67(method=local("W19"))),
        ("Observation.bodySite", ki67(bodySite=local("L"))),
    ],
)
def test_an_answer_at_another_place_of_what_is_read_is_near(place: str, record):
    found = gaps(net(), record) if record["resourceType"] == "Observation" else gaps(record)
    assert [at for at, _ in found] == [place]
    assert list(found.values()) == [{"answer"}]


def test_the_outcome_and_product_of_an_operation_that_is_read_are_near():
    operation = resource(
        "Procedure",
        "op",
        status="completed",
        code=concept(SNOMED, "359571009"),
        outcome=local("R-NULL"),
        usedCode=[local("STAPLER")],
    )
    assert gaps(net(), operation).keys() == {
        ("Procedure.outcome", "R-NULL"),
        ("Procedure.usedCode", "STAPLER"),
    }


def test_type_and_site_of_a_specimen_are_near_only_if_something_was_found_in_it():
    specimen = resource(
        "Specimen", "liver", type=local("ST"), collection={"bodySite": local("LEB")}
    )
    assert gaps(net(), specimen) == {}
    found = gaps(net(), specimen, ki67(specimen=LIVER))
    assert found.keys() == {("Specimen.type", "ST"), ("Specimen.collection.bodySite", "LEB")}


def test_a_conclusion_is_near_on_every_report():
    pathology = resource(
        "DiagnosticReport", "r", status="final", code={"text": "x"}, conclusionCode=[local("NET")]
    )
    assert gaps(net(), pathology) == {("DiagnosticReport.conclusionCode", "NET"): {"answer"}}


def test_a_site_may_map_an_answer_for_one_element_only(tmp_path: Path):
    asked = observation(
        "v",
        concept(TUMOR_BOARD, "VERTEILUNG"),
        valueCodeableConcept=concept(f"{TUMOR_BOARD}-answer", "U"),
    )
    assert gaps(asked, overlays=(EXAMPLE,)) == {(VALUE, "U"): {"answer"}}
    as_listed = observation(
        "r",
        concept(TUMOR_BOARD, "RESEKT"),
        valueCodeableConcept=concept(f"{TUMOR_BOARD}-answer", "U"),
    )
    assert gaps(as_listed, overlays=(EXAMPLE,)) == {}


# --- (b) what is linked ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "link",
    [
        {"focus": [{"reference": "Condition/net"}]},
        {"specimen": LIVER},
        {"derivedFrom": [{"reference": "Observation/ki67"}]},
    ],
)
def test_a_question_linked_to_what_is_read_is_near(link):
    specimen = resource("Specimen", "liver")
    asked = observation("x", local("4711"), **link)
    found = gaps(net(), specimen, ki67(specimen=LIVER), asked)
    assert found[QUESTION, "4711"] == {"linked"}


def test_a_question_of_the_same_report_or_panel_is_near():
    marker = observation("x", local("SYN"), valueString="positiv")
    held = [{"reference": "Observation/ki67"}, {"reference": "Observation/x"}]
    result = resource("DiagnosticReport", "r", status="final", code={"text": "p"}, result=held)
    assert gaps(net(), ki67(), marker, result)[QUESTION, "SYN"] == {"linked"}
    panel = observation("panel", {"text": "p"}, hasMember=held)
    assert gaps(net(), ki67(), marker, panel)[QUESTION, "SYN"] == {"linked"}


def test_a_component_of_what_is_read_is_near():
    told = ki67(component=[{"code": local("HOTSPOT"), "valueQuantity": {"value": 12}}])
    assert gaps(net(), told) == {("Observation.component.code", "HOTSPOT"): {"linked"}}


def test_what_stands_alone_is_not_near():
    asked = observation("x", local("4711"), valueQuantity={"value": 1})
    assert gaps(net(), ki67(), asked) == {}


def test_what_only_hangs_on_any_specimen_or_study_is_not_near():
    blood = resource("Specimen", "blood")
    asked = observation("x", local("HB"), specimen={"reference": "Specimen/blood"})
    study = resource("ImagingStudy", "knee", status="available", started="2026-05-04")
    knee = observation("k", local("KNIE"), derivedFrom=[{"reference": "ImagingStudy/knee"}])
    assert gaps(net(), ki67(), blood, asked, study, knee) == {}


# --- (c) what speaks of the field -----------------------------------------------------------------


@pytest.mark.parametrize(
    "code",
    [local("4711", "Ki-67 Index"), local("4711", None, "MIB-1"), local("KI67-LEBER")],
)
def test_a_question_that_speaks_of_the_field_is_near(code):
    asked = observation("x", code, valueQuantity={"value": 4, "unit": "%"})
    ((row,),) = [report([bundle(net(), asked)])["unmapped"]]
    assert (row["near"], row["values"]) == (["word"], ["Quantity"])
    assert row["suggestions"][0] == {"map": "element", "name": "ki67"}


def test_the_text_beside_a_standard_code_makes_it_near_and_suggests_nothing():
    imaging = resource(
        "DiagnosticReport",
        "r",
        status="final",
        code=concept(LOINC, "18748-4", "Diagnostic imaging study", "68Ga-DOTATATE PET/CT"),
    )
    (row,) = report([bundle(net(), imaging)])["unmapped"]
    assert (row["near"], row["topics"], row["suggestions"]) == (["word"], [], [])


def test_the_code_of_a_known_system_is_no_word():
    asked = observation("x", concept(LOINC, "G1"))
    assert gaps(net(), asked) == {}


def test_answers_to_an_unmapped_question_are_as_near_and_stand_below_it():
    asked = observation("x", local("RES", "resektabel?"), valueCodeableConcept=local("U"))
    question, answer = report([bundle(net(), asked)])["unmapped"]
    assert (question["code"], answer["code"]) == ("RES", "U")
    assert answer["near"] == question["near"] == ["word"]
    assert answer["answers"] == {"system": LOCAL, "code": "RES"}
    assert answer["suggestions"] == [{"map": "words", "name": "liver-resectability"}]


def test_a_component_of_an_unmapped_question_is_near():
    part = {"code": local("METH"), "valueCodeableConcept": local("V")}
    asked = observation("x", local("TUMORLAST"), component=[part])
    found = gaps(net(), asked)
    assert found["Observation.component.code", "METH"] == {"linked"}
    assert found["Observation.component.valueCodeableConcept", "V"] == {"linked"}
    other = observation("y", local("PULS"), component=[part])
    assert gaps(net(), other) == {}


def test_the_specimen_of_an_unmapped_question_is_near():
    specimen = resource("Specimen", "liver", type=local("ST"))
    asked = observation("x", local("KI67"), specimen=LIVER)
    assert gaps(net(), specimen, asked)["Specimen.type", "ST"] == {"linked"}


def test_what_is_asked_in_words_alone_is_counted_by_topic():
    asked = observation("x", {"text": "Mitosen, Frau Fiktiva"}, valueString="2")
    assert InWords("mitoses", QUESTION) in seen(net(), asked).marks
    told = report([bundle(net(), asked)])
    assert told["in_words"] == [{"topic": "Mitoses", "at": QUESTION, "records": "<5"}]


@pytest.mark.parametrize(
    ("place", "plan"),
    [
        ("CarePlan.category", {"category": [local("INOP", "inoperabel")]}),
        (
            "CarePlan.activity.detail.code",
            {
                "activity": [
                    {"detail": {"status": "scheduled", "code": local("INOP", "inoperabel")}}
                ]
            },
        ),
    ],
)
def test_an_answer_that_a_plan_carries_is_near_by_its_words(place: str, plan):
    made = resource("CarePlan", "c", status="active", intent="plan", **plan)
    (row,) = report([bundle(net(), made)])["unmapped"]
    assert (row["at"], row["near"]) == (place, ["word"])
    assert row["suggestions"] == [{"map": "words", "name": "liver-resectability"}]


def test_an_answer_that_a_plan_carries_is_no_gap_once_a_site_maps_it():
    answer = concept(f"{TUMOR_BOARD}-answer", "U", "nicht operabel")
    made = resource("CarePlan", "c", status="active", intent="plan", category=[answer])
    assert gaps(net(), made).keys() == {("CarePlan.category", "U")}
    assert gaps(net(), made, overlays=(EXAMPLE,)) == {}


# --- drugs, and what is never near ----------------------------------------------------------------


def test_a_drug_is_near_as_such_and_stands_last():
    drug = resource(
        "MedicationStatement",
        "m",
        status="active",
        medicationCodeableConcept=concept("http://fhir.de/CodeSystem/bfarm/atc", "C09AA05"),
    )
    asked = observation("x", local("SYN"), focus=[{"reference": "Condition/net"}])
    told = report([bundle(net(), drug, asked)])["unmapped"]
    assert [row["near"] for row in told] == [["linked"], ["drug"]]


def test_a_drug_of_the_field_is_nearer_than_others():
    drug = resource(
        "MedicationStatement",
        "m",
        status="active",
        medicationCodeableConcept=local("08155", "Somatuline Autogel"),
    )
    assert list(gaps(net(), drug).values()) == [{"word", "drug"}]


def test_routine_codes_are_not_near():
    routine = [
        observation("w", concept(LOINC, "29463-7", "Body weight"), valueQuantity={"value": 70}),
        observation("b", concept(LOINC, "1975-2", "Bilirubin.total"), valueQuantity={"value": 1}),
        observation("l", local("HB", "Hämoglobin"), valueQuantity={"value": 13}),
        resource("Condition", "h", code=concept("http://hl7.org/fhir/sid/icd-10", "I10")),
    ]
    assert gaps(net(), ki67(), *routine) == {}


def test_codes_that_must_never_match_are_not_offered():
    her2 = observation("x", concept(LOINC, "85319-2", "Ki-67"), valueQuantity={"value": 20})
    assert gaps(net(), her2) == {}


@pytest.mark.parametrize("code", ["5-502", "5-502.1"])
def test_a_code_that_waits_for_confirmation_is_near_and_marked(code: str):
    operation = resource(
        "Procedure",
        "op",
        status="completed",
        code=concept("http://fhir.de/CodeSystem/bfarm/ops", code),
    )
    (row,) = report([bundle(net(), operation)])["unmapped"]
    assert (row["code"], row["near"], row["unverified"]) == (code, ["listed"], True)
    assert row["suggestions"] == [{"map": "list", "name": "liver-procedure"}]


def test_a_resource_that_the_gate_drops_leaves_no_gap():
    asked = observation("x", local("KI67"), status="entered-in-error")
    assert gaps(net(), asked) == {}


def test_a_code_without_system_is_told_without_one():
    (row,) = report([bundle(net(), observation("x", concept(None, "KI67")))])["unmapped"]
    assert (row["system"], row["code"]) == (None, "KI67")


def test_with_the_overlay_its_codes_are_no_gap_and_are_told_as_seen():
    asked = observation("x", concept(TUMOR_BOARD, "LB-ANTEIL", "Tumoranteil der Leber"))
    assert (QUESTION, "LB-ANTEIL") in gaps(net(), asked)
    told = report([bundle(net(), asked)], (EXAMPLE,))
    assert told["unmapped"] == []
    assert told["site_codes"] == [{"system": TUMOR_BOARD, "code": "LB-ANTEIL"}]
