"""Every element of the attested entry, as Observation (attested-entry.md sections 1, 2 and 4)."""

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.mappers.mapping import (
    answer_map,
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
    question_map,
    read_one,
    reason,
    ref,
    resource,
    table,
)

from nelm_fhir.core.amounts import Amount
from nelm_fhir.core.dates import DaySpan
from nelm_fhir.core.evidence import Match
from nelm_fhir.core.unknown import Unknown

PERFORMER = [{"display": "Nuclear medicine"}]
SENT: dict[str, tuple[dict[str, Any], object]] = {
    "Quantity": (quantity(40, "%"), Amount.point(Decimal(40), "%")),
    "boolean": ({"valueBoolean": True}, True),
    "string": ({"valueString": " text as sent "}, "text as sent"),
    "dateTime": ({"valueDateTime": "2025-04"}, DaySpan.parse("2025-04")),
    "integer": ({"valueInteger": 500}, Decimal(500)),
}
TEXTS = {"ki67": "40 %", "mitotic-count": "40 per 2 mm2"}
UNITS = {"volume": "mL", "mitoses": "/(2.mm2)"}


def example(code: str) -> tuple[dict[str, Any], object]:
    """A value of the first type that the row of this code takes, and what it must become."""
    row = table().row(code)
    assert row is not None
    if row.words:
        word = min(row.words)
        return coded(f"an {word}"), word
    if "Quantity" in row.values:
        held = TEXTS.get(code, SENT["Quantity"][1] if row.unit == "percent" else Decimal(40))
        return quantity(40, UNITS.get(row.unit or "", "%")), held
    return SENT[next(iter(row.values))]


@pytest.mark.parametrize("code", sorted(table().elements))
def test_every_element_is_read_with_its_value(code: str) -> None:
    value, held = example(code)
    found = read_one(code, observation(f"el {code}", **value, performer=PERFORMER))
    assert found.value == held
    assert found.attested
    assert found.signed
    assert found.author == "Nuclear medicine"


@pytest.mark.parametrize("code", sorted(table().elements))
def test_every_element_is_read_with_its_components(code: str) -> None:
    row = table().elements[code]
    parts = [c for c in sorted(row.components) if not table().components[c].repeats]
    sent = [part(f"el {c}", **example(c)[0]) for c in parts]
    (found,) = mapped(observation(f"el {code}", **example(code)[0], component=sent)).findings
    assert found.element == code
    assert found.components == {c: example(c)[1] for c in parts}


@pytest.mark.parametrize("code", sorted(table().elements))
def test_every_element_can_be_asked_and_not_known(code: str) -> None:
    absent = observation(f"el {code}", dataAbsentReason=concept("local unknown"))
    assert reason(read_one(code, absent).value) == "recorded-as-unknown"


@pytest.mark.parametrize("code", sorted(table().elements))
def test_a_value_of_another_type_is_handed_on_never_dropped(code: str) -> None:
    found = read_one(code, observation(f"el {code}", valueTime="12:00:00"))
    if table().elements[code].as_text:
        assert found.value == "unreadable: 12:00:00"
    else:
        assert reason(found.value) == "unreadable"
    assert found.evidence.text == "12:00:00"


@pytest.mark.parametrize("code", sorted(table().elements))
def test_every_element_is_read_from_a_local_code_that_a_site_maps(code: str) -> None:
    value, held = example(code)
    local = observation("local Q1", **value)
    found = one(mapped(local, overlay={"q.json": question_map({"Q1": code})}), code)
    assert found.value == held
    assert found.attested
    assert found.evidence.match is Match.SITE


def test_components_alone_leave_the_value_not_stated() -> None:
    parts = [part("el scan-modality", **coded("an PET/CT"))]
    found = read_one("scan", observation("el scan", component=parts))
    assert reason(found.value) == "no-record"
    assert found.components == {"scan-modality": "PET/CT"}


