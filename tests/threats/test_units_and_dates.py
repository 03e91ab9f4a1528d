"""Threats 9 and 10: a number in another unit than it seems, a day that is not the day it seems."""

import copy
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.property.fhir_parts import MEETS_ALL, attested, percent, with_added
from tests.threats.line import bundle, issues, judged, met, read, resources
from tests.unit.mappers.mapping import UCUM, observation, profile_of, quantity
from tests.unit.mappers.test_ki67_and_mitoses import INDEX, grammar

from nelm_fhir.assessment.result import Assessment
from nelm_fhir.core.dates import (
    DaySpan,
    add_months,
    at_least,
    before,
    completed_years,
    not_after,
    not_older_than,
    on_or_before,
)
from nelm_fhir.core.logic import Status
from nelm_fhir.evaluator.definitions.proliferation_text import read_mitoses

# --- 9: units -------------------------------------------------------------------------------------

PERCENT = {"system": UCUM, "code": "%", "unit": "%"}


def statuses(found: Assessment) -> dict[str, str]:
    return {c.id: str(c.status) for v in found.verdicts for c in v.criteria}


def changed(which: str, **elements: object) -> dict:
    told = copy.deepcopy(MEETS_ALL)
    (one,) = (one for one in resources(told) if one["id"] == which)
    one.update(elements)
    return told


def index(value: object, **unit: str) -> dict[str, str]:
    return statuses(judged(changed("ki67-liver", valueQuantity={"value": value, **unit})))


@pytest.mark.threat(9)
@pytest.mark.parametrize(
    ("value", "unit"),
    [
        (2, PERCENT),
        (2, {"unit": "%"}),
        (2, {"code": "%"}),
        (2, {"system": UCUM, "code": "%", "unit": "percent"}),
        (2, {"system": UCUM, "code": "{Ki67}%"}),
    ],
)
def test_a_percentage_is_read_however_its_unit_is_written(value, unit):
    assert index(value, **unit)["ESMO-KI67"] == "met"


@pytest.mark.threat(9)
@pytest.mark.parametrize(
    "unit",
    [
        {},
        {"system": UCUM},
        {"system": UCUM, "code": "1"},
        {"unit": "1"},
        {"system": UCUM, "code": "%", "unit": "1"},
        {"system": UCUM, "code": "1", "unit": "%"},
        {"system": UCUM, "code": "[ppth]"},
        {"system": UCUM, "code": "%{cells}"},
        {"system": UCUM, "code": "10*-2"},
        {"system": UCUM, "code": "% "},
        {"system": UCUM, "code": "ng/mL", "unit": "ng/mL"},
        {"system": UCUM, "code": "/(2.mm2)"},
        {"system": "urn:other", "code": "%"},
        {"system": "urn:oid:2.16.840.1.113883.6.8", "code": "%"},
        {"unit": "% of hot spots"},
        {"unit": "％"},
        {"unit": "‰"},
    ],
    ids=str,
)
@pytest.mark.parametrize("value", [2, "0.02"])
def test_an_index_in_another_unit_or_in_none_is_unknown_and_never_scaled(unit, value):
    assert {index(value, **unit)[name] for name in ("ESMO-KI67", "B-KI67")} == {"unknown"}


DENOMINATORS = {
    "{mitoses}/(2.mm2)": "3 per 2 mm2",
    "/(2.mm2)": "3 per 2 mm2",
    "{mitoses}/2.mm2": "3 per 2 mm2",
    "/(10.[HPF])": "3 per 10 HPF",
    "/10.[HPF]": "3 per 10 HPF",
    "{mitoses}/[10 HPF]": "3 per 10 HPF",
    "/mm2": "3 per mm2",
}
OTHERS = [
    "/[HPF]",
    "{mitoses}/[HPF]",
    "/(5.[HPF])",
    "/(20.[HPF])",
    "/(0.5.mm2)",
    "/cm2",
    "1",
    "%",
    "",
]


def mitoses(unit: str) -> str | None:
    told = quantity(3, unit) if unit else {"valueQuantity": {"value": 3}}
    found = profile_of(observation(INDEX, **told)).specimens
    (one,) = found.values() if found else [None]
    return one.mitoses_text if one else None


