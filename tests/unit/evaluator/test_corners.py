"""Corners of the judge that no worked case can reach through a valid record and catalogue."""

import copy
import dataclasses
from datetime import date

import pytest
from msgspec import structs
from tests.property.records import BASELINE, CATALOGUE, assess, having, verdicts

from nelm_fhir.assessment.result import Counts, Subject
from nelm_fhir.core.logic import Status
from nelm_fhir.core.program import PROGRAM
from nelm_fhir.core.unknown import NotApplicable, Reason
from nelm_fhir.evaluator.asking import ask
from nelm_fhir.evaluator.assess import assess_profile
from nelm_fhir.evaluator.cases import Failure, Report
from nelm_fhir.evaluator.flags import set_flags
from nelm_fhir.evaluator.judgment import Judgment, all_met, any_met, not_applicable
from nelm_fhir.evaluator.registry import DEFINITIONS
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.criteria import Ask, FlagRule, Group, Joined, Option
from nelm_fhir.profile.record_format import CandidateProfile


def view(record):
    return View(CandidateProfile.from_record(record), CATALOGUE.definitions)


def judged(record, criterion):
    results = [r for v in assess(record).verdicts for r in v.criteria if r.id == criterion]
    return results[0]


def test_parts_that_do_not_arise_leave_nothing_to_judge():
    parts = [not_applicable(NotApplicable.NOT_LISTED), not_applicable(NotApplicable.NO_SUCH_EVENT)]
    for joined in (all_met(parts), any_met(parts)):
        assert (joined.status, joined.reason) == (
            Status.NOT_APPLICABLE,
            NotApplicable.NOT_LISTED,
        )


@pytest.mark.parametrize("name", ["age", "resection-clock"])
def test_a_definition_with_a_limit_refuses_to_be_asked_without(name):
    with pytest.raises(AssertionError, match=name):
        ask(view(BASELINE), Ask(name))


def test_a_definition_is_named_like_its_function():
    for name, found in DEFINITIONS.items():
        assert found.judge.__name__.replace("_", "-") == name
        assert found.judge.__doc__


def test_a_switch_of_an_overlay_is_on_without_standing_in_the_profile():
    record = having(BASELINE, ("specimens", "liver-1", "ki67_text"), "20 %")
    switched = dataclasses.replace(CATALOGUE, options={"la_fe_ki67_up_to_20": True})
    profile = CandidateProfile.from_record(record)
    assert assess_profile(profile, CATALOGUE).verdict_of("la-fe-2026").verdict == "criteria-not-met"
    assessment = assess_profile(profile, switched)
    assert assessment.verdict_of("la-fe-2026").verdict == "criteria-met"
    assert assessment.options == {"la_fe_ki67_up_to_20": True}


def test_a_switch_that_is_off_changes_nothing():
    off = dataclasses.replace(CATALOGUE, options={"la_fe_ki67_up_to_20": False})
    profile = CandidateProfile.from_record(BASELINE)
    assert assess_profile(profile, off) == assess_profile(profile, CATALOGUE)


def test_a_set_that_was_not_judged_has_no_verdict():
    with pytest.raises(KeyError):
        assess(BASELINE, sets=["optn"]).verdict_of("milan-2007")


def test_figures_do_not_depend_on_which_sets_were_asked_for():
    assert assess(BASELINE, sets=["optn"]).references == assess(BASELINE).references


def test_stability_that_holds_with_and_without_a_doubtful_assessment_is_certain():
    """PD in April 2025, one assessment of that month beside two that are surely later."""
    record = {
        **BASELINE,
        "response_events": {
            "pd": {"date": "2025-04-10", "category": "PD", "modality": "CT"},
            "maybe": {"date": "2025-04", "category": "SD", "modality": "CT"},
            "sure": {"date": "2025-09-01", "category": "SD", "modality": "CT"},
            "latest": {"date": "2026-05-04", "category": "SD", "modality": "CT"},
        },
    }
    assert judged(record, "M07-STAB").status is Status.MET


def test_stability_that_depends_on_a_doubtful_assessment_is_unknown():
    record = {
        **BASELINE,
        "response_events": {
            "pd": {"date": "2025-11-10", "category": "PD", "modality": "CT"},
            "maybe": {"date": "2025-11", "category": "SD", "modality": "CT"},
            "latest": {"date": "2026-05-04", "category": "SD", "modality": "CT"},
        },
    }
    result = judged(record, "M07-STAB")
    assert (result.status, result.reason) == (Status.UNKNOWN, Reason.DATE_TOO_VAGUE)
    assert result.value == "stable since 2025-11, SD on 2026-05-04"
    assert result.paths == ("response_events.<id>.date", "response_events.<id>.category")