# --- liver involvement ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        (quantity(45.5, "%"), Amount.point(Decimal("45.5"), "%")),
        (quantity(50, "%", comparator="<"), Amount(Decimal(0), Decimal(50), "%", high_open=True)),
        (quantity(50, "%", comparator="<="), Amount(Decimal(0), Decimal(50), "%")),
        (quantity(25, "%", comparator=">"), Amount(Decimal(25), None, "%", low_open=True)),
        ({"valueRange": {"low": {"value": 40, "unit": "%"}, "high": {"value": 60, "unit": "%"}}},
         Amount(Decimal(40), Decimal(60), "%")),
        ({"valueRange": {"high": {"value": 60, "unit": "%"}}},
         Amount(Decimal(0), Decimal(60), "%")),
        ({"valueRange": {"low": {"value": 60, "unit": "%"}}}, Amount(Decimal(60), None, "%")),
        (quantity(120, "%"), Amount.point(Decimal(120), "%")),
    ],
)  # fmt: skip
def test_involvement_keeps_its_bounds_and_which_of_them_are_open(
    value: dict[str, Any], amount: Amount
) -> None:
    assert read_one("liver-involvement", observation("el liver-involvement", **value)).value == (
        amount
    )


@pytest.mark.parametrize(
    "value",
    [
        quantity(0.4, "1"),
        quantity(40, "mL"),
        {"valueQuantity": {"value": 40}},
        quantity(0, "%", comparator="<"),
        quantity("40", "%"),
        {"valueString": "40-60 %"},
        {"valueInteger": 40},
        {"valueRange": {"low": {"value": 60, "unit": "%"}, "high": {"value": 40, "unit": "%"}}},
        {"valueRange": {"low": {"value": 0.1, "unit": "1"}, "high": {"value": 60, "unit": "%"}}},
        coded(text="ca. 40 %"),
    ],
)
def test_involvement_in_any_other_form_is_unreadable(value: dict[str, Any]) -> None:
    found = read_one("liver-involvement", observation("el liver-involvement", **value))
    assert reason(found.value) == "unreadable"


def test_a_volume_is_one_number_in_milliliters() -> None:
    assert read_one("liver-volume", observation("el liver-volume", **quantity(1500, "cm3"))).value
    for bad in (quantity(1.5, "L"), quantity(1500, "mL", comparator="<"), quantity(-1, "mL")):
        found = read_one("liver-volume", observation("el liver-volume", **bad))
        assert reason(found.value) == "unreadable"


# --- words ----------------------------------------------------------------------------------------


def test_a_word_of_another_element_is_unreadable() -> None:
    sent = observation("el liver-resectability", **coded("an bilobar"))
    assert reason(read_one("liver-resectability", sent).value) == "unreadable"


def test_words_are_codes_and_never_text() -> None:
    sent = observation("el liver-resectability", **coded(text="unresectable"))
    assert reason(read_one("liver-resectability", sent).value) == "unreadable"


def test_a_code_in_another_case_is_another_code() -> None:
    sent = observation("el scan-modality", **coded("an pet/ct"))
    assert reason(read_one("scan-modality", sent).value) == "unreadable"


def test_a_coding_without_system_matches_nothing() -> None:
    sent = observation("el response", valueCodeableConcept={"coding": [{"code": "SD"}]})
    assert reason(read_one("response", sent).value) == "unreadable"
    assert not mapped(observation({"coding": [{"code": "response"}]}, **coded("an SD"))).findings


def test_two_answers_that_differ_are_conflicting() -> None:
    sent = observation("el response", **coded("an SD", "an PD"))
    assert reason(read_one("response", sent).value) == "conflicting"


@pytest.mark.parametrize("code", ["primary-site", "focus-class", "failed-therapy"])
def test_a_word_outside_the_list_stands_as_text_without_coding(code: str) -> None:
    assert read_one(code, observation(f"el {code}", **coded(text="somewhere"))).value == "somewhere"
    local = observation(f"el {code}", **coded("local X", text="somewhere"))
    assert reason(read_one(code, local).value) == "unreadable"


