"""Events: table Assembly, rows response event, progression treatment and recurrence."""

import pytest
from tests.unit.assemble.finding import (
    NOT_EXACT,
    assembled,
    coded,
    condition,
    entry,
    kinds,
    metastasis,
    on,
    profile,
)

from nelm_fhir.core.reading import Reading
from nelm_fhir.core.unknown import Reason, Unknown
from nelm_fhir.profile.provenance import reason, sources

BONE = metastasis("bone", "bone", "femur", "2025-01-01")
LIVER = coded("liver-metastases-present", True, "Condition/lm", "2025-01-01")
CT = coded("study", True, "ImagingStudy/ct", "2026-05-04", parts={"scan-modality": "CT"})


def response(word, key="r", day="2026-05-04", **more):
    return coded("response", word, f"Observation/{key}", day, **more)


def only_event(*findings):
    found = profile(*findings).response_events
    assert len(found) == 1, list(found)
    return next(iter(found.values()))


# --- responses ------------------------------------------------------------------------------------


def test_each_response_is_an_event_and_one_stable_is_one_event():
    found = profile(
        response("SD", "a", "2026-01-01"), response("SD", "b", "2026-05-01")
    ).response_events
    assert sorted(str(e.date) for e in found.values()) == ["2026-01-01", "2026-05-01"]


def test_responses_of_one_day_that_differ_are_both_events():
    found = profile(response("SD", "a"), response("PD", "b")).response_events
    assert sorted(e.category for e in found.values()) == ["PD", "SD"]


def test_the_same_response_twice_is_one_event():
    assert len(sources(only_event(response("SD", "a"), response("SD", "b")), "category")) == 2


def test_whole_and_part_of_one_observation_that_agree_are_one_event():
    whole, part = response("SD"), response("SD", code="part", parts={"response-modality": "CT"})
    assert list(profile(whole, part).response_events) == ["r"]
    assert only_event(whole, part).modality == "CT"


def test_two_parts_of_one_observation_that_differ_are_both_events():
    assert len(profile(response("SD"), response("PD")).response_events) == 2


@pytest.mark.parametrize("focus", [(), ("Condition/lm",), ("Condition/net",)])
def test_a_response_of_the_liver_or_the_whole_tumor_is_an_event(focus):
    found = profile(condition("net", "ileum"), LIVER, BONE, response("SD", focus=focus))
    assert [e.category for e in found.response_events.values()] == ["SD"]


def test_of_one_other_lesion_only_progression_is_an_event():
    link = {"focus": ["Condition/bone"]}
    result = assembled(BONE, response("SD", **link))
    assert result.profile.response_events == {}
    assert kinds(result.issues) == ["other-lesion-response"]
    assert only_event(BONE, response("PD", **link)).category == "PD"


def test_the_study_tells_the_modality():
    assert only_event(CT, response("SD", studies=["ImagingStudy/ct"])).modality == "CT"


def test_the_report_that_names_it_tells_the_modality():
    report = coded(
        "report", True, "DiagnosticReport/d", studies=["ImagingStudy/ct"], members=["Observation/r"]
    )
    assert only_event(CT, report, response("SD")).modality == "CT"


def test_an_evidence_type_that_only_says_imaging_leaves_it_to_the_study():
    parts = {"response-modality": "imaging"}
    assert only_event(CT, response("SD", studies=["ImagingStudy/ct"], parts=parts)).modality == "CT"
    assert only_event(response("SD", parts=parts)).modality is None


def test_a_coded_response_without_evidence_study_or_report_is_clinical():
    assert only_event(response("SD")).modality == "clinical"


def test_an_attested_response_without_modality_has_none():
    assert only_event(entry("response", "SD", "r", "2026-05-04")).modality is None


def test_an_attested_modality_that_differs_from_the_study_conflicts():
    told = entry(
        "response",
        "SD",
        "r",
        "2026-05-04",
        studies=["ImagingStudy/ct"],
        parts={"response-modality": "MRI"},
    )
    assert reason(only_event(CT, told), "modality") is Reason.CONFLICTING


def test_a_response_without_category_of_ours_keeps_its_date():
    found = only_event(response(NOT_EXACT))
    assert (found.category, str(found.date)) == (None, "2026-05-04")
    assert reason(found, "category") is Reason.MAP_NOT_EXACT


# --- treatments of progression --------------------------------------------------------------------


def course(kind, day, end=None, key="c", **more):
    parts = {"procedure-kind": kind}
    if end is not None:
        parts["treatment-end"] = on(end)
    return coded("procedure", True, f"Procedure/{key}", day, parts=parts, **more)


