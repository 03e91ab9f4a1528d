"""Observations of grade, morphology, site, spread, margins and nodes.

Terminology 3.3 to 3.7, 3.9, 3.16; traps T1, T2, T17, T18, T20, T28, T32 and T33 of section 4.
"""

from typing import Any

import pytest
from tests.unit.mappers.mapping import (
    coded,
    concept,
    condition,
    mapped,
    morphology,
    observation,
    of,
    one,
    part,
    read_one,
    reason,
    ref,
    resource,
)

from nelm_fhir.core.reading import Reading

WHO = {"method": concept("sct 1149430001")}
LIVER = "liver-metastases-present"


def values(code: str, **more: Any) -> dict[str, str]:
    """What an Observation states: the word, or why it is unknown."""
    result = mapped(observation(code, **more))
    return {
        f.element: reason(f.value) if hasattr(f.value, "reason") else str(f.value)
        for f in result.findings
    }


# --- grade ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("question", ["ln 33732-9", "ncit C18000", "sct 371469007"])
def test_an_answer_that_names_a_net_grade_is_on_the_who_scale(question: str) -> None:
    assert values(question, **coded("sct 1286770005")) == {
        "reported-grade": "G2",
        "differentiation": "well",
        "histology": "NET",
    }


def test_a_general_grade_without_scale_is_evidence_and_never_a_vote() -> None:
    found = values("ln 33732-9", **coded("sct 1663004"))
    assert found == {"reported-grade": "map-not-exact"}
    assert read_one("reported-grade", observation("ln 33732-9", **coded("sct 1663004", text="G2"))
    ).evidence.text == "G2"  # fmt: skip


@pytest.mark.parametrize(
    "more", [{"question": "sct 1149045000"}, {"question": "ncit C18000", **WHO}]
)
def test_a_general_grade_is_a_who_grade_by_question_or_method(more: dict[str, Any]) -> None:
    question = more.pop("question")
    assert values(question, **coded("sct 1663004"), **more)["reported-grade"] == "G2"


def test_t1_grade_3_of_the_german_list_is_neither_net_g3_nor_poorly_differentiated() -> None:
    assert values("ln 33732-9", **coded("grading 3")) == {"reported-grade": "equivocal"}


@pytest.mark.parametrize(
    "answer", ["grading 4", "grading M", "grading H", "sct 61026006", "sct 258245003"]
)
def test_t1_a_grade_that_may_be_high_on_any_scale_may_be_g3(answer: str) -> None:
    assert values("ln 33732-9", **coded(answer)) == {"reported-grade": "equivocal"}


def test_a_method_that_names_the_edition_tells_it() -> None:
    sent = observation("ncit C18000", **coded("sct 1286770005"), **WHO)
    assert read_one("reported-grade", sent).components == {"who-edition": "2019"}


def test_t1_the_question_puts_the_same_step_on_the_who_scale() -> None:
    assert values("sct 1149045000", **coded("grading 3")) == {"reported-grade": "G3"}


@pytest.mark.parametrize("answer", ["grading L", "sct 1155708003", "sct 1286893008"])
def test_t2_answers_that_leave_two_grades_open_are_no_grade(answer: str) -> None:
    assert values("sct 1149045000", **coded(answer)) == {"reported-grade": "map-not-exact"}


@pytest.mark.parametrize("answer", ["grading M", "grading H", "sct 1155707008"])
def test_t2_answers_that_may_be_g3_are_told_as_such(answer: str) -> None:
    assert values("sct 1149045000", **coded(answer)) == {"reported-grade": "equivocal"}


def test_grade_4_on_the_who_scale_contradicts_itself() -> None:
    assert values("sct 1149045000", **coded("sct 258245003"))["reported-grade"] == "conflicting"


def test_two_grades_in_one_concept_are_conflicting() -> None:
    answer = coded("sct 1286769009", "sct 1663004")
    assert values("ln 33732-9", **answer)["reported-grade"] == "conflicting"


@pytest.mark.parametrize("answer", ["sct 1155705000", "grading X", "grading U"])
def test_a_grade_that_cannot_be_assessed_is_recorded_as_unknown(answer: str) -> None:
    assert values("ln 33732-9", **coded(answer)) == {"reported-grade": "recorded-as-unknown"}


