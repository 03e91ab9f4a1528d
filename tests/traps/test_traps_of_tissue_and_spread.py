"""Traps T1 to T21, T28, T36, T38 and T39 of terminology section 4: tissue, grade, spread, margins.

Each from bytes to the profile, and to verdicts where the trap speaks of them.
"""

import pytest
from tests.traps.line import GRADE, KI67, after, aside, assessed, issues, met, only, profile, why
from tests.unit.mappers.mapping import (
    coded,
    coding,
    concept,
    condition,
    morphology,
    observation,
    part,
    procedure,
    quantity,
    ref,
)

DAY = {"effectiveDateTime": "2026-05-12"}
DONE = {"performedDateTime": "2024-07-15"}
AT_LIVER = {"bodySite": concept("sct 10200004")}
NET = condition("sct 737313007")
ALL_NOT_MET = dict.fromkeys(GRADE, "not-met")


def told(code, id_="o", **more):
    return observation(code, id_, **{**DAY, **more})


def grades(*resources):
    found = after(*resources)
    return {name: found[name] for name in GRADE}


# --- grade ----------------------------------------------------------------------------------------


def test_t01_grade_3_of_an_unknown_scale_is_no_who_grade_and_may_be_one():
    for answer in ("grading 3", "sct 61026006"):
        specimen = only(profile(told("ln 33732-9", **coded(answer))).specimens)
        assert (specimen.reported_grade, specimen.differentiation) == (None, None)
        assert aside(specimen, "reported_grade") == ["Observation/o"]
        assert met(told("ln 33732-9", **coded(answer))) == set()


@pytest.mark.parametrize(
    "sent",
    [
        told("sct 1149045000", **coded("sct 61026006")),
        told("ncit C18000", method=concept("sct 1149430001"), **coded("sct 61026006")),
        told("ln 33732-9", **coded("sct 1286772002")),
        told("ln 31206-6", **coded("ico 8240/3", "sct 1286772002")),
    ],
)
def test_t01_question_method_answer_or_morphology_make_the_scale_who(sent):
    assert only(profile(sent).specimens).reported_grade == "G3"
    assert grades(sent) == ALL_NOT_MET


def test_t01_carcinoma_as_answer_is_carcinoma():
    assert grades(told("ln 33732-9", **coded("sct 1286767006"))) == ALL_NOT_MET


def test_t02_g1_or_g2_is_not_g1_and_low_is_no_grade():
    for answer in ("grading L", "sct 1155708003"):
        specimen = only(profile(told("sct 1149045000", **coded(answer))).specimens)
        assert specimen.reported_grade is None
        assert why(specimen, "reported_grade") == "map-not-exact"
        assert grades(told("sct 1149045000", **coded(answer))) == dict.fromkeys(GRADE, "met")


def test_t03_a_label_g2_does_not_hide_a_ki67_of_21_percent():
    label = told("ncit C18000", "g", **AT_LIVER, **coded("sct 1286770005"))
    index = told("ln 29593-1", "k", **AT_LIVER, valueString="21 %")
    specimen = only(profile(label, index).specimens)
    assert (specimen.reported_grade, specimen.ki67_text) == ("G2", "21 %")
    assert grades(label, index) == ALL_NOT_MET
    assert "GRADE-CONFLICT" in assessed(label, index).flags


def test_t03_the_label_in_words_is_never_read():
    words = told(concept(text="Grading"), valueString="G2 (Ki67 21%, Mitosen 5/2mm²)")
    assert profile(words).specimens == {}


# --- Ki-67 and mitoses ----------------------------------------------------------------------------


def test_t04_her2_code_with_a_ki67_display_is_not_ki67():
    code = {"coding": [{**coding("ln 85319-2"), "display": "Ki-67"}], "text": "Ki-67"}
    assert profile(told(code, **quantity(30, "%"))).specimens == {}
    assert {after(told(code, **quantity(30, "%")))[name] for name in KI67} == {"met"}


def test_t05_the_presence_code_with_a_quantity_is_that_percentage():
    sent = told("ln 33055-5", **quantity(30, "%"))
    assert only(profile(sent).specimens).ki67_text == "30 %"
    assert {after(sent)[name] for name in KI67} == {"not-met"}


def test_t06_the_procedure_of_determining_ki67_is_no_result():
    assert profile(told("sct 310731000146105", **coded("sct 385658003"))).specimens == {}
    assert profile(told("ln 29593-1", **coded("sct 385658003"))).specimens == {}


