"""Several statements of one path: attested-entry section 1, over a path that holds one value."""

import pytest
from tests.unit.assemble.finding import (
    ASKED,
    UNREADABLE,
    assembled,
    coded,
    entry,
    kinds,
    on,
    profile,
)

from nelm_fhir.core.reading import Reading
from nelm_fhir.core.unknown import Reason
from nelm_fhir.profile.provenance import reason, set_aside, sources


def control(value, key, day=None):
    return entry("syndrome-control", value, key, day)


def settled(*findings):
    return profile(*findings).functional_syndrome


def test_the_latest_statement_counts_and_the_older_is_set_aside():
    found = settled(
        control("refractory", "a", "2025-01-01"), control("controlled", "b", "2026-01-01")
    )
    assert found.control == "controlled"
    assert [e.resource for e in sources(found, "control")] == ["Observation/b"]
    assert [(n.evidence.resource, n.reason) for n in set_aside(found, "control")] == [
        ("Observation/a", "superseded")
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [("2026-01-01", "2026-01-01"), ("2026", "2026-03-01"), (None, "2026-01-01"), (None, None)],
)
def test_statements_of_open_order_that_differ_conflict(first, second):
    found = settled(control("refractory", "a", first), control("controlled", "b", second))
    assert found.control is None
    assert reason(found, "control") is Reason.CONFLICTING
    assert len(set_aside(found, "control")) == 2


@pytest.mark.parametrize(
    ("first", "second"),
    [("2026-01-01", "2026-01-01"), ("2026", "2026-03-01"), (None, "2026-01-01")],
)
def test_statements_of_open_order_that_agree_are_one(first, second):
    found = settled(control("refractory", "a", first), control("refractory", "b", second))
    assert found.control == "refractory"
    assert len(sources(found, "control")) == 2


def test_a_value_beats_asked_but_not_known_where_the_order_is_open():
    found = settled(control(ASKED, "a", "2026-01-01"), control("refractory", "b", "2026-01-01"))
    assert found.control == "refractory"


def test_an_unreadable_statement_of_open_order_conflicts_with_a_value():
    found = settled(
        control(UNREADABLE, "a", "2026-01-01"), control("refractory", "b", "2026-01-01")
    )
    assert reason(found, "control") is Reason.CONFLICTING


def test_an_unreadable_statement_alone_is_unknown_with_its_reason():
    assert (
        reason(
            settled(control(UNREADABLE, "a", "2026-01-01"), entry("syndrome-present", True, "p")),
            "control",
        )
        is Reason.UNREADABLE
    )


def test_a_statement_after_the_evaluation_date_does_not_win():
    found = settled(
        control("refractory", "a", "2026-01-01"), control("controlled", "b", "2026-07-01")
    )
    assert found.control == "refractory"
    assert [note.reason for note in set_aside(found, "control")] == ["future-dated"]


def test_a_path_without_date_stays_empty_where_only_later_statements_exist():
    assert settled(control("refractory", "a", "2026-07-01")).control is None


def test_a_partial_date_around_the_evaluation_date_is_cut_off_there():
    found = settled(control("refractory", "a", "2026-06-01"), control("controlled", "b", "2026-06"))
    assert reason(found, "control") is Reason.CONFLICTING


# --- failed therapies -----------------------------------------------------------------------------


def failed(word, key, day="2026-01-01"):
    return entry("failed-therapy", word, key, day)


def test_failed_therapies_are_collected():
    assert settled(failed("SSA", "a"), failed("PRRT", "b", "2025-01-01")).failed_therapies == (
        "PRRT",
        "SSA",
    )


def test_none_alone_says_that_none_has_failed():
    assert settled(failed("none", "a")).failed_therapies == ()


@pytest.mark.parametrize("day", ["2026-01-01", "2026-03-01", None])
def test_none_beside_a_therapy_conflicts_unless_it_is_older(day):
    found = settled(failed("SSA", "a"), failed("none", "b", day))
    assert found.failed_therapies is None
    assert reason(found, "failed_therapies") is Reason.CONFLICTING


def test_an_older_none_gives_way():
    assert settled(failed("SSA", "a"), failed("none", "b", "2025-01-01")).failed_therapies == (
        "SSA",
    )


def test_a_therapy_that_nobody_can_read_keeps_the_count_open():
    odd = entry("failed-therapy", UNREADABLE, "b", "2026-01-01", text="drug X")
    assert settled(failed("SSA", "a"), odd).failed_therapies == ("SSA", "drug X")


def test_a_therapy_that_failed_after_the_evaluation_date_is_not_collected():
    assert settled(failed("SSA", "a"), failed("PRRT", "b", "2026-07-01")).failed_therapies == (
        "SSA",
    )


# --- the other single paths -----------------------------------------------------------------------


def test_birth_date_and_sex_come_from_the_patient():
    found = profile(
        coded("birth-date", on("1981-03"), "Patient/p"), coded("sex", "female", "Patient/p")
    )
    assert (str(found.patient.birth_date), found.patient.sex) == ("1981-03", "female")


def test_a_death_is_an_issue_and_nothing_else():
    result = assembled(coded("death", True, "Patient/p"))
    assert kinds(result.issues) == ["death-recorded"]
    assert set(result.profile.to_record()) <= {"as_of", "options"}


def test_comorbidity_takes_the_latest_judgment():
    found = profile(
        entry("comorbidity-contraindication", True, "a", "2025-01-01"),
        entry("comorbidity-contraindication", False, "b", "2026-01-01"),
    )
    assert found.comorbidity_contraindication is False


def test_listing_takes_status_and_dates_of_the_latest_statement():
    parts = {"listing-date": on("2026-01-10"), "last-update-date": on("2026-05-01")}
    found = profile(
        entry("listing", "not-listed", "a", "2025-01-01"),
        entry("listing", "listed", "b", "2026-05-01", parts=parts),
    ).listing
    assert (found.status, str(found.listing_date), str(found.last_update_date)) == (
        "listed",
        "2026-01-10",
        "2026-05-01",
    )


def test_a_listing_that_is_stated_and_denied_leaves_the_record_open():
    """A contradiction is not "no listing documented", which would be judged as not listed."""
    found = profile(
        entry("listing", "listed", "a", "2026-05-20"),
        entry("listing", "not-listed", "b", "2026-05"),
    )
    assert (found.listing.status, found.damaged) == (None, True)


def test_a_listing_stated_only_later_is_entered_with_its_day():
    found = profile(entry("listing", "listed", "a", "2026-09-01")).listing
    assert (found.status, str(found.listing_date)) == ("listed", "2026-09-01")


def test_not_listed_stated_only_later_is_not_known_yet():
    assert profile(entry("listing", "not-listed", "a", "2026-09-01")).listing.status is None


def test_an_attested_other_malignancy_brings_type_and_date():
    parts = {"malignancy-type": "melanoma", "malignancy-date": on("2015")}
    found = profile(
        entry("other-malignancy", True, "a", "2026-01-01", parts=parts)
    ).other_malignancy
    assert (found.present, found.type, str(found.date)) == (True, "melanoma", "2015")


def test_another_malignancy_stated_only_later_is_entered_with_its_day():
    found = profile(entry("other-malignancy", True, "a", "2026-09-01")).other_malignancy
    assert (found.present, str(found.date)) == (True, "2026-09-01")


def test_a_suspected_other_cancer_is_not_documented():
    found = profile(coded("primary-site-plain", "colon", "Condition/c", reading=Reading.SUSPECTED))
    assert found.other_malignancy.present is None
    assert reason(found.other_malignancy, "present") is Reason.EQUIVOCAL
