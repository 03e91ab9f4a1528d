"""Primaries: table Assembly, row primary; attested-entry section 1; terminology 2.7, T13."""

from tests.unit.assemble.finding import (
    NOT_EXACT,
    assembled,
    coded,
    condition,
    entry,
    kinds,
    profile,
    resection,
)

from nelm_fhir.core.reading import Reading
from nelm_fhir.core.unknown import Reason
from nelm_fhir.profile.provenance import reason, set_aside, sources


def sites(*findings):
    return sorted(str(primary.site) for primary in profile(*findings).primaries.values())


def plain(key, site, day=None, **more):
    return coded("primary-site-plain", site, f"Condition/{key}", day, **more)


def test_two_conditions_of_one_site_are_one_primary():
    assert sites(condition("a", "ileum"), condition("b", "ileum", "2024-01-01")) == ["ileum"]


def test_a_condition_of_a_coarser_site_is_the_same_primary():
    assert sites(condition("a", "rectum"), condition("b", "rectum-upper")) == ["rectum-upper"]


def test_conditions_of_different_sites_are_two_primaries():
    assert sites(condition("a", "ileum"), condition("b", "pancreas")) == ["ileum", "pancreas"]


def test_both_conditions_of_one_primary_are_its_evidence():
    found = profile(condition("a", "ileum"), condition("b", "small-intestine"))
    assert {e.resource for e in sources(found.primaries["a"], "site")} == {
        "Condition/a",
        "Condition/b",
    }


def test_a_condition_without_site_joins_the_only_primary_with_a_site():
    found = profile(
        condition("a", "ileum"), condition("b"), resection("r", "2025", focus=["Condition/b"])
    )
    assert len(found.primaries) == 1
    assert found.primaries["a"].resection.performed is True


def test_a_condition_without_site_beside_several_primaries_adds_nothing_and_is_an_issue():
    result = assembled(condition("a", "ileum"), condition("b", "pancreas"), condition("c"))
    assert len(result.profile.primaries) == 2
    assert kinds(result.issues) == ["primary-not-placed"]


def test_a_coarse_site_that_fits_two_primaries_adds_nothing_and_is_an_issue():
    found = (
        condition("a", "rectum-upper"),
        condition("b", "rectum-lower"),
        condition("c", "rectum"),
    )
    result = assembled(*found)
    assert sites(*found) == ["rectum-lower", "rectum-upper"]
    assert kinds(result.issues) == ["primary-not-placed"]


def test_a_primary_without_any_site_is_a_primary_whose_site_is_unknown():
    found = profile(condition("a"), resection("r", "2025", focus=["Condition/a"]))
    assert found.primaries["a"].site is None


def test_an_inexact_site_code_keeps_its_reason():
    unsure = coded("primary-site", NOT_EXACT, "Condition/a")
    found = profile(condition("a"), unsure, resection("r", "2025", focus=["Condition/a"]))
    assert reason(found.primaries["a"], "site") is Reason.MAP_NOT_EXACT


def test_a_refuted_condition_is_no_primary():
    assert sites(condition("a", "ileum"), condition("b", "lung", reading=Reading.ABSENT)) == [
        "ileum"
    ]


def test_a_past_condition_is_still_the_primary():
    assert sites(condition("a", "ileum", reading=Reading.PAST)) == ["ileum"]


def test_a_suspected_second_primary_neither_vanishes_nor_counts_with_its_site():
    result = assembled(condition("a", "ileum"), condition("b", "lung", reading=Reading.SUSPECTED))
    assert result.profile.primaries["b"].site == "lung (suspected)"
    assert "primary-suspected" in kinds(result.issues)


def test_a_suspected_condition_of_the_site_of_a_firm_one_is_that_primary():
    assert sites(condition("a", "ileum"), condition("b", "ileum", reading=Reading.SUSPECTED)) == [
        "ileum"
    ]


def test_a_condition_that_begins_after_the_evaluation_date_is_not_known_yet():
    result = assembled(condition("a", "ileum", "2026-07-01"))
    assert result.profile.primaries == {}
    assert kinds(result.issues) == ["future-dated"]


# --- plain site codes -----------------------------------------------------------------------------


def test_a_plain_site_code_with_its_own_neuroendocrine_morphology_is_a_primary():
    found = [plain("a", "ileum"), coded("histology", "NET", "Condition/a"), plain("b", "breast")]
    assert sites(*found) == ["ileum"]


def test_a_plain_site_code_that_neuroendocrine_histology_points_to_is_a_primary():
    pointing = coded("histology", "NET", "Observation/h", focus=["Condition/a"])
    assert sites(plain("a", "ileum"), plain("b", "breast"), pointing) == ["ileum"]


def test_a_plain_site_code_alone_in_a_record_with_neuroendocrine_histology_is_a_primary():
    assert sites(plain("a", "ileum"), coded("histology", "NET", "Observation/h")) == ["ileum"]


def test_a_plain_site_code_without_neuroendocrine_histology_is_another_malignancy():
    found = profile(plain("a", "colon", "2019-05-02"))
    assert found.primaries == {}
    assert found.other_malignancy.present is True
    assert found.other_malignancy.type == "colon"
    assert str(found.other_malignancy.date) == "2019-05-02"


def test_histology_that_is_not_neuroendocrine_makes_no_primary():
    found = profile(plain("a", "colon"), coded("histology", "other", "Observation/h"))
    assert found.primaries == {}


def test_two_plain_site_codes_with_unlinked_histology_are_both_other_malignancies():
    found = profile(
        plain("a", "colon"), plain("b", "lung"), coded("histology", "NET", "Observation/h")
    )
    assert found.primaries == {}
    assert found.other_malignancy.present is True


