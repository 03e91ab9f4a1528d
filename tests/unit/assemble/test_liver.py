"""The liver: table Assembly, row liver metastases; attested-entry sections 1 and 2; rules 10."""

from decimal import Decimal

import pytest
from tests.unit.assemble.finding import ASKED, UNREADABLE, coded, entry, percent, profile

from nelm_fhir.core.amounts import Amount
from nelm_fhir.core.reading import Reading
from nelm_fhir.core.unknown import Reason
from nelm_fhir.profile.provenance import reason

PRESENT = "liver-metastases-present"


def liver(*findings):
    return profile(*findings).liver


def stated(value, key, day=None, **more):
    return coded(PRESENT, value, f"Condition/{key}", day, **more)


# --- presence -------------------------------------------------------------------------------------


def test_the_latest_statement_on_liver_metastases_counts_whatever_carries_it():
    assert (
        liver(
            stated(True, "c", "2025-01-01"), entry(PRESENT, False, "e", "2026-01-01")
        ).metastases_present
        is False
    )
    assert (
        liver(
            entry(PRESENT, False, "e", "2024-01-01"), stated(True, "c", "2025-01-01")
        ).metastases_present
        is True
    )


def test_a_refuted_condition_is_evidence_of_absence():
    assert (
        liver(stated(True, "c", "2025-01-01", reading=Reading.ABSENT)).metastases_present is False
    )


def test_statements_of_one_day_that_differ_conflict():
    found = liver(stated(True, "c", "2025-01-01"), entry(PRESENT, False, "e", "2025-01-01"))
    assert found.metastases_present is None
    assert reason(found, "metastases_present") is Reason.CONFLICTING


@pytest.mark.parametrize("reading", [Reading.SUSPECTED, Reading.PAST, Reading.UNKNOWN])
def test_a_suspected_or_past_condition_shows_neither(reading):
    assert liver(stated(True, "c", "2025-01-01", reading=reading)).metastases_present is None
    both = liver(stated(True, "a", "2024-01-01"), stated(True, "c", "2025-01-01", reading=reading))
    assert both.metastases_present is True


# --- involvement ----------------------------------------------------------------------------------


def test_each_estimate_is_an_entry():
    found = liver(
        entry("liver-involvement", percent("30"), "a", "2026-01-01"),
        entry("liver-involvement", percent("40"), "b", "2026-01-01"),
    )
    assert {e.low for e in found.involvement.values()} == {Decimal(30), Decimal(40)}


def test_the_same_estimate_twice_is_one_entry():
    twice = [entry("liver-involvement", percent("30"), key, "2026-01-01") for key in ("a", "b")]
    assert len(liver(twice).involvement) == 1


def test_a_comparator_gives_one_open_bound():
    below = Amount(Decimal(0), Decimal(50), "%", high_open=True)
    above = Amount(Decimal(50), None, "%", low_open=True)
    one = liver(entry("liver-involvement", below, "a", "2026-01-01")).involvement["a"]
    two = liver(entry("liver-involvement", above, "a", "2026-01-01")).involvement["a"]
    assert (one.low, one.high, one.low_open, one.high_open) == (None, 50, False, True)
    assert (two.low, two.high, two.low_open, two.high_open) == (50, None, True, False)


def test_an_unreadable_estimate_keeps_its_date_and_has_no_bounds():
    found = liver(entry("liver-involvement", UNREADABLE, "a", "2026-01-01")).involvement["a"]
    assert (found.low, found.high, str(found.date)) == (None, None, "2026-01-01")
    assert reason(found, "low") is Reason.UNREADABLE


def test_an_unreadable_estimate_without_date_does_not_vanish():
    found = liver(entry("liver-involvement", UNREADABLE, "a")).involvement["a"]
    assert (found.low, found.high) == (0, 100)


def test_an_estimate_in_another_unit_is_unreadable():
    volume = Amount.point(Decimal(30), "mL")
    found = liver(entry("liver-involvement", volume, "a", "2026-01-01")).involvement["a"]
    assert reason(found, "high") is Reason.UNREADABLE


def test_asked_but_not_known_is_no_estimate():
    assert liver(entry("liver-involvement", ASKED, "a", "2026-01-01")).involvement == {}


def test_the_method_stands_with_the_estimate():
    parts = {"involvement-method": "volumetry"}
    assert (
        liver(entry("liver-involvement", percent("30"), "a", "2026-01-01", parts=parts))
        .involvement["a"]
        .method
        == "volumetry"
    )


# --- judgments ------------------------------------------------------------------------------------


def test_each_judgment_is_dated_by_its_own_entry_and_the_latest_day_is_shown():
    found = liver(
        entry("liver-distribution", "bilobar", "a", "2026-03-01", author="Radiology"),
        entry("liver-resectability", "unresectable", "b", "2026-05-11", author="Surgery"),
    )
    assert (found.distribution, found.resectability) == ("bilobar", "unresectable")
    assert (str(found.judged_on), found.judged_by) == ("2026-05-11", "Surgery")


def test_the_latest_judgment_counts():
    found = liver(
        entry("liver-resectability", "resectable", "a", "2026-01-01"),
        entry("liver-resectability", "unresectable", "b", "2026-05-11"),
    )
    assert found.resectability == "unresectable"


def test_a_later_judgment_that_it_is_not_known_makes_it_unknown():
    found = liver(
        entry("liver-resectability", "resectable", "a", "2026-01-01"),
        entry("liver-resectability", ASKED, "b", "2026-05-11"),
    )
    assert found.resectability is None
    assert reason(found, "resectability") is Reason.RECORDED_AS_UNKNOWN


def test_a_future_judgment_does_not_hide_one_that_is_known():
    found = liver(
        entry("liver-distribution", "bilobar", "a", "2026-03-01"),
        entry("liver-resectability", "unresectable", "b", "2026-09-01"),
    )
    assert (found.distribution, found.resectability) == ("bilobar", None)
    assert str(found.judged_on) == "2026-03-01"


def test_future_judgments_alone_are_entered_with_their_date():
    found = liver(entry("liver-resectability", "unresectable", "b", "2026-09-01"))
    assert (found.resectability, str(found.judged_on)) == ("unresectable", "2026-09-01")


@pytest.mark.parametrize("day", ["2026", "2026-06", "2026-05-30/2026-06-03"])
def test_the_day_of_a_judgment_stays_as_recorded_where_it_reaches_beyond_the_evaluation_date(day):
    assert str(liver(entry("liver-resectability", "unresectable", "b", day)).judged_on) == day


def test_an_unlisted_word_is_unreadable():
    found = liver(entry("liver-resectability", "perhaps", "a", "2026-01-01"))
    assert found.resectability is None
    assert reason(found, "resectability") is Reason.UNREADABLE


def test_volumes_and_frilling_type_are_read():
    found = liver(
        entry("liver-volume", Amount.point(Decimal(2100), "mL"), "a", "2026-01-01"),
        entry("standard-liver-volume", Amount.point(Decimal(1400), "mL"), "b", "2026-01-01"),
        entry("frilling-type", "II", "c", "2026-01-01"),
    )
    assert (found.volume_ml, found.standard_volume_ml, found.frilling_type) == (2100, 1400, "II")
