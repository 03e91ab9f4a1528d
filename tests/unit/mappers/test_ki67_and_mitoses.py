"""Ki-67 and mitoses: every value form becomes the text that the grammars of rules 6.4, 6.5 read.

The grammars themselves are asked here, so that "unreadable" means what the rules mean by it.
Traps T4 to T9 and T34 of terminology section 4.
"""

import tomllib
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from tests.unit.mappers.mapping import (
    coded,
    concept,
    condition,
    kinds,
    mapped,
    observation,
    of,
    one,
    part,
    procedure,
    quantity,
    read_one,
    reason,
    ref,
    resource,
)
from tests.unit.shipped_codes import MAPPINGS

from nelm_fhir.core.amounts import Amount
from nelm_fhir.core.evidence import Match
from nelm_fhir.evaluator.definitions.proliferation_text import read_ki67, read_mitoses
from nelm_fhir.knowledge.faults import Faults
from nelm_fhir.knowledge.table_reading import read_grammar
from nelm_fhir.knowledge.tables import TextGrammar
from nelm_fhir.knowledge.toml_reading import read_toml

KI67 = "ln 29593-1"
PER_10_HPF = "sct 406094009"
INDEX = "sct 27350008"


@cache
def grammar() -> TextGrammar:
    path = MAPPINGS / "definitions/grammar.toml"
    assert tomllib.loads(path.read_text())
    return read_grammar(read_toml("grammar.toml", path.read_bytes(), Faults()))


def ki67(**value: Any) -> tuple[object, Amount | None]:
    """The text of a Ki-67 sent under LOINC 29593-1, and what the grammar makes of it."""
    text = read_one("ki67", observation(KI67, **value)).value
    assert isinstance(text, str)
    return text, read_ki67(text, grammar()).amount


def mitoses(code: str = INDEX, **value: Any) -> tuple[object, Amount | None]:
    text = read_one("mitotic-count", observation(code, **value)).value
    assert isinstance(text, str)
    return text, read_mitoses(text, grammar()).amount


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (quantity(8.5, "%"), "8.5 %"),
        ({"valueQuantity": {"value": 1, "unit": "%"}}, "1 %"),
        (quantity(3, "%", comparator="<"), "<3 %"),
        (quantity(20, "%", comparator=">="), ">=20 %"),
        ({"valueQuantity": {"value": 4, "unit": "pct"}}, "4 %"),
        ({"valueString": "2-3 %"}, "2-3 %"),
        ({"valueString": "<1%"}, "<1%"),
        ({"valueString": "max. 12 %"}, "max. 12 %"),
        ({"valueRange": {"low": {"value": 15, "unit": "%"}, "high": {"value": 20, "unit": "%"}}},
         "15-20 %"),
        ({"valueRange": {"low": {"value": 20, "unit": "%"}}}, ">=20 %"),
        ({"valueRange": {"high": {"value": 3, "unit": "%"}}}, "<=3 %"),
        (coded(text="2-3 %"), "2-3 %"),
    ],
)  # fmt: skip
def test_a_percent_is_handed_on_as_text_that_the_grammar_reads(
    value: dict[str, Any], text: str
) -> None:
    found, amount = ki67(**value)
    assert found == text
    assert amount is not None


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ({"valueString": "max. 12 % (hot spot), im Mittel 6 %"}, "max. 12 % (hot spot)"),
        ({"valueString": "8.5"}, "8.5"),
        ({"valueInteger": 5}, "5"),
        ({"valueQuantity": {"value": 5}}, "5"),
        (quantity(0.08, "1"), "0.08 1"),
        (quantity(5, "mm"), "5 mm"),
        (quantity(5, "%", comparator="~"), "5 %"),
        ({"valueRatio": {"numerator": {"value": 30}, "denominator": {"value": 1000}}}, "30 / 1000"),
        ({"valueRange": {"low": {"value": 2}, "high": {"value": 3, "unit": "%"}}}, "2 - 3 %"),
        (coded("sct 62482003", text="low"), "low"),
        (coded("sct 62482003", text="5 %"), "5 %"),
        ({"valueBoolean": True}, "true"),
        ({"valueQuantity": {"value": 5, "unit": "%"}, "valueString": "9 %"}, "5 % | 9 %"),
    ],
)  # fmt: skip
def test_what_has_no_usable_percent_is_handed_on_unreadable_with_its_text(
    value: dict[str, Any], kept: str
) -> None:
    found, amount = ki67(**value)
    assert kept in str(found)
    assert amount is None


