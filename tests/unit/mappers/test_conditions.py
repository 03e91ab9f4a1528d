"""Conditions: primaries, their sites, metastases in and outside the liver, histology.

Terminology 3.4 to 3.7; traps T12 to T16, T31 and T38 of section 4.
"""

from typing import Any

import pytest
from tests.unit.mappers.mapping import (
    MCODE,
    MII,
    coded,
    concept,
    condition,
    kinds,
    mapped,
    morphology,
    of,
    one,
    read_one,
    reason,
    ref,
)

from nelm_fhir.core.reading import Reading
from nelm_fhir.profile.findings import Finding

LIVER = "liver-metastases-present"


def values(*resources: dict[str, Any]) -> dict[str, list[object]]:
    """What a Condition states, by element; the Condition itself left out."""
    found: dict[str, list[object]] = {}
    for f in mapped(*resources).findings:
        if f.element != "condition":
            found.setdefault(f.element, []).append(f.value)
    return found


def parts(found: Finding) -> dict[str, str]:
    return {
        code: reason(v) if hasattr(v, "reason") else str(v) for code, v in found.components.items()
    }


@pytest.mark.parametrize(
    ("code", "site"),
    [
        ("cm C7A.012", "ileum"),
        ("cm C7A.026", "rectum"),
        ("cm C7A.095", "midgut"),
        ("sct 737313007", "ileum"),
        ("sct 735735001", "pancreas"),
        ("sct 733351008", "ampulla"),
    ],
)
def test_a_neuroendocrine_disorder_is_a_primary_with_its_site(code: str, site: str) -> None:
    found = values(condition(code))
    assert found["primary"] == [True]
    assert found["primary-site"] == [site]


def test_a_disorder_without_site_is_a_primary_without_site() -> None:
    assert values(condition("sct 1290125003")) == {"primary": [True]}
    assert "primary-site" not in values(condition("cm C7A.00"))


def test_the_body_site_tells_the_site_and_the_liver_is_none() -> None:
    assert values(condition("sct 1290125003", bodySite=[concept("sct 34516001")]))[
        "primary-site"
    ] == ["ileum"]
    assert "primary-site" not in values(
        condition("sct 1290125003", bodySite=[concept("sct 10200004")])
    )


def test_codings_that_agree_give_one_site_those_that_differ_are_both_kept() -> None:
    assert values(condition("cm C7A.012", "sct 737313007"))["primary-site"] == ["ileum"]
    assert values(condition("cm C7A.012", "sct 735735001"))["primary-site"] == ["ileum", "pancreas"]


def test_t12_a_benign_code_outside_every_cancer_value_set_is_read_anyway() -> None:
    assert values(condition("cm D3A.012"))["primary-site"] == ["ileum"]


@pytest.mark.parametrize(
    ("code", "histology"),
    [("cm C7A.1", "NEC"), ("sct 1286767006", "carcinoma"), ("sct 721671006", "carcinoma")],
)
def test_t13_carcinoma_codes_are_told_from_net(code: str, histology: str) -> None:
    assert values(condition(code))["histology"] == [histology]


def test_t14_a_primary_of_the_liver_is_not_a_metastasis() -> None:
    found = values(condition("sct 716652006"))
    assert found["primary-site"] == ["liver"]
    assert LIVER not in found
    assert "metastasis" not in found


def test_a_plain_site_code_is_a_plain_site_with_or_without_histology() -> None:
    assert values(condition("gm C17.2")) == {"primary-site-plain": ["ileum"]}
    with_histology = condition(
        "gm C17.2",
        **morphology("ico 8240/3", f"{MII}mii-ex-onko-histology-morphology-behavior-icdo3"),
    )
    assert values(with_histology) == {"primary-site-plain": ["ileum"], "histology": ["NET"]}


def test_a_plain_site_code_beside_a_neuroendocrine_one_is_its_site() -> None:
    found = values(condition("sct 1290125003", "cm C17.2"))
    assert found == {"primary": [True], "primary-site": ["ileum"]}