@pytest.mark.parametrize(
    ("answer", "word"),
    [("sct 373375007", "well"), ("sct 373377004", "moderate"), ("sct 373373000", "poor"),
     ("sct 373374006", "poor")],
)  # fmt: skip
def test_differentiation_is_told(answer: str, word: str) -> None:
    assert values("ln 33732-9", **coded(answer)) == {"differentiation": word}


def test_neuroendocrine_carcinoma_as_grade_is_a_histology() -> None:
    assert values("ncit C18000", **coded("sct 1286767006")) == {"histology": "carcinoma"}


@pytest.mark.parametrize("value", [{"valueString": "G2 (Ki67 21%)"}, coded(text="NET G2")])
def test_a_grade_in_text_is_text_only(value: dict[str, Any]) -> None:
    assert values("ncit C18000", **value) == {"reported-grade": "text-only"}


# --- morphology and site --------------------------------------------------------------------------


@pytest.mark.parametrize("question", ["ln 31206-6", "ln 59847-4"])
def test_morphology_is_the_histology_of_the_specimen(question: str) -> None:
    assert values(question, **coded("ico 8240/3")) == {"histology": "NET"}


@pytest.mark.parametrize("question", ["ln 31206-6", "ln 59847-4"])
def test_a_morphology_that_names_a_net_grade_is_a_grade_too(question: str) -> None:
    told = {"histology": "NET", "reported-grade": "G3", "differentiation": "well"}
    assert values(question, **coded("sct 1286772002")) == told
    assert values(question, **coded("ico 8240/3", "sct 1286772002")) == told


def test_a_condition_and_a_conclusion_that_name_a_net_grade_are_a_grade_too() -> None:
    told = {"histology": "NET", "reported-grade": "G2", "differentiation": "well"}
    extended = condition(
        "cm C7A.012",
        extension=[{"url": "urn:other"}, *morphology("sct 1286770005")["extension"]],
    )
    report = resource(
        "DiagnosticReport",
        "r",
        status="final",
        code=concept(text="Pathologie"),
        conclusionCode=[concept("sct 1286770005")],
    )
    for sent in (extended, condition("sct 1286770005"), report):
        found = of(mapped(sent), *told)
        assert {f.element: f.value for f in found} == told
    paths = {f.evidence.path for f in of(mapped(extended), *told)}
    assert paths == {"Condition.extension[1].valueCodeableConcept"}


def test_two_net_grades_in_one_morphology_are_conflicting() -> None:
    told = values("ln 31206-6", **coded("sct 1286770005", "sct 1286772002"))
    assert told["reported-grade"] == "conflicting"


def test_another_morphology_is_not_mapped_and_text_is_text() -> None:
    assert values("ln 59847-4", **coded("ico 8140/3")) == {"histology": "code-not-mapped"}
    assert values("ln 59847-4", **coded(text="NET")) == {"histology": "text-only"}


def test_neuroendocrine_neoplasm_gives_no_histology_but_says_neuroendocrine() -> None:
    result = mapped(observation("ln 59847-4", **coded("sct 128928004")))
    assert (result.findings, result.neuroendocrine) == ((), True)


def test_a_panel_of_morphology_without_value_is_a_panel() -> None:
    member = observation("ln 59847-4", "m", **coded("ico 8240/3"))
    panel = observation("ln 77753-2", "panel", hasMember=[ref("Observation/m")])
    assert one(mapped(panel, member), "panel").links.members == ("Observation/m",)


def test_a_panel_with_text_alone_still_holds_its_members() -> None:
    member = observation("ln 29593-1", "m", valueString="3 %")
    panel = observation(concept(text="Synoptic"), "panel", hasMember=[ref("Observation/m")])
    assert one(mapped(panel, member), "panel").links.members == ("Observation/m",)


def test_the_conclusion_code_of_a_report_is_histology_its_text_is_nothing() -> None:
    report = resource(
        "DiagnosticReport",
        "r",
        status="final",
        code=concept(text="Pathologie"),
        conclusionCode=[concept("ico 8240/3")],
        conclusion="Neuroendocrine carcinoma, Ki-67 80 %",
    )
    result = mapped(report)
    assert [(f.element, f.value) for f in result.findings] == [
        ("report", True),
        ("histology", "NET"),
    ]


def test_the_site_of_the_primary_may_be_an_observation() -> None:
    assert values("sct 399687005", **coded("sct 34516001")) == {"primary-site": "ileum"}
    assert values("sct 399687005", **coded("sct 1")) == {"primary-site": "code-not-mapped"}
    assert values("sct 399687005", **coded(text="ileum")) == {"primary-site": "text-only"}