@pytest.mark.parametrize("sign", [[None], {"code": "<"}, 5, True])
def test_a_comparator_of_another_json_type_is_unreadable_and_no_crash(sign: object) -> None:
    assert ki67(**quantity(30, "%", comparator=sign))[1] is None


@pytest.mark.parametrize("coding", [{}, {"code": 0}, {"system": "http://snomed.info/sct"}])
def test_a_code_without_anything_in_it_is_unreadable_and_not_silent(coding: object) -> None:
    text, amount = ki67(valueCodeableConcept={"coding": [coding]})
    assert str(text).startswith("unreadable")
    assert amount is None


def test_a_number_keeps_every_digit_it_was_sent_with() -> None:
    assert ki67(**quantity(0.10, "%"))[1] == Amount.point(Decimal("0.1"), "%")


def test_asked_and_not_known_is_recorded_as_unknown_not_silence() -> None:
    dar = concept("local not-performed")
    found = read_one("ki67", observation(KI67, dataAbsentReason=dar))
    assert reason(found.value) == "recorded-as-unknown"


def test_a_value_beside_a_data_absent_reason_is_handed_on_unreadable() -> None:
    found, amount = ki67(**quantity(3, "%"), dataAbsentReason=concept("local unknown"))
    assert found == "conflicting: 3 %"
    assert amount is None


def test_a_panel_without_value_gives_no_index() -> None:
    assert not of(mapped(observation(KI67)), "ki67")


def test_a_blank_text_is_no_value() -> None:
    assert not of(mapped(observation(KI67, valueString="  ")), "ki67")


def test_the_component_of_a_panel_is_read_with_its_own_path() -> None:
    panel = observation(
        concept(text="Immunhistochemie"),
        component=[part("local syn", valueString="positiv"), part(KI67, valueString="12 %")],
        specimen=ref("Specimen/s"),
    )
    found = one(mapped(panel, resource("Specimen", "s")), "ki67")
    assert (found.value, found.links.specimen) == ("12 %", "Specimen/s")
    assert found.evidence.path == "Observation.component[1].valueString"


def test_cells_counted_may_stand_beside_a_standard_code() -> None:
    cells = part("el cells-counted", valueInteger=820)
    found = read_one("ki67", observation(KI67, **quantity(2, "%"), component=[cells]))
    assert found.components == {"cells-counted": Decimal(820)}


def test_two_codes_of_one_question_are_one_finding() -> None:
    both = concept(KI67, "sct 1255078008", "sct 1234806008")
    found = read_one("ki67", observation(both, **quantity(2, "%")))
    assert found.evidence.match is Match.EXACT


def test_a_weak_code_is_marked_in_the_evidence() -> None:
    found = read_one("ki67", observation("sct 1255078008", **quantity(2, "%")))
    assert (found.value, found.evidence.match) == ("2 %", Match.WEAK)


def test_the_evidence_says_what_was_recorded_where() -> None:
    sent = observation(
        KI67,
        "k",
        meta={"versionId": "7"},
        effectiveDateTime="2026-03-02T10:00:00+01:00",
        issued="2026-03-09T10:00:00Z",
        **quantity(8.5, "%"),
    )
    found = read_one("ki67", sent)
    assert str(found.day) == "2026-03-02"
    assert found.evidence.reference == "Observation/k/_history/7"
    assert found.evidence.path == "Observation.valueQuantity"
    assert found.evidence.recorded == "2026-03-02T10:00:00+01:00"
    assert found.evidence.text == "8.5 %"
    assert found.evidence.code == "http://loinc.org|29593-1"


def test_t4_the_her2_code_with_a_ki67_display_is_not_ki67() -> None:
    her2 = {"coding": [{"system": "http://loinc.org", "code": "85319-2", "display": "Ki-67"}]}
    assert not of(mapped(observation({**her2, "text": "Ki-67"}, **quantity(30, "%"))), "ki67")


def test_t5_the_presence_code_is_read_by_its_value_type() -> None:
    assert read_one("ki67", observation("ln 33055-5", **quantity(30, "%"))).value == "30 %"


def test_t6_performed_is_no_result() -> None:
    nl = observation("sct 310731000146105", "a", **coded("sct 385658003"))
    loinc = observation(KI67, "b", **coded("sct 385658003"))
    index = observation(INDEX, "m", **coded("sct 385658003"))
    assert not of(mapped(nl, loinc, index), "ki67", "mitotic-count")


def test_t7_a_fraction_is_kept_and_unreadable() -> None:
    assert ki67(**quantity(0.08, "1")) == ("unreadable: 0.08 1", None)