def test_t07_a_fraction_is_unreadable_kept_and_never_multiplied():
    sent = told("ln 29593-1", **AT_LIVER, **quantity("0.08", "1"))
    sent["valueQuantity"]["value"] = 0.08
    assert only(profile(sent).specimens).ki67_text == "unreadable: 0.08 1"
    assert {after(sent)[name] for name in KI67} == {"unknown"}


def test_t08_a_count_per_one_field_under_a_code_per_ten_is_neither_15_nor_150():
    sent = told("sct 406094009", **AT_LIVER, **quantity(15, "/[HPF]"))
    assert only(profile(sent).specimens).mitoses_text == "conflicting: 15 /[HPF]"
    assert {after(sent)[name] for name in ("OPTN-MIT", "B-MIT")} == {"unknown"}


def test_t09_a_mitotic_score_is_no_count():
    code = {"coding": [{**coding("sct 405920001"), "display": "Aantal mitosen per 2mm2"}]}
    sent = told(code, **AT_LIVER, valueQuantity={"value": 1})
    assert only(profile(sent).specimens).mitoses_text == "conflicting: 1"
    assert {after(sent)[name] for name in ("OPTN-MIT", "B-MIT")} == {"unknown"}


def test_t10_a_nottingham_score_is_never_a_count():
    words = concept(text="Mitotic rate [Score] in Breast cancer specimen by Nottingham")
    assert profile(told(words, valueInteger=1)).specimens == {}
    for score in ("omop 4240574", "omop 4241298", "omop 4240069"):
        assert profile(told(score, valueInteger=1)).specimens == {}


# --- morphology and primary -----------------------------------------------------------------------


def test_t11_8249_3_is_a_net_of_no_grade_and_8246_3_carcinoma_until_graded():
    atypical = only(profile(told("ln 59847-4", **coded("ico 8249/3"))).specimens)
    assert (atypical.histology, atypical.reported_grade) == ("NET", None)
    old = told("ln 59847-4", "h", **coded("ico 8246/3"))
    assert only(profile(old).specimens).histology == "NEC"
    graded = told("ncit C18000", "g", **coded("sct 1286770005"))
    panel = told(concept(text="Panel"), "p", hasMember=[ref("Observation/h"), ref("Observation/g")])
    specimen = only(profile(old, graded, panel).specimens)
    assert specimen.reported_grade == "G2"
    assert specimen.histology != "NEC"


def test_t12_a_benign_carcinoid_code_is_a_primary():
    assert only(profile(condition("cm D3A.012")).primaries).site == "ileum"


def test_t13_poorly_differentiated_codes_are_carcinoma_and_so_are_carcinoma_disorders():
    for code in ("cm C7A.1", "sct 1186869002", "sct 123631000119103"):
        assert only(profile(condition(code)).specimens).histology == "NEC"
    late = condition("cm C7A.1", onsetDateTime="2026-05-15")
    assert grades(late) == ALL_NOT_MET


def test_t13_a_carcinoma_disorder_gives_way_to_a_who_grade_and_poorly_differentiated_does_not():
    graded = told("ncit C18000", "g", focus=[ref("Condition/c")], **coded("sct 1286770005"))
    disorder = condition("sct 1186869002", onsetDateTime="2024-01-01")
    told_of = {s.histology for s in profile(disorder, graded).specimens.values()}
    assert "NEC" not in told_of
    assert "carcinoma-set-aside" in issues(disorder, graded)
    certain = condition("cm C7A.1", onsetDateTime="2024-01-01")
    assert "NEC" in {s.histology for s in profile(certain, graded).specimens.values()}


def test_t14_a_primary_hepatic_carcinoma_is_a_primary_and_no_metastasis():
    found = profile(condition("sct 716652006"))
    assert only(found.primaries).site == "liver"
    assert found.liver.metastases_present is None
    assert found.extrahepatic == {}
    assert met(condition("sct 716652006", onsetDateTime="2026-05-15")) == set()


# --- metastases -----------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["cm C7B.8", "cm C7B.00"])
def test_t15_a_metastasis_without_organ_is_neither_of_the_liver_nor_a_focus(code):
    found = profile(condition(code))
    assert (found.liver.metastases_present, found.extrahepatic) == (None, {})
    assert issues(condition(code)) == ["metastasis-without-organ"]


def test_t16_intra_abdominal_nodes_are_neither_regional_nor_distant():
    focus = only(profile(condition("cm C77.2")).extrahepatic)
    assert (focus.disease_class, focus.organ) == (None, "intra-abdominal lymph nodes")


def test_t17_metastases_that_stand_only_in_observations_are_read():
    german = profile(told("sct 385421009", **coded("metastases HEP")))
    assert german.liver.metastases_present is True
    dutch = profile(
        told("sct 399608002", "a", **coded("sct 59156000")),
        told("sct 385421009", "b", **coded("sct 10200004")),
    )
    assert dutch.liver.metastases_present is True
    assert only(profile(told("sct 385421009", **coded("metastases OSS"))).extrahepatic)


