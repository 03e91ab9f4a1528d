"""Specimens: table Assembly, rows specimen, origin and histology; rules 6.2; T13."""

from decimal import Decimal

import pytest
from tests.unit.assemble.finding import (
    ASKED,
    NOT_EXACT,
    UNREADABLE,
    assembled,
    coded,
    condition,
    entry,
    kinds,
    metastasis,
    percent,
    profile,
)

from nelm_fhir.core.reading import Reading
from nelm_fhir.core.unknown import Reason, Unknown
from nelm_fhir.profile.provenance import reason, set_aside, sources

NET = condition("net", "ileum")
LIVER = coded("specimen", True, "Specimen/s", "2025-05-06", site="liver")
ON = {"specimen": "Specimen/s"}


def ki67(value, key="k", day=None, **more):
    return coded("ki67", value, f"Observation/{key}", day, **more)


def grade(word, key="g", day=None, **more):
    return coded("reported-grade", word, f"Observation/{key}", day, **more)


def histology(word, key="Observation/h", day=None, **more):
    return coded("histology", word, key, day, **more)


def only(*findings):
    found = profile(*findings).specimens
    assert len(found) == 1, list(found)
    return next(iter(found.values()))


# --- one specimen ---------------------------------------------------------------------------------


def test_observations_of_one_specimen_are_one_specimen():
    found = only(LIVER, ki67("2 %", **ON), grade("G1", **ON), histology("NET", **ON))
    assert (found.ki67_text, found.reported_grade, found.histology) == ("2 %", "G1", "NET")


def test_a_specimen_is_named_by_its_own_resource():
    assert list(profile(LIVER, ki67("2 %", key="a", **ON)).specimens) == ["s"]


def test_without_specimen_the_report_that_names_them_joins_observations():
    report = coded(
        "report",
        True,
        "DiagnosticReport/r",
        "2025-05-07",
        members=["Observation/k", "Observation/g"],
    )
    found = only(report, ki67("2 %"), grade("G1"))
    assert (found.ki67_text, found.reported_grade, str(found.date)) == ("2 %", "G1", "2025-05-07")


def test_a_report_on_one_specimen_gives_it_to_its_results():
    report = coded(
        "report", True, "DiagnosticReport/r", members=["Observation/k"], specimen="Specimen/s"
    )
    assert only(LIVER, report, ki67("2 %")).origin == "liver-metastasis"


def test_without_report_the_panel_joins_observations():
    panel = histology("NET", members=["Observation/k", "Observation/g"])
    assert only(panel, ki67("2 %"), grade("G1")).reported_grade == "G1"


def test_without_panel_the_same_day_and_body_site_join_observations():
    here = {"day": "2025-05-06", "site": "liver"}
    assert only(ki67("2 %", **here), grade("G1", **here)).reported_grade == "G1"


def test_another_day_or_site_or_none_is_another_specimen():
    first = ki67("2 %", day="2025-05-06", site="liver")
    for other in (
        {"day": "2025-05-07", "site": "liver"},
        {"day": "2025-05-06", "site": "ileum"},
        {"day": "2025-05-06"},
    ):
        assert len(profile(first, grade("G1", **other)).specimens) == 2


def test_the_same_statement_sent_twice_is_one_specimen_with_both_as_evidence():
    found = only(ki67("2 %", key="a", day="2025"), ki67("2 %", key="b", day="2025"))
    assert {e.resource for e in sources(found, "ki67_text")} == {"Observation/a", "Observation/b"}


def test_a_specimen_without_findings_is_not_entered():
    assert profile(LIVER).specimens == {}


def test_an_attested_entry_without_specimen_is_a_specimen_of_its_own():
    mine = entry("ki67", "5 %", "e", "2026-01-05")
    assert len(profile(mine, LIVER, ki67("2 %", **ON)).specimens) == 2


# --- the date -------------------------------------------------------------------------------------


def test_collection_dates_the_specimen_before_observation_and_report():
    report = coded("report", True, "DiagnosticReport/r", "2025-05-09", members=["Observation/k"])
    assert str(only(LIVER, report, ki67("2 %", day="2025-05-08", **ON)).date) == "2025-05-06"
    assert str(only(report, ki67("2 %", day="2025-05-08")).date) == "2025-05-08"
    assert str(only(report, ki67("2 %")).date) == "2025-05-09"