BREAST = "ln 85330-9"


def test_a_breast_code_counts_where_the_specimen_is_from_elsewhere() -> None:
    liver = resource("Specimen", "s", collection={"bodySite": concept("sct 10200004")})
    sent = observation(BREAST, specimen=ref("Specimen/s"), **quantity(4, "%"))
    assert one(mapped(sent, liver), "ki67").value == "4 %"


def test_a_breast_code_counts_where_the_condition_is_a_neuroendocrine_primary() -> None:
    sent = observation(BREAST, focus=[ref("Condition/c")], **quantity(4, "%"))
    assert one(mapped(sent, condition("cm C7A.012")), "ki67").value == "4 %"


def test_a_breast_code_without_any_of_them_is_an_issue_and_no_finding() -> None:
    result = mapped(observation(BREAST, **quantity(4, "%")))
    assert not of(result, "ki67")
    assert kinds(result) == ["ki67-breast-code"]


def test_t34_an_ecc_form_item_is_read_from_the_child_that_its_identifier_names() -> None:
    identifier = {"system": "urn:ecc", "value": "child-1"}
    parent = observation("ecc 41352", "a", hasMember=[{"identifier": identifier}])
    child = observation("ecc 41353", "b", identifier=[identifier], valueString="3 %")
    found = one(mapped(parent, child), "ki67")
    assert (found.value, found.key) == ("3 %", "Observation/b")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (quantity(3, "/(10.[HPF])"), "3 per 10 HPF"),
        (quantity(1, "{mitoses}/(2.mm2)"), "1 per 2 mm2"),
        (quantity(2, "/(2.mm2)", comparator="<"), "<2 per 2 mm2"),
        (quantity(4, "/mm2"), "4 per mm2"),
        ({"valueString": "1 per 2 mm2"}, "1 per 2 mm2"),
        ({"valueRatio": {"numerator": {"value": 2}, "denominator": {"value": 50, "unit": "HPF"}}},
         "2 per 50 HPF"),
        ({"valueRatio": {"numerator": {"value": 2}, "denominator": {"value": 2, "unit": "mm2"}}},
         "2 per 2 mm2"),
    ],
)  # fmt: skip
def test_a_count_is_handed_on_with_its_denominator(value: dict[str, Any], text: str) -> None:
    found, amount = mitoses(**value)
    assert found == text
    assert amount is not None


@pytest.mark.parametrize(
    "value",
    [
        {"valueQuantity": {"value": 1}},
        {"valueInteger": 3},
        {"valueString": "2 in 50 HPF"},
        quantity(15, "/[HPF]"),
        {"valueRatio": {"numerator": {"value": 2}, "denominator": {"value": 2}}},
    ],
)
def test_a_count_without_a_usable_denominator_is_handed_on_unreadable(
    value: dict[str, Any],
) -> None:
    assert mitoses(**value)[1] is None


def test_a_bare_number_takes_the_denominator_that_the_code_fixes() -> None:
    assert mitoses(PER_10_HPF, valueInteger=3)[0] == "3 per 10 HPF"
    assert mitoses(PER_10_HPF, valueQuantity={"value": 3})[0] == "3 per 10 HPF"


def test_t8_per_10_hpf_by_code_and_per_one_by_unit_is_conflicting_never_15_or_150() -> None:
    assert mitoses(PER_10_HPF, **quantity(15, "/[HPF]")) == ("conflicting: 15 /[HPF]", None)


def test_another_area_than_the_code_says_is_conflicting() -> None:
    assert mitoses(PER_10_HPF, **quantity(3, "/(2.mm2)"))[1] is None


def test_t9_a_score_is_never_a_count() -> None:
    assert mitoses("sct 405920001", valueQuantity={"value": 1}) == ("conflicting: 1", None)


def test_t10_a_code_that_no_list_has_is_no_mitotic_count() -> None:
    score = {"coding": [{"system": "http://loinc.org", "code": "44648-4"}], "text": "Mitotic rate"}
    assert not of(mapped(observation(score, valueInteger=2)), "mitotic-count")


def test_a_unit_that_parses_as_something_else_is_read_with_a_warning() -> None:
    result = mapped(observation(INDEX, **quantity(2, "/2.mm2")))
    assert one(result, "mitotic-count").value == "2 per 2 mm2"
    assert kinds(result) == ["unit-by-table"]


def test_a_procedure_that_stained_for_ki67_gives_nothing() -> None:
    assert not of(mapped(procedure("sct 310731000146105")), "ki67")