# --- spread ---------------------------------------------------------------------------------------

PLACE = "sct 385421009"
STATUS = "sct 399608002"


@pytest.mark.parametrize("answer", ["sct 10200004", "metastases HEP", "sct 258334004"])
def test_t17_liver_metastases_are_read_from_observations(answer: str) -> None:
    assert values(PLACE, **coded(answer)) == {LIVER: "True"}


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("metastases PUL", {"focus-class": "solid-organ", "organ": "lung"}),
        ("metastases OSS", {"focus-class": "bone", "organ": "bone"}),
        ("metastases LYM", {"focus-class": "node", "organ": "distant lymph nodes"}),
        ("metastases GEN", {"organ": "elsewhere"}),
        ("sct 39607008", {"organ": "lung"}),
    ],
)
def test_t17_other_metastases_are_read_from_observations(answer: str, said: dict[str, str]) -> None:
    found = read_one("metastasis", observation(PLACE, **coded(answer)))
    assert (found.value, found.components) == (True, said)


def test_a_place_that_no_list_names_is_suspected_and_not_lost() -> None:
    found = read_one("metastasis", observation(PLACE, **coded("sct 15425007", text="Peritoneum")))
    assert (found.value, found.reading) == (True, Reading.SUSPECTED)
    assert found.components["organ"] == "Peritoneum"
    assert reason(found.components["focus-class"]) == "code-not-mapped"


def test_a_place_in_text_alone_is_text_only() -> None:
    found = read_one("metastasis", observation(PLACE, **coded(text="Leber")))
    assert (reason(found.value), found.components) == ("text-only", {"organ": "unspecified"})


def test_t17_distant_metastases_may_be_a_status_without_organ() -> None:
    found = read_one("metastasis", observation(STATUS, **coded("sct 59156000")))
    assert (found.value, found.components) == (True, {"organ": "unspecified"})


@pytest.mark.parametrize(
    "value", [coded("distant K"), coded("sct 2667000"), {"valueBoolean": False}]
)
def test_no_distant_metastases_is_absence_in_the_liver_and_elsewhere(value: dict[str, Any]) -> None:
    assert values(STATUS, **value) == {"metastasis": "False", LIVER: "False"}


def test_doubtful_and_unknown_are_neither() -> None:
    assert values(STATUS, **coded("distant F")) == {"metastasis": "map-not-exact"}
    assert values(STATUS, **coded("distant X")) == {"metastasis": "recorded-as-unknown"}
    assert values(STATUS, **coded("distant K", "distant P"))["metastasis"] == "conflicting"


def test_mcode_history_of_metastatic_cancer_false_is_absence_true_is_past() -> None:
    history = "sct 1287652008"
    assert values(history, valueBoolean=False) == {"metastasis": "False", LIVER: "False"}
    assert read_one("metastasis", observation(history, valueBoolean=True)).reading is Reading.PAST


@pytest.mark.parametrize(
    "answer",
    ["sct 1229916009", "sct 1229917000", "sct 1229920008", "ajcc pM1b", "uicc M1a", "uicc M1d"],
)
def test_t28_m1a_and_m1b_are_only_m1_without_an_organ(answer: str) -> None:
    sent = observation("sct 371497001", **coded(answer), method=concept("sct 897275008"))
    found = read_one("metastasis", sent)
    assert (found.value, found.components) == (True, {"organ": "unspecified"})


def test_m0_is_absence_and_an_unlisted_m_code_is_not_mapped() -> None:
    assert values("sct 399387003", **coded("ajcc cM0")) == {"metastasis": "False", LIVER: "False"}
    assert values("sct 399387003", **coded("uicc M0")) == {"metastasis": "False", LIVER: "False"}
    assert values("sct 399387003", **coded("uicc MX")) == {"metastasis": "recorded-as-unknown"}
    assert values("sct 399387003", **coded("ajcc cM9")) == {"metastasis": "code-not-mapped"}


def test_a_mass_in_the_mesentery_is_a_focus_of_unknown_class() -> None:
    present = read_one("metastasis", observation("sct 1287135005", **coded("sct 52101004")))
    assert (present.value, present.components) == (True, {"organ": "mesentery"})
    assert values("sct 1287135005", **coded("sct 2667000")) == {"metastasis": "False"}