def test_a_listed_word_sent_as_text_is_not_taken_for_the_code() -> None:
    sent = observation("el primary-site", **coded(text="Rectum-Upper"))
    assert reason(read_one("primary-site", sent).value) == "text-only"


def test_a_tracer_outside_the_list_stands_as_text() -> None:
    parts = [part("el scan-tracer", **coded(text="68Ga-NODAGA-LM3"))]
    found = read_one("scan", observation("el scan", component=parts))
    assert found.components == {"scan-tracer": "68Ga-NODAGA-LM3"}


# --- signed ---------------------------------------------------------------------------------------

BOARD = {"status": "final", "performer": [{"display": "Tumor board"}]}


@pytest.mark.parametrize(
    ("more", "signed"),
    [
        (BOARD, True),
        (BOARD | {"status": "amended"}, True),
        (BOARD | {"status": "corrected"}, True),
        (BOARD | {"status": "preliminary"}, False),
        ({}, False),
        ({"performer": [{"reference": "Patient/p"}]}, False),
        ({"performer": [{"reference": "Patient/p", "display": "The patient"}]}, False),
        ({"performer": [{"reference": "RelatedPerson/r", "display": "A relative"}]}, False),
        ({"performer": [{"type": "Patient", "display": "The patient"}]}, False),
        ({"performer": [{"reference": "Practitioner/x"}]}, True),
        ({"performer": [{"reference": "https://h.example/fhir/Organization/o"}]}, True),
        ({"performer": [{"reference": "urn:uuid:00000000-0000-0000-0000-000000000001"}]}, False),
        ({"performer": [{"reference": "Patient/p"}, {"reference": "Practitioner/x"}]}, True),
    ],
)
def test_a_final_statement_of_a_performer_who_is_not_the_patient_is_signed(
    more: dict[str, Any], *, signed: bool
) -> None:
    sent = observation("el focus-adjudication", **coded("an false-positive"), **more)
    assert read_one("focus-adjudication", sent).signed is signed


# --- links ----------------------------------------------------------------------------------------


def test_the_focus_is_named_by_its_condition() -> None:
    sent = observation("el focus-class", **coded("an node"), focus=[ref("Condition/c")])
    found = one(mapped(sent, condition("sct 94392001")), "focus-class")
    assert (found.links.focus, found.links.lost) == (("Condition/c",), frozenset())


def test_a_focus_without_condition_is_named_by_identifier_alone() -> None:
    named = {"identifier": {"system": "urn:board", "value": "focus-1"}}
    sent = observation("el focus-class", **coded("an node"), focus=[named])
    found = read_one("focus-class", sent)
    assert found.links.focus == ("identifier:urn:board|focus-1",)
    assert not found.links.lost


def test_an_unresolved_focus_is_lost_not_none() -> None:
    sent = observation("el focus-class", **coded("an node"), focus=[ref("Condition/gone")])
    found = read_one("focus-class", sent)
    assert (found.links.focus, found.links.lost) == ((), {"focus"})


def test_a_focus_that_the_gate_dropped_is_lost() -> None:
    void = condition("sct 94392001", verificationStatus=concept("ver entered-in-error"))
    sent = observation("el focus-class", **coded("an node"), focus=[ref("Condition/c")])
    assert one(mapped(sent, void), "focus-class").links.lost == {"focus"}


def test_two_foci_are_an_issue_and_name_none() -> None:
    sent = observation(
        "el focus-uptake", **coded("an positive"), focus=[ref("Condition/c"), ref("Condition/d")]
    )
    result = mapped(sent, condition("sct 94392001"), condition("sct 94222008", id_="d"))
    found = one(result, "focus-uptake")
    assert (found.links.focus, found.links.lost) == ((), {"focus"})
    assert kinds(result) == ["focus-not-one"]