def test_neuroendocrine_morphology_makes_a_condition_without_known_code_a_primary() -> None:
    sent = condition("local X", bodySite=[concept("sct 15776009")], **morphology("ico M-82403"))
    assert values(sent) == {
        "primary": [True],
        "primary-site": ["pancreas"],
        "histology": ["NET"],
    }


def test_another_cancer_is_no_primary_of_this_disease() -> None:
    breast = condition("gm C50.4", **morphology("ico 8500/3"))
    assert values(breast) == {"other-cancer": ["breast"]}
    assert not mapped(breast).neuroendocrine


def test_a_code_of_cancer_of_unknown_site_is_not_exact_enough_for_a_site() -> None:
    (found,) = values(condition("cm C80.1"))["primary-site-plain"]
    assert reason(found) == "map-not-exact"


def test_text_alone_makes_nothing_but_the_condition_itself() -> None:
    sent = condition(code={"text": "NET of the ileum, liver metastases"})
    assert values(sent) == {}
    assert read_one("condition", sent).evidence.text == "NET of the ileum, liver metastases"


def test_the_condition_itself_carries_onset_and_organ_for_entries_that_name_it() -> None:
    sent = condition(code={"text": "?"}, onsetDateTime="2025-03", bodySite=[{"text": "left rib"}])
    found = read_one("condition", sent)
    assert (str(found.day), found.components) == ("2025-03", {"organ": "left rib"})


@pytest.mark.parametrize("code", ["cm C7B.02", "cm C78.7", "who C78.7", "gm C78.7", "sct 94381002"])
def test_a_liver_metastasis_is_present(code: str) -> None:
    assert values(condition(code))[LIVER] == [True]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("cm C79.51", {"focus-class": "bone", "organ": "bone"}),
        ("sct 94391008", {"focus-class": "solid-organ", "organ": "lung"}),
        ("cm C7B.04", {"focus-class": "peritoneum", "organ": "peritoneum"}),
        ("cm C7B.09", {"organ": "other sites"}),
        ("sct 94409002", {"organ": "mediastinum"}),
        ("sct 405843009", {"organ": "elsewhere"}),
    ],
)
def test_a_metastasis_outside_the_liver_has_class_and_organ_as_far_as_told(
    code: str, said: dict[str, str]
) -> None:
    assert parts(read_one("metastasis", condition(code))) == said


@pytest.mark.parametrize("code", ["cm C7B.8", "cm C7B.00", "sct 1290060007", "sct 705176003"])
def test_t15_a_metastatic_code_without_organ_leaves_the_organ_unknown(code: str) -> None:
    found = read_one("metastasis", condition(code))
    assert parts(found) == {"organ": "unspecified"}


def test_the_body_site_tells_the_organ_of_such_a_code() -> None:
    liver = condition("sct 1290060007", bodySite=[concept("sct 10200004")])
    assert values(liver)[LIVER] == [True]
    assert "metastasis" not in values(liver)
    lung = condition("sct 1290060007", bodySite=[concept("sct 39607008")])
    assert parts(read_one("metastasis", lung)) == {"organ": "lung"}


def test_t16_intra_abdominal_nodes_are_neither_regional_nor_distant() -> None:
    found = read_one("metastasis", condition("cm C77.2"))
    assert parts(found) == {"organ": "intra-abdominal lymph nodes"}


def test_a_liver_code_beside_a_code_without_organ_is_the_liver_alone() -> None:
    found = values(condition("cm C7B.8", "sct 94381002"))
    assert found[LIVER] == [True]
    assert "metastasis" not in found


def test_classes_that_differ_in_one_concept_are_conflicting() -> None:
    found = read_one("metastasis", condition("cm C79.51", "sct 94391008"))
    assert parts(found)["focus-class"] == "conflicting"


def test_a_neuroendocrine_metastasis_is_no_primary() -> None:
    found = mapped(condition("cm C7B.02", "sct 1290060007"))
    assert not of(found, "primary", "primary-site")
    assert found.neuroendocrine


def test_metastatic_behavior_without_known_code_is_a_metastasis() -> None:
    sent = condition("local X", **morphology("ico 8000/6"))
    assert parts(read_one("metastasis", sent)) == {"organ": "unspecified"}