def test_a_metastasis_that_the_question_names_is_answered_by_yes_or_no() -> None:
    assert values("sct 94381002", valueBoolean=True) == {LIVER: "True"}
    assert values("sct 94381002", **coded("sct 2667000")) == {LIVER: "False"}
    bone = read_one("metastasis", observation("sct 94222008", **coded("sct 52101004")))
    assert bone.components == {"focus-class": "bone", "organ": "bone"}
    assert not of(mapped(observation("sct 94222008")), "metastasis")


# --- margins and nodes ----------------------------------------------------------------------------


@pytest.mark.parametrize("question", ["ln 84892-9", "sct 17964000"])
@pytest.mark.parametrize(
    ("answer", "held"),
    [
        ("residual R0", "R0"),
        ("residual R1(is)", "R1"),
        ("residual R1(cy+)", "R1"),
        ("residual R2", "R2"),
        ("dk rx", "RX"),
        ("dk r01", "map-not-exact"),
        ("residual U", "recorded-as-unknown"),
        ("sct 1", "code-not-mapped"),
    ],
)
def test_residual_tumor_is_read_from_every_list(question: str, answer: str, held: str) -> None:
    assert values(question, **coded(answer)) == {"residual-tumor": held}


def test_t20_a_free_margin_is_no_r0_and_an_involved_one_is_told() -> None:
    free = observation("sct 372439002", "a", **coded("sct 47492008"))
    involved = observation("sct 521221000146104", "b", **coded("sct 52101004"))
    found = of(mapped(free, involved), "margin-involved")
    assert {f.key: f.value for f in found} == {"Observation/a": False, "Observation/b": True}
    assert not of(mapped(free, involved), "residual-tumor")


def test_t21_residual_tumor_keeps_the_tumor_and_operation_it_is_about() -> None:
    sent = observation(
        "ln 84892-9",
        **coded("residual R2"),
        focus=[ref("Condition/c")],
        partOf=[ref("Procedure/x")],
    )
    found = one(mapped(sent, condition("cm C7A.012")), "residual-tumor")
    assert found.links.focus == ("Condition/c",)
    assert found.links.lost == {"studies"}


def test_counts_of_nodes_are_numbers() -> None:
    assert values("ln 21894-1", valueInteger=19) == {"node-count": "19"}
    assert values("sct 443527007", valueQuantity={"value": 2}) == {"node-count": "2"}
    assert values("sct 443527007", valueString="2/19") == {"node-count": "unreadable"}


# --- what the gate keeps out ----------------------------------------------------------------------


def test_t32_a_cancelled_result_reached_through_a_report_is_dropped() -> None:
    report = resource(
        "DiagnosticReport",
        "r",
        status="final",
        code=concept(text="Pathology"),
        result=[ref("Observation/o")],
    )
    void = observation("ln 29593-1", **coded(text="2 %")) | {"status": "cancelled"}
    result = mapped(report, void)
    assert not of(result, "ki67")
    assert one(result, "report").links.lost == {"members"}


def test_t33_a_protocol_item_about_another_patient_is_dropped() -> None:
    own = observation("ln 29593-1", "own", valueString="2 %")
    other = observation(STATUS, "other", **coded("sct 59156000")) | {
        "subject": {"reference": "Patient/other"}
    }
    report = resource(
        "DiagnosticReport",
        "r",
        status="final",
        code=concept(text="Pathologie"),
        result=[ref("Observation/own"), ref("Observation/other")],
    )
    patient = {"resourceType": "Patient", "id": "other"}
    with_subject = mapped(report, own, other, patient)
    assert not of(with_subject, "metastasis")
    assert one(with_subject, "report").links.members == ("Observation/own",)


def test_a_component_of_disease_status_is_no_question_of_its_own_for_other_parts() -> None:
    sent = observation("sct 396432002", component=[part("sct 399656008", **coded("sct 52101004"))])
    assert not mapped(sent).findings


# --- how a specimen was taken ---------------------------------------------------------------------


def test_the_method_of_collection_tells_a_biopsy():
    taken = {"collection": {"method": concept("sct 129314006")}}
    found = read_one("specimen", resource("Specimen", "s", **taken))
    assert found.components == {"specimen-material": "biopsy"}


def test_an_aspiration_or_excision_does_not_tell_the_material():
    for code in ("sct 129316008", "sct 129304002"):
        taken = {"collection": {"method": concept(code)}}
        assert read_one("specimen", resource("Specimen", "s", **taken)).components == {}