def test_a_related_primary_beside_the_focus_does_not_count_as_focus() -> None:
    related = {
        "url": "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-related-condition",
        "valueReference": ref("Condition/primary"),
    }
    sent = observation(
        "el focus-class", **coded("an node"), focus=[ref("Condition/c")], extension=[related]
    )
    result = mapped(sent, condition("sct 94392001"), condition("cm C7A.012", id_="primary"))
    assert one(result, "focus-class").links.focus == ("Condition/c",)


def test_studies_members_and_specimen_are_linked() -> None:
    sent = observation(
        "el scan",
        "s",
        **coded("an negative"),
        partOf=[ref("Procedure/op")],
        derivedFrom=[ref("ImagingStudy/i"), ref("ImagingStudy/gone")],
        hasMember=[ref("Observation/u")],
    )
    result = mapped(
        sent,
        procedure("sct 82918005"),
        resource("ImagingStudy", "i", status="available"),
        observation("el focus-uptake", "u", **coded("an negative")),
    )
    links = one(result, "scan").links
    assert links.studies == ("Procedure/op", "ImagingStudy/i")
    assert links.members == ("Observation/u",)
    assert links.lost == {"studies"}


# --- components -----------------------------------------------------------------------------------


def test_a_component_that_is_stated_twice_and_differs_is_conflicting() -> None:
    parts = [part("el scan-modality", **coded(f"an {word}")) for word in ("CT", "MRI")]
    found = read_one("scan", observation("el scan", component=parts))
    assert reason(found.components["scan-modality"]) == "conflicting"


def test_each_site_of_a_recurrence_is_a_finding() -> None:
    parts = [part("el recurrence-site", valueString=site) for site in ("liver graft", "bone")]
    result = mapped(observation("el recurrence", **coded("an confirmed"), component=parts))
    assert [f.value for f in of(result, "recurrence-site")] == ["liver graft", "bone"]
    assert one(result, "recurrence").components == {}


def test_a_component_of_another_element_is_an_issue_and_not_used() -> None:
    parts = [part("el scan-modality", **coded("an CT"))]
    result = mapped(observation("el listing", **coded("an listed"), component=parts))
    assert one(result, "listing").components == {}
    assert kinds(result) == ["component-elsewhere"]


def test_a_component_that_cannot_be_read_is_handed_on() -> None:
    parts = [
        part("el resection-date", valueString="spring 2019"),
        part("el residual-tumor", **coded("an R7")),
        part("el lymphadenectomy", dataAbsentReason=concept("local unknown")),
        part("el planned-at-transplantation"),
    ]
    sent = observation("el primary-resected", valueBoolean=True, component=parts)
    found = read_one("primary-resected", sent).components
    assert {code: reason(value) for code, value in found.items()} == {
        "resection-date": "unreadable",
        "residual-tumor": "unreadable",
        "lymphadenectomy": "recorded-as-unknown",
    }


@pytest.mark.parametrize("code", ["residual-tumor", "lymphadenectomy", "cells-counted"])
def test_some_components_may_also_be_asked_alone(code: str) -> None:
    value, held = example(code)
    assert read_one(code, observation(f"el {code}", **value)).value == held


def test_other_components_without_their_element_are_an_issue() -> None:
    result = mapped(observation("el listing-date", valueDateTime="2026-01-01"))
    assert (result.findings, kinds(result)) == ((), ["component-alone"])


def test_attested_components_on_a_panel_that_nobody_reads_are_kept_or_told() -> None:
    parts = [part("el cells-counted", valueInteger=700), part("el involvement-method")]
    result = mapped(observation(concept(text="Synopsis"), component=parts))
    assert one(result, "cells-counted").value == Decimal(700)
    assert kinds(result) == ["component-alone"]


def test_an_element_as_component_of_a_panel_is_read_like_an_observation() -> None:
    parts = [
        part("el ki67", valueString="3 %"),
        part("el mitotic-count", valueString="1 per 2 mm2"),
    ]
    result = mapped(observation(concept(text="Synopsis"), component=parts))
    assert {f.element: f.value for f in result.findings if f.element != "sex"} == {
        "ki67": "3 %",
        "mitotic-count": "1 per 2 mm2",
    }