def test_observations_of_several_days_date_the_specimen_by_the_span_of_them():
    found = only(ki67("2 %", day="2025-05-08", **ON), grade("G1", day="2025-05-10", **ON))
    assert str(found.date) == "2025-05-08/2025-05-10"


def test_a_result_after_the_evaluation_date_is_left_out_and_noted():
    result = assembled(
        LIVER, ki67("2 %", day="2025-05-06", **ON), ki67("30 %", key="l", day="2026-08-01", **ON)
    )
    assert result.profile.specimens["s"].ki67_text == "2 %"
    assert kinds(result.issues) == ["future-dated"]


def test_a_specimen_of_the_future_keeps_its_date_so_that_it_can_be_seen():
    found = only(ki67("2 %", day="2026-08-01"))
    assert (found.ki67_text, str(found.date)) == ("2 %", "2026-08-01")


def test_a_specimen_of_the_future_keeps_its_attested_origin():
    told = entry("specimen-origin", "primary", "o", "2026-08-01", **ON)
    assert only(ki67("2 %", day="2026-08-01", **ON), told).origin == "primary"


# --- origin ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("site", "origin"),
    [
        ("liver", "liver-metastasis"),
        ("ileum", "primary"),
        ("bone", "other-metastasis"),
        ("lung", None),
        (None, None),
    ],
)
def test_the_body_site_tells_the_origin_as_far_as_it_can(site, origin):
    taken = coded("specimen", True, "Specimen/s", site=site)
    assert only(NET, taken, ki67("2 %", **ON)).origin == origin


def test_the_body_site_of_the_observation_tells_the_origin_too():
    assert only(NET, ki67("2 %", site="liver")).origin == "liver-metastasis"


def test_a_liver_specimen_of_a_tumor_of_the_liver_has_an_open_origin():
    assert only(condition("net", "liver"), LIVER, ki67("2 %", **ON)).origin is None


def test_focus_on_a_metastasis_tells_the_origin():
    liver = coded("liver-metastases-present", True, "Condition/lm")
    bone = metastasis("bone", "bone", "bone")
    assert only(liver, ki67("2 %", focus=["Condition/lm"])).origin == "liver-metastasis"
    assert only(bone, ki67("2 %", focus=["Condition/bone"])).origin == "other-metastasis"


def test_focus_on_the_primary_leaves_the_origin_open():
    assert only(NET, ki67("2 %", focus=["Condition/net"])).origin is None


def test_an_attested_origin_that_differs_from_the_body_site_conflicts():
    told = entry("specimen-origin", "primary", "o", "2025-05-06", **ON)
    found = only(LIVER, ki67("2 %", **ON), told)
    assert found.origin is None
    assert reason(found, "origin") is Reason.CONFLICTING


def test_attested_origin_brings_material_and_edition():
    parts = {"specimen-material": "biopsy", "who-edition": "2019"}
    found = only(
        ki67("2 %", **ON), entry("specimen-origin", "liver-metastasis", "o", parts=parts, **ON)
    )
    assert (found.origin, found.material, found.who_edition) == (
        "liver-metastasis",
        "biopsy",
        "2019",
    )


# --- Ki-67 and mitoses ----------------------------------------------------------------------------


def test_ki67_texts_that_differ_are_joined_whatever_their_dates():
    found = only(ki67("2 %", day="2025-01-01", **ON), ki67("21 %", key="l", day="2025-03-01", **ON))
    assert found.ki67_text == "2 % | 21 %"


def test_an_attested_ki67_never_overrides_the_coded_one_of_the_same_specimen():
    assert (
        only(ki67("21 %", **ON), entry("ki67", "2 %", "e", "2026-01-01", **ON)).ki67_text
        == "2 % | 21 %"
    )


def test_the_same_ki67_in_other_spacing_is_no_difference():
    assert only(ki67("2 %", **ON), ki67("2%", key="l", **ON)).ki67_text in {"2 %", "2%"}