def test_metastatic_behavior_on_a_primary_is_an_issue() -> None:
    result = mapped(condition("cm C7A.012", **morphology("ico 8140/6")))
    assert one(result, "primary-site").value == "ileum"
    assert not of(result, "metastasis")
    assert kinds(result) == ["morphology-behavior"]


def test_metastasis_to_the_liver_of_unknown_primary_is_a_diagnosis() -> None:
    found = values(condition("sct 285613005"))
    assert found == {LIVER: [True], "primary-site": ["unknown-primary"]}


def test_a_metastasis_of_another_tumor_leaves_presence_open() -> None:
    result = mapped(condition("sct 1691000119104"))
    assert reason(one(result, LIVER).value) == "conflicting"
    assert kinds(result) == ["metastasis-of-another-tumor"]


def test_a_secondary_small_cell_carcinoma_is_present_and_told() -> None:
    result = mapped(condition("sct 107811000119106"))
    assert one(result, LIVER).value is True
    assert one(result, "histology").value == "NEC-small-cell"
    assert kinds(result) == ["metastasis-of-another-tumor"]


def test_t38_a_history_of_liver_metastasis_is_past() -> None:
    assert read_one(LIVER, condition("sct 1098951000119108")).reading is Reading.PAST


@pytest.mark.parametrize(
    ("status", "reading"),
    [
        ("refuted", Reading.ABSENT),
        ("provisional", Reading.SUSPECTED),
        ("confirmed", Reading.ASSERTED),
    ],
)
def test_the_reading_of_the_gate_is_passed_on(status: str, reading: Reading) -> None:
    sent = condition("sct 94222008", verificationStatus=concept(f"ver {status}"))
    assert read_one("metastasis", sent).reading is reading


def test_t31_an_entered_in_error_condition_states_nothing() -> None:
    void = condition("cm C78.00", verificationStatus=concept("ver entered-in-error"))
    assert not mapped(void).findings


def test_a_refuted_tumor_does_not_make_the_record_neuroendocrine() -> None:
    refuted = condition("cm C7A.012", verificationStatus=concept("ver refuted"))
    assert not mapped(refuted).neuroendocrine
    assert mapped(condition("cm C7A.012")).neuroendocrine


@pytest.mark.parametrize(
    "url",
    [
        "http://hl7.org/fhir/StructureDefinition/condition-related",
        f"{MCODE}mcode-related-primary-cancer-condition",
    ],
)
def test_a_metastasis_names_its_primary(url: str) -> None:
    related = {"url": url, "valueReference": ref("Condition/net")}
    result = mapped(condition("cm C7B.02", extension=[related]), condition("cm C7A.012", id_="net"))
    assert one(result, LIVER).links.focus == ("Condition/net",)


@pytest.mark.parametrize(
    ("codes", "word"),
    [
        (("ico 8240/3",), "NET"),
        (("ico 8013/3",), "NEC-large-cell"),
        (("ico 8246/3", "ico 8041/3"), "NEC-small-cell"),
        (("ico 8246/3",), "carcinoma"),
        (("ico 8154/3",), "MiNEN"),
        (("ico 8574/3",), "other"),
    ],
)
def test_morphology_codes_are_histology(codes: tuple[str, ...], word: str) -> None:
    sent = condition(
        "gm C17.2",
        extension=[{"url": f"{MCODE}mcode-histology-morphology-behavior", **coded(*codes)}],
    )
    assert read_one("histology", sent).value == word


def test_histologies_that_contradict_each_other_are_conflicting() -> None:
    sent = condition(
        "gm C17.2",
        extension=[
            {
                "url": f"{MCODE}mcode-histology-morphology-behavior",
                **coded("ico 8240/3", "ico 8013/3"),
            }
        ],
    )
    assert reason(read_one("histology", sent).value) == "conflicting"


def test_islet_cell_carcinoma_is_not_exactly_a_net() -> None:
    assert reason(
        read_one("histology", condition("gm C25.4", **morphology("ico 8150/3"))).value
    ) == ("map-not-exact")


def test_a_transplanted_liver_is_a_transplantation_without_a_day_of_its_own() -> None:
    found = read_one("liver-transplant", condition("cm Z94.4", onsetDateTime="2020"))
    assert (found.value, found.components) == (True, {})