def treatments(*findings):
    return sorted(
        (t.type, str(t.end_date)) for t in profile(*findings).progression_treatments.values()
    )


PD = response("PD", "pd", "2025-06-01")


@pytest.mark.parametrize("kind", ["TACE", "resection", "ablation", "prrt", "systemic"])
def test_a_course_begun_on_or_after_progression_treats_it(kind):
    act = course(kind, "2025-06-01", "2025-09-01", site="liver")
    assert treatments(PD, act) == [(kind, "2025-09-01")]


@pytest.mark.parametrize(("kind", "site"), [("resection", None), ("ablation", "lung")])
def test_a_resection_or_ablation_elsewhere_treats_no_liver_progression(kind, site):
    assert treatments(PD, course(kind, "2025-06-01", "2025-09-01", site=site)) == []


def test_a_course_begun_before_every_progression_does_not():
    assert treatments(PD, course("TACE", "2025-05-31", "2025-09-01")) == []


def test_without_progression_no_course_treats_it():
    assert treatments(response("SD"), course("TACE", "2025-09-01", "2025-09-01")) == []


def test_a_course_that_runs_has_no_end():
    assert treatments(PD, course("systemic", "2025-07-01")) == [("systemic", "None")]


def test_an_order_is_no_treatment():
    assert treatments(PD, course("systemic", "2025-07-01", reading=Reading.PLANNED)) == []


def test_an_act_that_is_no_treatment_of_the_liver_is_none():
    assert treatments(PD, course("node-excision", "2025-07-01", "2025-07-01")) == []


def test_an_attested_treatment_counts_without_a_coded_progression():
    told = entry(
        "progression-treatment",
        "TARE",
        "t",
        "2025-07-01",
        parts={"treatment-end": on("2025-08-01")},
    )
    assert treatments(told) == [("TARE", "2025-08-01")]


# --- transplantation ------------------------------------------------------------------------------


def transplant(day, key="t", **more):
    parts = {} if day is None else {"transplant-date": on(day)}
    return coded("liver-transplant", True, f"Procedure/{key}", day, parts=parts, **more)


def test_a_transplantation_beats_an_earlier_statement_that_there_was_none():
    found = profile(
        entry("liver-transplant", False, "no", "2024-01-01"), transplant("2025-02-01")
    ).liver_transplant
    assert (found.performed, str(found.date)) == (True, "2025-02-01")


def test_an_attested_no_is_documented():
    assert (
        profile(entry("liver-transplant", False, "no", "2024-01-01")).liver_transplant.performed
        is False
    )


def test_the_latest_transplantation_dates_it():
    found = profile(transplant("2020-02-01", "a"), transplant("2025-02-01", "b")).liver_transplant
    assert str(found.date) == "2025-02-01"


def test_the_onset_of_a_condition_is_not_the_day_of_the_transplantation():
    graft = coded("liver-transplant", True, "Condition/graft", "2019-01-01")
    assert profile(graft).liver_transplant.date is None
    assert str(profile(graft, transplant("2018-02-01")).liver_transplant.date) == "2018-02-01"


def test_a_planned_transplantation_is_only_planned():
    found = profile(transplant("2026-12-01", reading=Reading.PLANNED)).liver_transplant
    assert (found.performed, found.date, str(found.planned_date)) == (None, None, "2026-12-01")


def test_a_future_transplantation_keeps_its_date():
    found = profile(transplant("2026-12-01")).liver_transplant
    assert (found.performed, str(found.date)) == (True, "2026-12-01")


def test_an_attested_transplantation_brings_date_and_milan():
    parts = {"transplant-date": on("2025-02-01"), "within-milan": True}
    found = profile(
        entry("liver-transplant", True, "t", "2026-01-01", parts=parts)
    ).liver_transplant
    assert (str(found.date), found.within_milan_at_lt) == ("2025-02-01", True)


# --- recurrence -----------------------------------------------------------------------------------


def relapse(day, **more):
    return coded("recurrence", "confirmed", "Condition/net", day, **more)


def test_after_transplantation_a_condition_in_recurrence_is_one():
    found = profile(transplant("2025-02-01"), relapse("2026-01-01")).recurrence
    assert (found.status, str(found.date)) == ("confirmed", "2026-01-01")


def test_without_transplantation_a_condition_in_recurrence_is_none():
    assert profile(relapse("2026-01-01")).recurrence.status is None