def test_mitoses_that_differ_are_joined_too():
    one = coded("mitotic-count", "1 per 2 mm2", "Observation/a", **ON)
    two = coded("mitotic-count", "3 per 2 mm2", "Observation/b", **ON)
    assert only(one, two).mitoses_text == "1 per 2 mm2 | 3 per 2 mm2"


def test_an_unreadable_ki67_is_handed_on_as_text():
    assert only(ki67(UNREADABLE, text="low", **ON)).ki67_text == "low"
    assert only(ki67(UNREADABLE, **ON)).ki67_text == "unreadable"


def test_an_amount_is_handed_on_with_its_unit():
    assert only(ki67(percent("5", "10"), **ON)).ki67_text == "5-10 %"


def test_a_value_beats_asked_but_not_known():
    found = only(ki67("2 %", **ON), ki67(ASKED, key="l", **ON))
    assert found.ki67_text == "2 %"
    assert [note.reason for note in set_aside(found, "ki67_text")] == ["recorded-as-unknown"]


def test_asked_but_not_known_alone_leaves_its_reason():
    found = only(ki67(ASKED, **ON), grade("G1", **ON))
    assert found.ki67_text is None
    assert reason(found, "ki67_text") is Reason.RECORDED_AS_UNKNOWN


def test_counted_cells_stand_beside_the_index():
    assert only(ki67("2 %", parts={"cells-counted": Decimal(820)}, **ON)).cells_counted == 820


def test_grades_of_one_specimen_from_code_and_entry_that_differ_conflict():
    told = coded("reported-grade", "G2", "Observation/e", "2026-01-01", attested=True, **ON)
    found = only(ki67("2 %", **ON), grade("G1", day="2025-05-06", **ON), told)
    assert reason(found, "reported_grade") is Reason.CONFLICTING


@pytest.mark.parametrize("who", ["G1", "G2", "G3"])
def test_a_grade_of_unknown_scale_is_evidence_beside_a_who_grade(who):
    found = only(ki67("2 %", **ON), grade(who, **ON), grade(NOT_EXACT, key="l", **ON))
    assert found.reported_grade == who
    assert [note.reason for note in set_aside(found, "reported_grade")] == ["map-not-exact"]


def test_a_grade_high_on_every_scale_supports_g3_and_contradicts_a_lower_grade():
    high = Unknown(Reason.EQUIVOCAL)
    found = only(ki67("2 %", **ON), grade("G3", **ON), grade(high, key="l", **ON))
    assert found.reported_grade == "G3"
    result = assembled(ki67("2 %", **ON), grade("G2", **ON), grade(high, key="l", **ON))
    (found,) = result.profile.specimens.values()
    assert reason(found, "reported_grade") is Reason.CONFLICTING
    assert (kinds(result.issues), result.profile.damaged) == (["contradictory-pathology"], True)


def test_a_grade_high_on_an_unknown_scale_alone_leaves_no_criteria_met():
    result = assembled(ki67("2 %", **ON), grade(Unknown(Reason.EQUIVOCAL), **ON))
    assert (kinds(result.issues), result.profile.damaged) == (["contradictory-pathology"], True)


# --- histology ------------------------------------------------------------------------------------


def test_histology_in_a_condition_is_a_specimen_of_its_own_dated_by_onset():
    own = histology("NET", key="Condition/net", day="2025-03-04")
    found = profile(
        condition("net", "ileum", "2025-03-04"), own, LIVER, ki67("2 %", **ON)
    ).specimens
    assert len(found) == 2
    assert (found["net"].histology, found["net"].origin, str(found["net"].date)) == (
        "NET",
        None,
        "2025-03-04",
    )


def test_histology_in_a_condition_has_an_open_origin_even_with_a_body_site():
    assert only(NET, histology("NET", key="Condition/net", site="ileum")).origin is None


def test_a_condition_under_a_full_url_is_known_as_one_by_its_other_findings():
    url = "urn:uuid:1b4e28ba"
    found = only(coded("primary", True, url), histology("NET", key=url, site="ileum"))
    assert found.origin is None


def test_histology_of_a_suspected_condition_is_not_used():
    own = histology("NEC", key="Condition/net", reading=Reading.SUSPECTED)
    result = assembled(NET, own)
    assert result.profile.specimens == {}
    assert kinds(result.issues) == ["suspected-histology"]