def test_a_clock_that_runs_either_way_runs_until_the_later_date():
    record = {
        **BASELINE,
        "response_events": {
            "pd": {"date": "2026-03-10", "category": "PD", "modality": "CT"},
            "maybe": {"date": "2026-03", "category": "SD", "modality": "CT"},
        },
    }
    result = judged(record, "M07-STAB")
    assert (result.running, result.earliest) == (True, date(2026, 12, 1))


def test_a_focus_that_may_be_ignored_does_not_make_the_resection_clock_run():
    record = {
        **BASELINE,
        "extrahepatic": {
            "node-1": {
                "class": "node",
                "status": "confirmed",
                "first_seen": "2026-02",
                "treatment": "resection",
                "treatment_end": "2026-03-01",
                "adjudication": {"verdict": "false-positive", "signed": True, "date": "2026-02-10"},
            }
        },
    }
    result = judged(record, "OPTN-RES6")
    assert (result.status, result.reason) == (Status.UNKNOWN, Reason.DATE_TOO_VAGUE)


def test_a_flag_by_length_needs_a_criterion_that_is_one_clock():
    criteria_set = CATALOGUE.sets["optn"]
    res6 = next(c for c in criteria_set.criteria if c.id == "OPTN-RES6")
    assert isinstance(res6.question, Group)
    assert res6.question.joined is Joined.ALL
    flagged = structs.replace(res6, flag=FlagRule("C-OBS-SHORT", under=6))
    results = verdicts(assess(BASELINE))["optn"].criteria
    with pytest.raises(TypeError, match="OPTN-RES6"):
        set_flags(
            view(BASELINE),
            structs.replace(criteria_set, criteria=(flagged,)),
            results,
            CATALOGUE.texts,
        )


def test_a_flag_by_length_asks_what_the_switches_of_the_center_ask():
    criteria_set = CATALOGUE.sets["citterio-2023"]
    observed = next(c for c in criteria_set.criteria if c.id == "C-OBS")
    switched = Option("la_fe_ki67_up_to_20", CATALOGUE.record.question, ())
    record = {**BASELINE, "options": {"la_fe_ki67_up_to_20": True}}
    results = verdicts(assess(BASELINE))["citterio-2023"].criteria
    one = structs.replace(criteria_set, criteria=(observed,))
    turned = structs.replace(one, criteria=(structs.replace(observed, options=(switched,)),))
    short = having(record, ("primaries", "primary-1", "resection", "date"), "2026-02-01")
    flags = [set_flags(view(short), s, results, CATALOGUE.texts) for s in (one, turned)]
    assert ["C-OBS-SHORT" in raised for raised in flags] == [True, False]


def test_only_a_running_clock_has_a_date_from_which_it_is_met():
    for record in (BASELINE, having(BASELINE, ("as_of",), "2025-09-01")):
        judged_sets = assess(record).verdicts
        found = [result for v in judged_sets for result in v.criteria]
        assert [(r.earliest is not None) for r in found] == [r.running for r in found]
        assert all((v.earliest is not None) is (v.verdict == "deferred") for v in judged_sets)


def test_a_judgment_says_nothing_but_its_status_unless_it_is_told_to():
    bare = structs.asdict(Judgment(Status.MET))
    assert bare.pop("status") is Status.MET
    assert bare.pop("running") is False
    assert {name: bare.pop(name) for name in ("evidence", "set_aside", "paths")} == {
        "evidence": (),
        "set_aside": (),
        "paths": (),
    }
    assert set(bare.values()) == {None}


def test_a_profile_handed_in_is_nobodys_and_no_resource_of_it_was_counted():
    found = assess(BASELINE)
    assert found.subject == Subject()
    assert found.counts == Counts({}, {}, {})
    assert (found.issues, found.left_out) == ((), ())
    assert found.program == PROGRAM


def test_without_any_specimen_the_grade_is_not_put_in_words():
    result = judged({**BASELINE, "specimens": {}}, "M07-HIST")
    assert (result.status, result.value) == (Status.UNKNOWN, None)