@pytest.mark.threat(9)
@pytest.mark.parametrize(("unit", "text"), DENOMINATORS.items())
def test_a_mitotic_count_keeps_the_denominator_it_was_sent_with(unit, text):
    assert mitoses(unit) == text


@pytest.mark.threat(9)
@pytest.mark.parametrize("unit", OTHERS)
def test_a_mitotic_count_per_another_area_is_never_read_as_per_two_square_millimeters(unit):
    text = mitoses(unit)
    assert text is None or read_mitoses(text, grammar()).amount is None


@pytest.mark.threat(9)
@pytest.mark.parametrize("unit", ["cm", "mm", "mL", "1", "g", None])
def test_an_involvement_that_is_no_percentage_is_never_compared(unit):
    """Centimeters or millimeters of a lesion are no part of the liver."""
    told = percent(20) if unit is None else quantity(20, unit)
    told = {"valueQuantity": {"value": 20}} if unit is None else told
    added = attested("liver-involvement", told, effectiveDateTime="2026-05-30")
    assert [one for one in read(with_added([added])).profile.liver.involvement.values()
            if str(one.date) == "2026-05-30" and one.high is not None] == []  # fmt: skip


@pytest.mark.threat(9)
@pytest.mark.parametrize(
    ("unit", "milliliters"),
    [("mL", "1500"), ("ml", "1500"), ("cm3", "1500"), ("L", None), ("dm3", None), ("mm3", None),
     ("cm", None), ("mg", None)],
)  # fmt: skip
def test_a_volume_is_read_in_milliliters_only(unit, milliliters):
    told = profile_of(observation("el liver-volume", **quantity(1500, unit))).liver.volume_ml
    assert (None if told is None else str(told)) == milliliters


MARKER_UNITS = ["ng/mL", "ug/L", "pg/mL", "mg/mL", "ng/L", "ng/dL", "nmol/L", "U/L", "ng/ml", "%"]


@pytest.mark.threat(9)
@pytest.mark.parametrize("unit", MARKER_UNITS)
def test_a_marker_is_told_in_the_unit_it_was_sent_in(unit):
    transplant = {
        "resourceType": "Procedure", "id": "tx", "status": "completed",
        "subject": {"reference": "Patient/p"}, "performedDateTime": "2020-01-01",
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "18027006"}]},
    }  # fmt: skip
    marker = observation("ln 9811-1", "m", effectiveDateTime="2026-01-01", **quantity(80, unit))
    assert profile_of(transplant, marker).recurrence.chromogranin_a == f"80 {unit}"


# --- 10: dates ------------------------------------------------------------------------------------

DAYS = st.dates(date(1901, 1, 1), date(2098, 12, 31))
MONTHS = st.integers(0, 600)


@st.composite
def spans(draw) -> DaySpan:
    day = draw(DAYS)
    text = draw(st.sampled_from([str(day), str(day)[:7], str(day)[:4]]))
    if draw(st.booleans()):
        return DaySpan.parse(text)
    return DaySpan(day, day + timedelta(draw(st.integers(0, 400))))


