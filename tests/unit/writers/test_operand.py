"""The operand: what was compared, in FHIR types that say no more and no less than the data."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from nelm_fhir.assessment.result import CriterionResult, Limit, Observed
from nelm_fhir.core.amounts import Amount
from nelm_fhir.core.dates import DaySpan
from nelm_fhir.core.evidence import Evidence
from nelm_fhir.core.logic import Status
from nelm_fhir.writers.operand import observed, operand

FORTY, SIXTY = Decimal(40), Decimal("60.0")


def amount(low: Decimal, high: Decimal | None, **more: bool) -> Amount:
    return Amount(low, high, "%", **more)


def quantity(value: Decimal, **more: str) -> dict[str, Any]:
    return {"value": value, "unit": "%", "system": "http://unitsofmeasure.org", "code": "%", **more}


@pytest.mark.parametrize(
    ("value", "kind", "fhir"),
    [
        (amount(FORTY, FORTY), "Quantity", quantity(FORTY)),
        (amount(FORTY, SIXTY), "Range", {"low": quantity(FORTY), "high": quantity(SIXTY)}),
        (amount(FORTY, None), "Quantity", quantity(FORTY, comparator=">=")),
        (amount(FORTY, None, low_open=True), "Quantity", quantity(FORTY, comparator=">")),
        (amount(Decimal(0), SIXTY, high_open=True), "Quantity", quantity(SIXTY, comparator="<")),
        (amount(FORTY, SIXTY, low_open=True), "String", ">40 and <=60.0 %"),
        (amount(FORTY, SIXTY, high_open=True), "String", ">=40 and <60.0 %"),
        (DaySpan.parse("2026-03-10"), "Date", "2026-03-10"),
        (DaySpan.parse("2026-03"), "Date", "2026-03"),
        (
            DaySpan(date(2026, 3, 10), date(2026, 3, 12)),
            "Period",
            {"start": "2026-03-10", "end": "2026-03-12"},
        ),
        (False, "Boolean", False),
        ("ileum", "String", "ileum"),
    ],
)
def test_a_value_has_the_type_that_says_it_exactly(
    value: Observed, kind: str, fhir: object
) -> None:
    assert observed(value) == (kind, fhir)


def result(**more: Any) -> CriterionResult:
    given = {"id": "X-1", "kind": "requirement", "label": "Label", "status": Status.UNKNOWN}
    return CriterionResult(**{**given, "statement": "It is so.", "settle": "A scan", **more})


def part(result: CriterionResult, url: str) -> list[dict[str, Any]]:
    extension = operand(result)
    return [] if extension is None else [one for one in extension["extension"] if one["url"] == url]


def test_a_limit_is_a_quantity_with_its_sign() -> None:
    (threshold,) = part(result(limits=(Limit("<=", "50", "%"),)), "threshold")
    assert threshold["valueQuantity"] == quantity(Decimal(50), comparator="<=")


def test_several_limits_stand_in_one_text_since_the_extension_stands_once() -> None:
    limits = (Limit("<", "20", "%"), Limit("<=", "3", "mo"))
    (threshold,) = part(result(limits=limits), "threshold")
    assert threshold["valueString"] == "< 20 %, <= 3 mo"


def test_reason_earliest_citation_and_sources_are_given() -> None:
    one = result(
        reason="too-old",
        earliest=date(2026, 8, 1),
        source="S3, Methods",
        evidence=(Evidence("Observation/a", "", "1"), Evidence("Observation/b", "")),
    )
    assert part(one, "reason")[0]["valueCode"] == "too-old"
    assert part(one, "earliest")[0]["valueDate"] == "2026-08-01"
    assert part(one, "citation")[0]["valueString"] == "S3, Methods"
    assert [source["valueReference"] for source in part(one, "source")] == [
        {"reference": "Observation/a/_history/1"},
        {"reference": "Observation/b"},
    ]


def test_a_criterion_without_source_text_cites_its_policy() -> None:
    assert part(result(basis=("POL-03",)), "citation")[0]["valueString"] == "POL-03"


def test_a_false_value_is_a_value_and_an_empty_text_is_none() -> None:
    assert part(result(observed=False), "observed") == [{"url": "observed", "valueBoolean": False}]
    assert part(result(observed=""), "observed") == []


def test_where_there_is_nothing_to_say_there_is_no_extension() -> None:
    assert operand(result()) is None


def test_a_value_of_several_words_is_observed_as_text() -> None:
    one = result(value="resected 2026-01-08 R0")
    assert part(one, "observed") == [{"url": "observed", "valueString": "resected 2026-01-08 R0"}]


def test_what_is_only_possible_was_not_observed() -> None:
    possible = amount(Decimal(0), Decimal(100))
    assert part(result(observed=possible, value="0-100 %", reason="no-record"), "observed") == []
    assert part(result(observed=possible, value="0-100 %", reason="straddles-limit"), "observed")