def test_a_progression_without_date_and_nothing_else_is_the_latest_response():
    record = {**BASELINE, "response_events": {"pd": {"category": "PD"}}}
    assert judged(record, "C-PROG").value == "PD, undated"
    assert judged(record, "C-PROG").status is Status.NOT_MET


def test_what_is_documented_later_as_not_done_is_not_done_today():
    resection = {"performed": False, "date": "2026-09-01", "margin": "R1"}
    record = {**BASELINE, "primaries": {"p": {"site": "ileum", "resection": resection}}}
    assert judged(record, "M07-PRIM").status is Status.NOT_MET
    assert "FUTURE-DATED" in assess(record).flags


def test_a_focus_of_which_only_the_future_is_known_is_known_from_its_scan():
    scan = {
        "date": "2026-05-04",
        "modality": "PET/CT",
        "tracer": "68Ga-DOTATATE",
        "extrahepatic_result": "equivocal",
        "foci": {"focus-1": "equivocal"},
    }
    known_later = {"focus-1": {"first_seen": "2026-09-01"}}
    record = {**BASELINE, "scans": {**BASELINE["scans"], "pet-1": scan}}
    later = {**record, "extrahepatic": known_later}
    nothing = judged({**record, "extrahepatic": {}}, "M16-EHD")
    assert structs.replace(judged(later, "M16-EHD"), answers=()) == structs.replace(
        nothing, answers=()
    )
    assert judged(later, "M16-EHD").reason == Reason.EQUIVOCAL


def test_a_reported_grade_without_numbers_contradicts_nothing():
    specimen = {"origin": "liver-metastasis", "histology": "NET", "reported_grade": "G2"}
    record = {**BASELINE, "specimens": {"s": specimen}}
    assert "GRADE-CONFLICT" not in assess(record).flags


def test_a_report_of_no_cases_has_nothing_to_say_and_is_passed():
    assert Report() == Report(cases=0, failures=[], unreached=[])
    assert Report().passed


def test_a_failure_says_case_expectation_and_finding():
    failure = Failure("V01", "vignettes.json", "optn", "criteria-met", "deferred")
    assert str(failure) == "vignettes.json V01: optn: expected criteria-met, found deferred"


def test_what_is_missing_says_why_where_and_what_would_settle_it():
    liver = {k: v for k, v in BASELINE["liver"].items() if k != "resectability"}
    evidence = {"resectability": {"reason": "text-only"}}
    record = {**BASELINE, "liver": {**liver, "evidence": evidence}}
    missing = assess(record, sets=["esmo-2020"]).verdicts[0].missing
    assert [(m.criterion, m.reason, m.paths) for m in missing] == [
        ("ESMO-UNRES", "text-only", ("liver.resectability",))
    ]
    assert missing[0].settle


def test_a_recorded_reason_for_a_missing_grade_beats_no_record():
    liver = {
        "origin": "liver-metastasis",
        "histology": "NET",
        "evidence": {"reported_grade": {"reason": "map-not-exact"}},
    }
    record = {**BASELINE, "specimens": {"liver-1": liver}}
    assert judged(record, "M16-GRADE").reason == Reason.MAP_NOT_EXACT


def test_a_node_removed_with_the_first_of_two_primaries_may_not_be_seen_after_that_day():
    def resected(day):
        return {"site": "ileum", "resection": {"performed": True, "date": day, "margin": "R0"}}

    seen = {
        "date": "2024-06-01",
        "modality": "CT",
        "extrahepatic_result": "positive",
        "foci": {"node-1": "positive"},
    }
    record = {
        **BASELINE,
        "primaries": {"a": resected("2024-01-01"), "b": resected("2025-04-01")},
        "extrahepatic": {"node-1": {"class": "regional-node", "removed_with_primary": True}},
    }
    later = {**record, "scans": {**BASELINE["scans"], "ct-0": seen}}
    same_day = having(later, ("scans", "ct-0", "date"), "2024-01-01")
    assert judged(record, "M16-EHD").status is Status.MET
    assert judged(same_day, "M16-EHD").status is Status.MET
    assert judged(later, "M16-EHD").status is not Status.MET


def test_a_node_removed_with_a_primary_of_unknown_date_may_not_be_seen_at_all():
    primary = {"site": "ileum", "resection": {"performed": True, "margin": "R0"}}
    node = {"class": "regional-node", "removed_with_primary": True}
    seen = {
        "date": "2019-01-01",
        "modality": "CT",
        "extrahepatic_result": "positive",
        "foci": {"node-1": "positive"},
    }
    record = {**BASELINE, "primaries": {"p": primary}, "extrahepatic": {"node-1": node}}
    assert judged(record, "M16-EHD").status is Status.MET
    scans = {**BASELINE["scans"], "ct-0": seen}
    assert judged({**record, "scans": scans}, "M16-EHD").status is not Status.MET