def days_of(span: DaySpan) -> list[DaySpan]:
    """Its first and last day, and some between: what is asked of a span is monotonous in them."""
    length = (span.latest - span.earliest).days
    steps = {0, length, *range(0, length + 1, max(1, length // 7))}
    return [DaySpan.of(span.earliest + timedelta(step)) for step in sorted(steps)]


def holds_for_all(found: Status, answers: set[Status]) -> bool:
    """Definite answers hold for every day; unknown ones differ between two of them."""
    return answers == {found} if found is not Status.UNKNOWN else len(answers) == 2


@pytest.mark.threat(10)
@given(spans(), DAYS, MONTHS)
def test_what_is_asked_of_a_vague_date_is_asked_of_every_day_it_can_denote(span, on, months):
    questions = (
        lambda s: at_least(s, months, on),
        lambda s: not_older_than(s, months, on),
        lambda s: on_or_before(s, on),
    )
    for ask in questions:
        assert holds_for_all(ask(span), {ask(day) for day in days_of(span)})


@pytest.mark.threat(10)
@given(spans(), spans())
def test_the_order_of_two_vague_dates_is_that_of_all_their_days(first, second):
    for ask in (before, not_after):
        answers = {ask(one, other) for one in days_of(first) for other in days_of(second)}
        assert holds_for_all(ask(first, second), answers)
    swapped = {Status.MET: Status.NOT_MET, Status.NOT_MET: Status.MET}
    found = before(first, second)
    assert not_after(second, first) is swapped.get(found, found)


@pytest.mark.threat(10)
@given(spans(), DAYS)
def test_an_age_of_a_vague_birth_date_is_that_of_its_first_and_last_day(birth, on):
    lowest, highest = completed_years(birth, on)
    ages = {completed_years(day, on) for day in days_of(birth)}
    assert lowest == min(low for low, _ in ages)
    assert highest == max(high for _, high in ages)


@pytest.mark.threat(10)
@given(DAYS, MONTHS, MONTHS)
def test_more_months_are_never_over_earlier(day, fewer, more):
    assert add_months(day, min(fewer, more)) <= add_months(day, max(fewer, more))


DAY = "2025-06-01"


def operated(written: object) -> Assessment:
    return judged(changed("ileocolic-resection", performedDateTime=written))


def months(found: Assessment) -> str:
    return statuses(found)["OPTN-RES6"]


def told(found: Assessment) -> list[str]:
    return [kind for kind, place in issues(found) if place.endswith("performedDateTime")]


@pytest.mark.threat(10)
@pytest.mark.parametrize(
    ("written", "kinds"),
    [
        (DAY, []),
        (f"{DAY}T10:00:00Z", []),
        (f"{DAY}T10:00:00.123456789+05:45", []),
        (f"{DAY}T23:59:60Z", []),
        (f"{DAY}T23:30:00-08:00", []),
        (f"{DAY}T00:30:00+14:00", []),
        (f"{DAY}T10:00:00", ["date-without-zone"]),
        (f"{DAY}T24:00:00Z", ["date-hour-24"]),
        ("2025-06", []),
    ],
)
def test_a_day_is_the_day_as_written_and_what_is_odd_about_it_is_told(written, kinds):
    found = operated(written)
    assert (months(found), told(found)) == ("met", kinds)


@pytest.mark.threat(10)
@pytest.mark.parametrize(
    "written",
    [
        "2025-02-30", "2025-02-29", "2025-13-01", "2025-00-10", "2025-06-00", "0000-06-01",
        "20250601", "2025-6-1", "01.06.2025", "06/01/2025", "2025-W22", "25-06-01", "12025-06-01",
        "2025-06-01 10:00:00Z", "2025-06T10:00:00Z", "2025T10:00Z", "2025-06-01T10",
        "2025-06-01T25:00:00Z", "2025-06-01T10:61:00Z", "2025-06-01T10:00:61Z",
        "2025-06-01T10:00:00+25:00", "-2025-06-01", "２０２５-06-01", "1748736000", "?",
    ],
)  # fmt: skip
def test_what_is_no_day_of_the_calendar_is_unreadable_and_starts_no_clock(written):
    found = operated(written)
    assert told(found) == ["date-unreadable"]
    assert months(found) == "unknown"


@pytest.mark.threat(10)
@pytest.mark.parametrize("written", [20250601, True, None, ["2025-06-01"], {"value": "2025"}, ""])
def test_a_date_of_another_type_starts_no_clock(written):
    assert months(operated(written)) == "unknown"


@pytest.mark.threat(10)
@pytest.mark.parametrize(
    "written", ["2026-06-02", "2026-07", "2027", "9999-12-31", "2026-06-02T00:00:00+14:00"]
)
def test_a_day_to_come_has_not_been(written):
    assert months(operated(written)) in {"unknown", "not-met"}


@pytest.mark.threat(10)
@pytest.mark.parametrize("year", ["0001", "0999", "1800", "1000"])
def test_a_birth_in_a_year_long_gone_makes_nobody_younger(year):
    found = statuses(judged(changed("sample-ileum-1", birthDate=f"{year}-01-01")))
    assert found["M07-AGE"] != "met"


@pytest.mark.threat(10)
def test_the_sample_of_these_tests_meets_what_they_doubt():
    assert met(judged(bundle("meets-all")))
    assert months(judged(bundle("meets-all"))) == "met"
