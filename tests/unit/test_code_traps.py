"""Traps T1 to T41 of terminology section 4, as far as the meaning of a code decides them."""

import pytest
from tests.unit.shipped_codes import SYSTEMS, code, hits, shipped, words

from nelm_fhir.core.codes import Code
from nelm_fhir.core.evidence import Match


def groups(short: str) -> set[str]:
    return {hit.group for hit in hits(short)}


def exact(short: str, group: str) -> bool:
    found = hits(short, group)
    assert found
    return all(hit.exact for hit in found)


def test_t1_a_grade_of_the_general_scale_is_no_who_grade_and_no_differentiation() -> None:
    for short in ("grading 3", "sct 61026006", "sct 258351006"):
        assert groups(short) == {"grade-answer-general"}
    assert groups("sct 1149045000") == {"grade-net"}
    assert groups("ln 33732-9") == {"grade-general"}


def test_t2_low_grade_is_g1_or_g2_and_three_steps_are_not_three_grades() -> None:
    assert words("grading L", "grade-answer-general") == ["grade-1-or-2"]
    assert words("sct 1155708003", "grade-answer-general") == ["low"]


def test_t4_the_her2_code_is_not_ki67_and_means_nothing_here() -> None:
    assert hits("ln 85319-2") == []
    assert not shipped().knows(code("ln 85319-2"))
    assert [m.group for m in shipped().origin(code("ln 85319-2"))] == ["never"]


def test_t5_the_presence_code_asks_for_ki67() -> None:
    assert groups("ln 33055-5") == {"ki67"}


def test_t6_the_procedure_of_determining_ki67_is_no_result() -> None:
    assert hits("sct 310731000146105") == []
    assert groups("sct 385658003") == {"performed"}


def test_t8_the_code_per_ten_fields_fixes_its_denominator() -> None:
    assert groups("sct 406094009") == {"mitotic-count", "mitotic-count-per-10-hpf"}


def test_t9_the_score_code_is_no_count() -> None:
    assert groups("sct 405920001") == {"mitotic-score"}


def test_t10_scores_by_ranges_never_match() -> None:
    assert [hits(f"omop {n}") for n in (4240574, 4241298, 4240069)] == [[], [], []]


def test_t11_old_morphologies_keep_what_they_leave_open() -> None:
    assert words("ico 8249/3", "histology") == ["NET"]
    assert "grade-answer" not in groups("ico 8249/3")
    assert words("ico 8246/3", "histology") == ["carcinoma"]
    assert not exact("ico 8150/3", "histology")


def test_t12_benign_carcinoids_are_read() -> None:
    assert {"neuroendocrine", "primary-site"} <= groups("cm D3A.012")
    assert {hit.match for hit in hits("cm D3A.012")} == {Match.WEAK}


def test_t13_only_poorly_differentiated_is_nec_by_itself() -> None:
    assert words("cm C7A.1", "histology") == ["NEC"]
    assert words("sct 123631000119103", "histology") == ["NEC"]
    assert words("sct 1286767006", "histology") == ["carcinoma"]
    assert words("sct 1186869002", "histology") == ["carcinoma"]


def test_t14_primary_hepatic_carcinoma_is_a_primary_and_no_metastasis() -> None:
    assert words("sct 716652006", "primary-site") == ["liver"]
    assert groups("sct 716652006") == {"primary-site", "neuroendocrine", "histology"}


@pytest.mark.parametrize("short", ["cm C7B.8", "cm C7B.00"])
def test_t15_a_metastasis_without_an_organ_proves_no_organ(short: str) -> None:
    assert words(short, "metastasis-organ") == ["unspecified"]
    assert "liver-metastasis" not in groups(short)


def test_t16_intra_abdominal_nodes_are_neither_regional_nor_distant() -> None:
    for short in ("cm C77.2", "gm C77.2", "sct 94347008"):
        assert words(short, "metastasis-organ") == ["unknown-node"]


def test_t17_metastases_are_asked_for_in_observations() -> None:
    assert groups("sct 385421009") == {"metastasis-site"}
    assert "metastasis-status" in groups("sct 399608002")
    assert groups("metastases HEP") == {"liver-metastasis"}


def test_t18_the_list_decides_what_k_means() -> None:
    assert words("overall K", "response-answer") == ["SD"]
    assert words("distant K", "response-answer") == []
    assert words("distant K", "distant-metastasis-answer") == ["absent"]


def test_t20_a_margin_is_no_residual_tumor() -> None:
    assert "residual-tumor" not in groups("sct 521221000146104")
    assert groups("sct 521221000146104") == {"margin"}


def test_the_danish_r0_or_r1_satisfies_no_r0_rule() -> None:
    assert words("dk r01", "residual-tumor-answer") == []
    assert not exact("dk r01", "residual-tumor-answer")


def test_t23_donor_surgery_is_not_the_recipients() -> None:
    for short in ("sct 240326000", "sct 235462000"):
        assert groups(short) == {"donor-surgery"}


def test_t24_everolimus_after_transplantation_is_no_tumor_therapy() -> None:
    assert groups("atc L04AA18") == {"immunosuppressant", "drug"}
    assert not exact("rx 141704", "systemic-therapy")
    assert words("atc L01EG02", "systemic-therapy") == ["everolimus"]


def test_t25_lutetium_psma_is_not_prrt() -> None:
    assert hits("sct 1263784000") == []
    assert not exact("sct 447553000", "systemic-therapy")
    assert "prrt" not in groups("sct 447553000")


def test_t26_two_analogs_in_one_concept_agree_on_the_class_only() -> None:
    rx, atc = "rx 68092", "atc H01CB02"
    assert words(rx, "systemic-therapy") == words(atc, "systemic-therapy") == ["SSA"]
    assert words(rx, "drug") != words(atc, "drug")


def test_t27_pet_without_a_tracer_has_no_tracer() -> None:
    assert groups("ln 44139-4") == {"pet"}
    assert groups("dcm PT") == {"modality"}


def test_t28_a_sub_category_names_no_organ() -> None:
    assert groups("sct 1229920008") == {"tnm-m-answer"}


def test_t29_a_time_in_seconds_is_no_inr() -> None:
    assert hits("ln 5902-2") == []


def test_t30_a_code_without_system_is_no_code() -> None:
    assert shipped().normalize(None, "3") is None
    assert shipped().normalize("", "3") is None
    assert shipped().normalize(SYSTEMS["ln"], "") is None


def test_t36_necrosis_and_tumor_size_are_not_liver_burden() -> None:
    for short in ("sct 405921002", "sct 228791009", "ln 21889-1", "ln 33728-7", "ln 33729-5"):
        assert hits(short) == []


def test_t38_a_history_of_liver_metastasis_is_past() -> None:
    assert groups("sct 1098951000119108") == {"past-metastasis"}


def test_adenocarcinoma_in_the_liver_is_no_metastasis_of_this_tumor() -> None:
    assert groups("sct 1691000119104") == {"contradicting-metastasis"}


def test_improved_is_never_taken_for_stable() -> None:
    assert words("sct 268910001", "response-answer") == []


def test_plain_site_codes_do_not_say_neuroendocrine() -> None:
    assert groups("cm C18.2") == {"primary-site-plain"}


def test_the_same_digits_in_another_system_mean_nothing() -> None:
    assert shipped().hits(Code("http://example.org/own", "29593-1")) == ()