def test_the_codes_of_two_elements_in_one_entry_give_no_value() -> None:
    sent = observation(concept("el liver-resectability", "el response"), **coded("an SD"))
    result = mapped(sent)
    assert {reason(f.value) for f in result.findings} == {"conflicting"}
    assert kinds(result) == ["two-attested-elements"]


def test_a_standard_code_beside_the_attested_one_is_not_read_twice() -> None:
    sent = observation(concept("el ki67", "ln 29593-1"), **quantity(3, "%"))
    assert read_one("ki67", sent).attested


# --- overlays -------------------------------------------------------------------------------------

QUESTION = {"q.json": question_map({"Q1": "liver-resectability", "Q2": "syndrome-present"})}


def test_an_answer_that_a_site_maps_is_read_for_its_element_only() -> None:
    overlay = QUESTION | {"a.json": answer_map("liver-resectability", {"U": "unresectable"})}
    first = observation("local Q1", **coded("local U"))
    found = one(mapped(first, overlay=overlay), "liver-resectability")
    assert (found.value, found.evidence.match) == ("unresectable", Match.SITE)
    other = observation("el liver-extent", **coded("local U"))
    assert reason(one(mapped(other, overlay=overlay), "liver-extent").value) == "unreadable"


def test_an_answer_whose_map_is_not_exact_is_unknown() -> None:
    answers = answer_map("liver-resectability", {"U": "unresectable"}, "narrower")
    sent = observation("local Q1", **coded("local U"))
    found = one(mapped(sent, overlay=QUESTION | {"a.json": answers}), "liver-resectability")
    assert reason(found.value) == "map-not-exact"


def test_an_answer_that_nobody_maps_is_unreadable() -> None:
    sent = observation("local Q1", **coded("local Z"))
    found = one(mapped(sent, overlay=QUESTION), "liver-resectability")
    assert reason(found.value) == "unreadable"


FIXED = {"liver-resectability": {"inoperabel": "unresectable"}, "syndrome-present": {"ja": "true"}}


@pytest.mark.parametrize("value", [{"valueString": " Inoperabel "}, coded(text="inoperabel")])
def test_a_fixed_answer_string_of_a_site_is_read_whole_and_nothing_else(
    value: dict[str, Any],
) -> None:
    found = one(
        mapped(observation("local Q1", **value), overlay=QUESTION, answers=FIXED),
        "liver-resectability",
    )
    assert (found.value, found.evidence.match) == ("unresectable", Match.SITE)


def test_a_longer_text_than_the_fixed_answer_is_unreadable() -> None:
    sent = observation("local Q1", valueString="inoperabel, evtl. nach SIRT")
    found = one(mapped(sent, overlay=QUESTION, answers=FIXED), "liver-resectability")
    assert reason(found.value) == "unreadable"


def test_local_answers_become_true_or_false_of_a_boolean_element() -> None:
    overlay = QUESTION | {"a.json": answer_map("syndrome-present", {"N": "false"})}
    no = observation("local Q2", **coded("local N"))
    assert one(mapped(no, overlay=overlay), "syndrome-present").value is False
    yes = observation("local Q2", valueString="JA")
    assert one(mapped(yes, overlay=QUESTION, answers=FIXED), "syndrome-present").value is True


def test_a_local_code_that_nobody_maps_is_never_guessed() -> None:
    sent = observation({**concept("local Q9"), "text": "Resectable?"}, valueBoolean=False)
    assert not mapped(sent, overlay=QUESTION).findings


def test_whoever_attests_a_primary_speaks_of_a_neuroendocrine_tumor() -> None:
    assert mapped(observation("el primary-site", **coded("an ileum"))).neuroendocrine
    assert not mapped(
        observation("el comorbidity-contraindication", valueBoolean=False)
    ).neuroendocrine


def test_not_stated_is_not_a_value() -> None:
    found = read_one("focus-class", observation("el focus-class"))
    assert isinstance(found.value, Unknown)