def test_an_adjudication_does_not_undo_a_positive_scan_without_a_date():
    focus = {
        "class": "node",
        "status": "confirmed",
        "first_seen": "2026-05-20",
        "adjudication": {"verdict": "false-positive", "signed": True, "date": "2026-05-25"},
    }
    record = {**BASELINE, "extrahepatic": {"node-1": focus}}
    undated = {"modality": "CT", "extrahepatic_result": "positive", "foci": {"node-1": "positive"}}
    assert judged(record, "ESMO-EHD").status is Status.MET
    scans = {**BASELINE["scans"], "ct-0": undated}
    assert judged({**record, "scans": scans}, "ESMO-EHD").status is Status.NOT_MET


def test_a_second_liver_specimen_without_a_value_is_not_what_is_lacking():
    specimens = {
        **BASELINE["specimens"],
        "liver-1": {**BASELINE["specimens"]["liver-1"], "ki67_text": "8-12 %"},
        "liver-2": {"origin": "liver-metastasis", "histology": "NET"},
    }
    result = judged({**BASELINE, "specimens": specimens}, "B-KI67")
    assert result.reason == Reason.STRADDLES_LIMIT


def test_what_is_lacking_is_named_on_the_liver_specimen_there_is():
    bare = {"origin": "liver-metastasis", "histology": "NET"}
    with_one = judged({**BASELINE, "specimens": {"liver-7": bare}}, "OPTN-KI67")
    without = judged({**BASELINE, "specimens": {}}, "OPTN-KI67")
    assert with_one.paths == ("specimens.liver-7.ki67_text",)
    assert without.paths == ("specimens.<liver-metastasis>.ki67_text",)


def test_an_unreadable_count_is_named_where_it_stands():
    specimens = copy.deepcopy(BASELINE["specimens"])
    specimens["liver-1"]["mitoses_text"] = "some"
    result = judged({**BASELINE, "specimens": specimens}, "M16-GRADE")
    assert result.reason == Reason.UNREADABLE
    assert result.paths == ("specimens.liver-1.mitoses_text",)


@pytest.mark.parametrize(
    ("transplanted", "recurred", "strata"),
    [
        ("2024-04", "2026-05-15", {"R2"}),
        ("2024-05", "2026-05-15", set()),
        ("2024-06", "2026-05-15", {"R3"}),
    ],
)
def test_a_recurrence_that_cannot_be_placed_is_in_neither_stratum(transplanted, recurred, strata):
    record = {
        **BASELINE,
        "liver_transplant": {"performed": True, "date": transplanted, "within_milan_at_lt": True},
        "recurrence": {"status": "confirmed", "date": recurred},
    }
    assert set(assess(record).references) & {"R2", "R3"} == strata


def test_an_estimate_of_the_month_may_be_newer_than_one_of_a_day_in_it():
    estimates = {
        "month": {"low": 30, "high": 30, "date": "2026-05"},
        "day": {"low": 60, "high": 60, "date": "2026-05-10"},
    }
    record = having(BASELINE, ("liver", "involvement"), estimates)
    result = judged(record, "M16-BURD")
    assert (result.status, result.reason) == (Status.UNKNOWN, Reason.STRADDLES_LIMIT)
    assert "BURDEN-CONFLICT" in assess(record).flags


def test_a_past_focus_of_unknown_class_names_its_class_as_lacking():
    focus = {
        "status": "confirmed",
        "first_seen": "2025-01-01",
        "treatment": "resection",
        "treatment_end": "2025-02-01",
    }
    record = {**BASELINE, "extrahepatic": {"focus-1": focus}}
    assert "extrahepatic.focus-1.class" in judged(record, "M07-EHD").paths


def test_a_profile_handed_in_is_taken_to_be_about_the_disease():
    assert assess(BASELINE).neuroendocrine