def test_t18_k_is_stable_in_the_overall_list_and_none_detectable_in_the_distant_list():
    distant = part("sct 399608002", **coded("distant K"))
    found = profile(told("sct 396432002", **coded("overall K"), component=[distant]))
    assert only(found.response_events).category == "SD"
    assert found.liver.metastases_present is False
    alone = profile(told("sct 396432002", component=[distant]))
    assert alone.response_events == {}


# --- nodes and margins ----------------------------------------------------------------------------


def test_t19_a_count_of_nodes_only_shows_that_nodes_were_removed():
    operation = procedure("sct 359571009", **DONE)
    code = {"coding": [{**coding("sct 443527007"), "display": "Positieve klieren 17 van 23"}]}
    swapped = told(code, valueInteger=23, focus=[ref("Condition/c")])
    resection = only(profile(NET, operation, swapped).primaries).resection
    assert (resection.lymphadenectomy, resection.pn) == (True, None)
    assert "23" not in str(resection.model_dump(exclude={"evidence"}))


def test_t20_one_free_and_one_involved_margin_are_r1():
    operation = procedure("sct 359571009", **DONE)
    free = told("sct 372439002", "a", **coded("sct 47492008"), focus=[ref("Condition/c")])
    involved = told("sct 521221000146104", "b", **coded("sct 52101004"), focus=[ref("Condition/c")])
    assert only(profile(NET, operation, free, involved).primaries).resection.margin == "R1"
    assert only(profile(NET, operation, free).primaries).resection.margin is None


def test_t21_r2_of_three_primaries_is_joined_on_the_tumor():
    tumors = [
        condition("sct 737313007", id_="ileum"),
        condition("sct 735735001", id_="pancreas"),
        condition("cm C7A.026", id_="rectum"),
    ]
    status = [
        told("ln 84892-9", f"r{n}", **coded("residual R2"), focus=[ref(f"Condition/{n}")])
        for n in ("ileum", "pancreas")
    ]
    codes = {"ileum": "sct 51346007", "pancreas": "sct 33149006", "rectum": "sct 4558008"}
    operations = [
        procedure(code, id_=f"op-{n}", **DONE, reasonReference=[ref(f"Condition/{n}")])
        for n, code in codes.items()
    ]
    found = profile(*tumors, *operations, *status).primaries.values()
    assert {p.site: p.resection.margin for p in found} == {
        "ileum": "R2",
        "pancreas": "R2",
        "rectum": None,
    }


# --- staging, burden, past, registry --------------------------------------------------------------


def test_t28_pm1b_names_no_organ_whatever_the_chapter():
    ovary = condition("cm C56.9", id_="ovary")
    for answer in ("ajcc pM1b", "sct 1229920008", "uicc M1b"):
        sent = told("sct 371497001", **coded(answer), focus=[ref("Condition/ovary")])
        found = profile(ovary, sent)
        assert (found.liver.metastases_present, found.extrahepatic) == (None, {})


def test_t36_tumor_necrosis_and_tumor_size_are_not_liver_burden():
    for code in ("sct 405921002", "sct 228791009", "ln 21889-1"):
        sent = told(code, **AT_LIVER, **quantity(80, "%"))
        assert profile(sent).liver.involvement == {}
        assert after(sent)["M16-BURD"] == "met"


def test_t38_a_history_of_liver_metastasis_is_past_and_shows_none_present():
    assert profile(condition("sct 1098951000119108")).liver.metastases_present is None


def test_t39_a_registry_item_of_ki67_has_no_verified_code_and_is_not_read():
    for system in ("urn:oid:2.16.840.1.113883.6.265", "https://staging.seer.cancer.gov/naaccr"):
        code = {"coding": [{"system": system, "code": "CS SSF1"}], "text": "Ki-67"}
        assert profile(told(code, valueString="014")).specimens == {}


def test_t39_a_rounded_number_under_a_ki67_code_has_no_unit_and_stays_unread():
    sent = told("ln 29593-1", **AT_LIVER, valueString="014")
    assert only(profile(sent).specimens).ki67_text == "014"
    assert {after(sent)[name] for name in KI67} == {"unknown"}


def test_the_morphology_of_the_condition_does_not_excuse_its_code():
    sent = condition("cm C7A.1", **morphology("ico 8240/3"), onsetDateTime="2024-01-01")
    specimen = only(profile(sent).specimens)
    assert (specimen.histology, why(specimen, "histology")) == (None, "conflicting")
