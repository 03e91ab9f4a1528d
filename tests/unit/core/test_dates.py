"""Dates as spans of days, and the calendar arithmetic of rules 9.1, every row of its table."""

from datetime import date

import pytest

from nelm_fhir.core.dates import (
    DaySpan,
    add_months,
    at_least,
    before,
    completed_years,
    due,
    first_of,
    last_of,
    not_after,
    not_older_than,
    on_or_before,
)
from nelm_fhir.core.logic import MET, NOT_MET, UNKNOWN


def day(text):
    return date.fromisoformat(text)


def span(text):
    return DaySpan.parse(text)


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        ("2025-12-01", 6, "2026-06-01"),
        ("2025-08-31", 6, "2026-02-28"),
        ("2023-08-31", 6, "2024-02-29"),
        ("2025-08-29", 6, "2026-02-28"),
        ("2025-08-30", 6, "2026-02-28"),
        ("2025-11-30", 3, "2026-02-28"),
        ("2026-02-28", 3, "2026-05-28"),
        ("2008-02-29", 18 * 12, "2026-02-28"),
    ],
)
def test_months_are_added_to_the_start(start, months, expected):
    assert add_months(day(start), months) == day(expected)


def test_a_partial_start_is_due_on_every_day_it_can_mean():
    assert due(span("2025-12"), 6) == DaySpan(day("2026-06-01"), day("2026-06-30"))


def test_a_day_beyond_the_calendar_is_cut_to_its_last():
    assert add_months(day("9999-12-01"), 1) == date.max
    assert add_months(day("9999-11-01"), 1) == day("9999-12-01")


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("2024", "2024-01-01", "2024-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2024-02-29", "2024-02-29", "2024-02-29"),
        ("2024-01-30/2024-02-02", "2024-01-30", "2024-02-02"),
    ],
)
def test_a_date_is_the_span_of_its_days_and_writes_itself_back(text, earliest, latest):
    read = span(text)
    assert (read.earliest, read.latest) == (day(earliest), day(latest))
    assert str(read) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "24",
        "2024-13",
        "2023-02-29",
        "2024-1-1",
        "2024-01-01T10:00",
        "٢٠٢٤",
        "2024/2025",
        "2024-02-02/2024-02-01",
        "2024-01-01\n",
    ],
)
def test_another_shape_or_an_impossible_day_is_refused(text):
    with pytest.raises(ValueError, match=r"date|day|month|year|span|range"):
        span(text)


def test_a_span_that_ends_before_it_starts_is_refused():
    with pytest.raises(ValueError, match="ends before it starts"):
        DaySpan(day("2024-02-02"), day("2024-02-01"))


def test_a_span_is_cut_off_at_a_day():
    assert span("2024-02").until(day("2024-02-10")) == DaySpan(day("2024-02-01"), day("2024-02-10"))
    assert span("2024-02").until(day("2024-01-31")) is None
    assert span("2024-02").until(day("2025-01-31")) == span("2024-02")


@pytest.mark.parametrize(
    ("start", "on", "status"),
    [
        ("2025-12-01", "2026-05-31", NOT_MET),
        ("2025-12-01", "2026-06-01", MET),
        ("2025-12", "2026-06-01", UNKNOWN),
        ("2025-12", "2026-06-30", MET),
        ("2025-12", "2026-05-31", NOT_MET),
    ],
)
def test_at_least_six_months_is_met_from_the_due_day(start, on, status):
    assert at_least(span(start), 6, day(on)) is status


@pytest.mark.parametrize(
    ("scan", "on", "status"),
    [
        ("2025-11-30", "2026-02-28", MET),
        ("2025-11-30", "2026-03-01", NOT_MET),
        ("2025-11", "2026-02-01", MET),
        ("2025-11", "2026-02-02", UNKNOWN),
        ("2025-11", "2026-03-01", NOT_MET),
    ],
)
def test_a_scan_is_fresh_through_the_same_day_three_months_later(scan, on, status):
    assert not_older_than(span(scan), 3, day(on)) is status


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [
        ("2025-01-01", "2025-01-02", MET),
        ("2025-01-01", "2025-01-01", NOT_MET),
        ("2025-01", "2025-01-01", NOT_MET),
        ("2025-01", "2025-01-02", UNKNOWN),
        ("2025-01", "2025-02", MET),
        ("2025-02", "2025-01", NOT_MET),
    ],
)
def test_the_order_of_two_dates_is_open_where_they_overlap(first, second, status):
    assert before(span(first), span(second)) is status


@pytest.mark.parametrize(
    ("event", "status"), [("2025-06", UNKNOWN), ("2025-05", MET), ("2025-07", NOT_MET)]
)
def test_an_event_lies_on_or_before_a_day_if_all_its_days_do(event, status):
    assert on_or_before(span(event), day("2025-06-15")) is status


@pytest.mark.parametrize(
    ("birth", "on", "years"),
    [
        ("1971-06-02", "2026-06-01", (54, 54)),
        ("1971-06-01", "2026-06-01", (55, 55)),
        ("2008-02-29", "2026-02-27", (17, 17)),
        ("2008-02-29", "2026-02-28", (18, 18)),
        ("1971", "2026-06-01", (54, 55)),
        ("1971-06", "2026-06-15", (54, 55)),
    ],
)
def test_age_is_in_completed_years(birth, on, years):
    assert completed_years(span(birth), day(on)) == years


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [
        ("2025-01-01", "2025-01-01", MET),
        ("2025-01", "2025-01-31", MET),
        ("2025-01", "2025-01-30", UNKNOWN),
        ("2025-02", "2025-01", NOT_MET),
    ],
)
def test_the_same_day_is_not_after(first, second, status):
    assert not_after(span(first), span(second)) is status


def test_the_first_and_the_last_of_vague_dates_are_vague():
    spans = [span("2025-01"), span("2025-01-10")]
    assert first_of(spans) == DaySpan(day("2025-01-01"), day("2025-01-10"))
    assert last_of(spans) == DaySpan(day("2025-01-10"), day("2025-01-31"))