def test_equivocal_uptake_without_a_date_cannot_be_cleared_by_a_later_scan():
    """Rules 8.3: no later scan can be shown to clear an undated report."""
    focus = {"class": "node", "status": "suspected", "first_seen": "2026-01-10"}
    undated = {"modality": "CT", "extrahepatic_result": "equivocal", "foci": {"n": "equivocal"}}
    record = {**BASELINE, "extrahepatic": {"n": focus}}
    assert judged(record, "C-EHD").status is Status.MET
    scans = {**BASELINE["scans"], "ct-0": undated}
    result = judged({**record, "scans": scans}, "C-EHD")
    assert (result.status, result.reason) == (Status.UNKNOWN, Reason.EQUIVOCAL)


@pytest.mark.parametrize(
    ("margin", "reason"),
    [("R1", "awaiting-judgment"), ("RX", "recorded-as-unknown"), (None, "no-record")],
)
def test_a_margin_that_is_not_r0_says_why_it_leaves_the_question_open(margin, reason):
    resection = dict(BASELINE["primaries"]["primary-1"]["resection"])
    resection.pop("margin")
    if margin:
        resection["margin"] = margin
    record = {**BASELINE, "primaries": {"p": {"site": "ileum", "resection": resection}}}
    result = judged(record, "M07-PRIM")
    assert (result.status, result.reason) == (Status.UNKNOWN, reason)
    assert result.value == " ".join(["resected 2025-04-01", *([margin] if margin else [])])


def test_a_value_that_was_never_recorded_is_not_put_in_words():
    bare = {"origin": "liver-metastasis", "histology": "NET"}
    primary = {"origin": "primary", "histology": "NET", "ki67_text": "12 %"}
    nothing = judged({**BASELINE, "specimens": {"l": bare}}, "OPTN-KI67")
    elsewhere = judged({**BASELINE, "specimens": {"l": bare, "p": primary}}, "OPTN-KI67")
    unreadable = judged({**BASELINE, "specimens": {"l": {**bare, "ki67_text": "low"}}}, "OPTN-KI67")
    assert (nothing.value, nothing.observed) == (None, None)
    assert (elsewhere.value, elsewhere.observed) == ("12 %", None)
    assert (unreadable.value, unreadable.observed) == ("“low” (unreadable)", None)


def test_a_set_outside_its_scope_points_to_what_takes_the_patient_out():
    evidence = {"performed": {"sources": [{"resource": "Procedure/lt", "version": "1"}]}}
    transplant = {"performed": True, "date": "2024-01-01", "evidence": evidence}
    record = {**BASELINE, "liver_transplant": transplant}
    for verdict in assess(record).verdicts:
        for result in verdict.criteria:
            assert result.value == "SCOPE-POST-LT"
            assert result.reason == NotApplicable.OUTSIDE_SCOPE
            assert [e.reference for e in result.evidence] == ["Procedure/lt/_history/1"]


@pytest.mark.parametrize("order", [["a", "b"], ["b", "a"]])
def test_why_no_scan_has_a_result_does_not_depend_on_the_order_of_the_scans(order):
    reasons = {"a": "text-only", "b": "map-not-exact"}
    scans = {
        name: {
            "date": "2026-05-04",
            "modality": "PET/CT",
            "tracer": "68Ga-DOTATATE",
            "evidence": {"extrahepatic_result": {"reason": reasons[name]}},
        }
        for name in order
    }
    result = judged({**BASELINE, "scans": scans}, "M16-EHD")
    assert (result.status, result.reason) == (Status.UNKNOWN, Reason.TEXT_ONLY)


def test_a_judged_set_carries_its_own_notes():
    notes = {v.set: v.notes for v in assess(BASELINE).verdicts}
    assert notes["optn"] == ("OPTN-STATUS", "OPTN-BOARD")
    assert "C-EXP" in notes["citterio-2023"]
    assert notes["enets-2016"] == ()


@pytest.mark.parametrize(
    ("scan", "status"),
    [("2026-03", Status.UNKNOWN), ("2026-03-15", Status.MET), ("2026-04", Status.MET)],
)
def test_a_scan_of_a_vague_date_clears_only_if_all_its_days_do(scan, status):
    """Equivocal on 15 February: a negative scan counts from 15 March on (rules 8.4)."""
    focus = {"class": "node", "status": "suspected", "first_seen": "2026-02-15"}
    record = {**BASELINE, "extrahepatic": {"n": focus}}
    pet = {**BASELINE["scans"]["pet-1"], "date": scan}
    record = {**record, "as_of": "2026-06-01", "scans": {**BASELINE["scans"], "pet-1": pet}}
    assert judged({**record, "as_of": "2026-05-31"}, "OPTN-WORK").status is status