def test_a_plain_site_code_beside_a_neuroendocrine_primary_is_another_malignancy():
    found = profile(
        condition("a", "ileum"), plain("b", "breast"), coded("histology", "NET", "Condition/a")
    )
    assert list(found.primaries) == ["a"]
    assert found.other_malignancy.type == "breast"


def test_an_attested_site_makes_the_condition_it_names_a_primary():
    named = entry("primary-site", "rectum-upper", "s", "2026-01-01", focus=["Condition/text-only"])
    assert sites(named) == ["rectum-upper"]
    assert sites(
        plain("b", "rectum"), entry("primary-site", "rectum-upper", "s", focus=["Condition/b"])
    ) == ["rectum-upper"]


# --- beside a standard code -----------------------------------------------------------------------


def test_an_attested_site_refines_a_coarser_coded_one():
    refined = entry("primary-site", "rectum-upper", "s", "2024-01-01", focus=["Condition/a"])
    assert sites(condition("a", "rectum", "2025-01-01"), refined) == ["rectum-upper"]


def test_an_attested_site_refines_an_unknown_one():
    told = entry("primary-site", "ileum", "s", "2024-01-01", focus=["Condition/a"])
    assert sites(condition("a"), coded("primary-site", NOT_EXACT, "Condition/a"), told) == ["ileum"]
    assert sites(condition("a", "unknown-primary"), told) == ["ileum"]


def test_an_attested_site_that_differs_from_the_code_conflicts_whatever_the_dates():
    told = entry("primary-site", "lung", "s", "2026-01-01", focus=["Condition/a"])
    cut = resection("r", "2025", focus=["Condition/a"])
    primary = profile(condition("a", "ileum", "2024-01-01"), told, cut).primaries["a"]
    assert primary.site is None
    assert reason(primary, "site") is Reason.CONFLICTING
    assert len(set_aside(primary, "site")) == 2


def test_of_a_tumor_that_nothing_else_is_known_of_the_conflict_of_sites_stays_in_the_profile():
    told = entry("primary-site", "lung", "s", "2026-01-01", focus=["Condition/a"])
    result = profile(condition("a", "ileum"), told)
    assert not result.primaries
    assert reason(result, "primaries") is Reason.CONFLICTING
    assert len(set_aside(result, "primaries")) == 2


def test_a_later_attested_site_replaces_an_earlier_attested_one():
    older = entry("primary-site", "jejunum", "s1", "2025-01-01", focus=["Condition/a"])
    newer = entry("primary-site", "ileum", "s2", "2026-01-01", focus=["Condition/a"])
    assert sites(condition("a"), older, newer) == ["ileum"]


def test_sites_that_conflict_beside_another_primary_are_not_lost():
    told = entry("primary-site", "lung", "s", "2026-01-01", focus=["Condition/a"])
    assert sites(condition("a", "pancreas"), told, condition("b", "ileum")) == [
        "ileum",
        "lung | pancreas",
    ]


def test_an_unknown_primary_found_later_than_a_known_one_is_a_tumor_of_its_own():
    known, unknown = (
        condition("a", "ileum", "2015-01-01"),
        condition("b", "unknown-primary", "2022-01-01"),
    )
    assert sites(known, unknown) == ["ileum", "unknown-primary"]
    assert sites(known, condition("b", "unknown-primary", "2014-01-01")) == ["ileum"]


# --- lost links -----------------------------------------------------------------------------------


def test_an_attested_site_without_focus_is_of_the_only_primary():
    lost = entry("primary-site", "rectum-upper", "s", "2026-01-01", lost=["focus"])
    assert sites(condition("a", "rectum"), lost) == ["rectum-upper"]


def test_an_attested_site_without_any_condition_is_a_primary():
    assert sites(entry("primary-site", "ileum", "s", "2026-01-01")) == ["ileum"]


def test_an_attested_site_without_focus_conflicts_with_several_primaries_of_other_sites():
    lost = entry("primary-site", "lung", "s", "2026-01-01", lost=["focus"])
    result = assembled(condition("a", "ileum"), condition("b", "pancreas"), lost)
    assert [p.site for p in result.profile.primaries.values()] == [
        "ileum | lung",
        "lung | pancreas",
    ]
    assert "not-linked-to-a-tumor" in kinds(result.issues)


def test_an_attested_site_without_focus_that_repeats_one_of_several_changes_nothing():
    lost = entry("primary-site", "ileum", "s", "2026-01-01", lost=["focus"])
    assert sites(condition("a", "ileum"), condition("b", "pancreas"), lost) == ["ileum", "pancreas"]


def test_an_attested_site_without_focus_that_nobody_can_read_changes_nothing():
    lost = entry("primary-site", NOT_EXACT, "s", "2026-01-01", lost=["focus"])
    assert sites(condition("a", "ileum"), condition("b", "pancreas"), lost) == ["ileum", "pancreas"]


def test_an_attested_site_without_focus_leaves_a_suspected_primary_suspected():
    lost = entry("primary-site", "ileum", "s", "2026-01-01", lost=["focus"])
    suspected = condition("a", "ileum", reading=Reading.SUSPECTED)
    assert sites(suspected, lost) == ["ileum (suspected)"]


def test_a_coarse_site_is_set_aside_where_the_finer_ones_conflict():
    told = entry("primary-site", "rectum", "s1", "2026-01-01", focus=["Condition/a"])
    again = entry("primary-site", "rectum-upper", "s2", "2026-01-01", focus=["Condition/a"])
    other = entry("primary-site", "rectum-lower", "s3", "2026-01-01", focus=["Condition/a"])
    cut = resection("r", "2025", focus=["Condition/a"])
    primary = profile(condition("a"), told, again, other, cut).primaries["a"]
    assert reason(primary, "site") is Reason.CONFLICTING
    assert len(set_aside(primary, "site")) == 3