def test_a_carcinoma_code_means_carcinoma():
    assert only(NET, histology("carcinoma", key="Condition/net")).histology == "NEC"


@pytest.mark.parametrize("graded_on", ["2025-05-06", "2025-02-01", None])
def test_a_carcinoma_code_is_set_aside_where_the_tumor_has_a_net_grade(graded_on):
    own = histology("carcinoma", key="Condition/net", day="2025-02-01")
    result = assembled(NET, own, ki67("2 %", **ON), grade("G1", day=graded_on, **ON))
    assert all(s.histology is None for s in result.profile.specimens.values())
    assert kinds(result.issues) == ["carcinoma-set-aside"]


def test_a_carcinoma_code_certainly_younger_than_the_grade_stands():
    own = histology("carcinoma", key="Condition/net", day="2026-02-01")
    found = profile(NET, own, grade("G1", day="2025-05-06", **ON)).specimens
    assert found["net"].histology == "NEC"


def test_a_partial_date_leaves_the_carcinoma_code_not_certainly_younger():
    own = histology("carcinoma", key="Condition/net", day="2025")
    result = assembled(NET, own, grade("G1", day="2025-05-06", **ON))
    assert kinds(result.issues) == ["carcinoma-set-aside"]


def test_a_net_grade_of_another_tumor_does_not_excuse_a_carcinoma_code():
    second = condition("lung", "lung")
    own = histology("carcinoma", key="Condition/net")
    found = profile(NET, second, own, grade("G1", focus=["Condition/lung"], **ON)).specimens
    assert found["net"].histology == "NEC"


def test_a_grade_given_after_the_evaluation_date_does_not_excuse_a_carcinoma_code():
    found = profile(
        NET, histology("carcinoma", key="Condition/net"), grade("G1", day="2026-08-01")
    ).specimens
    assert found["net"].histology == "NEC"


def test_a_grade_on_another_scale_does_not_excuse_a_carcinoma_code():
    other = grade(Unknown(Reason.MAP_NOT_EXACT), **ON)
    found = profile(
        NET, histology("carcinoma", key="Condition/net"), ki67("2 %", **ON), other
    ).specimens
    assert found["net"].histology == "NEC"


def test_a_code_that_says_poorly_differentiated_is_never_set_aside():
    result = assembled(NET, histology("NEC", key="Condition/net"), grade("G1", **ON))
    assert result.profile.specimens["net"].histology == "NEC"
    assert result.issues == ()


# --- which tumor ----------------------------------------------------------------------------------


def test_a_specimen_of_another_malignancy_is_not_entered():
    cancer = coded("primary-site-plain", "breast", "Condition/breast")
    result = assembled(NET, cancer, ki67("80 %", focus=["Condition/breast"]))
    assert result.profile.specimens == {}
    assert kinds(result.issues) == ["specimen-of-another-tumor"]


def test_other_histology_without_link_beside_another_malignancy_stays_open():
    cancer = coded("primary-site-plain", "breast", "Condition/breast")
    found = only(NET, cancer, histology("other"), ki67("2 %", key="h"))
    assert found.histology is None
    assert reason(found, "histology") is Reason.CONFLICTING


def test_tissue_typed_in_two_ways_keeps_the_record_from_every_criteria_met():
    made = assembled(
        histology("NET", key="Observation/a", specimen="Specimen/s"),
        histology("NEC", key="Observation/b", specimen="Specimen/s"),
    )
    specimen = next(iter(made.profile.specimens.values()), None)
    assert specimen is None or specimen.histology is None
    assert made.profile.damaged
    assert "contradictory-pathology" in {issue.kind for issue in made.issues}


def test_tissue_typed_twice_alike_contradicts_nothing():
    made = assembled(
        histology("NET", key="Observation/a", specimen="Specimen/s"),
        histology("NET", key="Observation/b", specimen="Specimen/s"),
    )
    assert not made.profile.damaged


def test_a_panel_without_a_value_of_its_own_joins_its_members():
    made = only(
        coded("panel", True, "Observation/p", members=["Observation/k", "Observation/g"]),
        ki67("5 %"),
        grade("G2"),
    )
    assert (made.ki67_text, made.reported_grade) == ("5 %", "G2")