def test_an_onset_before_the_transplantation_dates_no_recurrence():
    found = profile(transplant("2025-02-01"), relapse("2015-01-01")).recurrence
    assert (found.status, found.date) == ("confirmed", None)


@pytest.mark.parametrize(
    "new",
    [
        metastasis("b", "bone", "rib", "2026-01-01"),
        coded("liver-metastases-present", True, "Condition/lm", "2026-01-01"),
    ],
)
def test_a_metastasis_first_seen_after_transplantation_is_recurrence(new):
    found = profile(transplant("2025-02-01"), new).recurrence
    assert (found.status, str(found.date)) == ("confirmed", "2026-01-01")


def test_a_suspected_metastasis_after_transplantation_is_suspected_recurrence():
    new = metastasis("b", "bone", "rib", "2026-01-01", reading=Reading.SUSPECTED)
    assert profile(transplant("2025-02-01"), new).recurrence.status == "suspected"


def test_a_suspicion_beside_a_confirmed_recurrence_changes_nothing_and_the_first_onset_dates_it():
    second = metastasis("c", "node", "neck", "2026-03-01")
    maybe = metastasis("b", "bone", "rib", "2026-04-01", reading=Reading.SUSPECTED)
    found = profile(transplant("2025-02-01"), relapse("2026-01-01"), second, maybe).recurrence
    assert (found.status, str(found.date)) == ("confirmed", "2026-01-01")


def test_a_metastasis_known_before_transplantation_is_no_recurrence():
    assert profile(transplant("2025-02-01"), BONE).recurrence.status is None


def test_a_metastasis_that_may_be_older_than_the_graft_is_no_recurrence():
    assert (
        profile(transplant("2025-02-01"), metastasis("b", "bone", "rib", "2025")).recurrence.status
        is None
    )


def test_attested_recurrence_brings_all_its_parts():
    parts = {
        "recurrence-date": on("2026-01-10"),
        "recurrence-mib1": "9 %",
        "recurrence-resectable": True,
        "recurrence-under-treatment": False,
    }
    sites = [entry("recurrence-site", site, "x", "2026-02-01") for site in ("lung", "bone")]
    found = profile(
        entry("recurrence", "confirmed", "x", "2026-02-01", parts=parts), *sites
    ).recurrence
    assert (found.status, str(found.date), found.mib1_text) == ("confirmed", "2026-01-10", "9 %")
    assert (found.sites, found.resectable, found.under_treatment) == (("bone", "lung"), True, False)


def test_recurrence_stated_only_later_is_entered_with_its_day():
    found = profile(entry("recurrence", "confirmed", "x", "2026-09-01")).recurrence
    assert (found.status, str(found.date)) == ("confirmed", "2026-09-01")


def test_an_unreadable_recurrence_is_unknown():
    found = profile(
        entry(
            "recurrence",
            Unknown(Reason.UNREADABLE),
            "x",
            "2026-02-01",
            parts={"recurrence-resectable": True},
        )
    )
    assert reason(found.recurrence, "status") is Reason.UNREADABLE


def test_an_undated_course_beside_a_progression_may_treat_it():
    assert treatments(PD, course("TACE", None)) == [("TACE", "None")]


def test_a_course_of_conflicting_kind_treats_nothing():
    act = coded("procedure", True, "Procedure/p", "2025-07-01", parts={"procedure-kind": NOT_EXACT})
    assert treatments(PD, act) == []


def test_an_undated_response_stays_undated():
    assert only_event(response("PD", day=None)).date is None


def test_an_entry_made_later_about_an_earlier_transplantation_is_left_out():
    parts = {"transplant-date": on("2025-02-01")}
    result = assembled(entry("liver-transplant", True, "t", "2026-09-01", parts=parts))
    assert result.profile.liver_transplant.performed is None
    assert kinds(result.issues) == ["future-dated"]


def test_an_absent_metastasis_after_transplantation_is_no_recurrence():
    gone = metastasis("b", "bone", "rib", "2026-01-01", reading=Reading.ABSENT)
    attested = entry("recurrence", "none", "x", "2026-02-01")
    assert profile(transplant("2025-02-01"), gone, attested).recurrence.status == "none"


def test_a_progression_whose_status_is_unknown_alone_is_no_progression():
    doubtful = coded("response", "PD", "Observation/pd", "2026-05-01", reading=Reading.UNKNOWN)
    stable = coded("response", "SD", "Observation/sd", "2026-04-01")
    assert profile(doubtful).response_events == {}
    events = profile(doubtful, stable).response_events.values()
    assert {(event.category, event.date is None) for event in events} == {
        ("PD", True),
        ("SD", False),
    }
