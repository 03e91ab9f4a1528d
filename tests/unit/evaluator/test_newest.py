"""The newest estimate, scan and progression count; what open dates leave open (rules 8.6 to 10)."""

from decimal import Decimal

import pytest
from tests.golden.sourced_records import sourced
from tests.property.records import CATALOGUE
from tests.unit.evaluator.changed import LISTED, changed

from nelm_fhir.core.amounts import Amount
from nelm_fhir.core.logic import MET, NOT_MET, UNKNOWN
from nelm_fhir.core.unknown import Reason
from nelm_fhir.evaluator.asking import ask
from nelm_fhir.evaluator.definitions.liver import newest_estimates
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.criteria import Ask
from nelm_fhir.profile.record_format import CandidateProfile

BELOW = {"test": "<", "limit": Decimal(50), "unit": "%"}
CLOCK = {"test": ">=", "limit": Decimal(6), "unit": "mo"}
MAY = {"date": "2026-05-04"}
CT = {"modality": "CT", "technique": "multiphase"}


def view(changes):
    record = sourced(changed(changes))
    return View(CandidateProfile.from_record(record), CATALOGUE.definitions)


def answer(asks, changes, **limit):
    return ask(view(changes), Ask(asks, **limit))


def involvement(**estimates):
    return {"liver/involvement": estimates}


@pytest.mark.parametrize(
    ("bounds", "low", "high", "opens"),
    [
        ({"low": 20, "high": 30}, 20, 30, (False, False)),
        ({"low": 20}, 20, 100, (False, False)),
        ({"high": 30}, 0, 30, (False, False)),
        ({"low": 20, "low_open": True}, 20, 100, (True, False)),
        ({"high": 30, "high_open": True}, 0, 30, (False, True)),
        ({"low": 20, "high": 100}, 20, 100, (False, False)),
        ({"low": 0, "high": 0}, 0, 0, (False, False)),
    ],
)
def test_an_estimate_is_the_interval_between_its_bounds(bounds, low, high, opens):
    (found,) = newest_estimates(view(involvement(e={**MAY, **bounds})))
    assert found.readable
    assert found.amount == Amount(
        Decimal(low), Decimal(high), "%", low_open=opens[0], high_open=opens[1]
    )


@pytest.mark.parametrize(
    "bounds",
    [
        {"low": 30, "high": 20},
        {"low": 20, "high": 101},
        {"low": -1, "high": 20},
        {"low": 20, "high": 20, "low_open": True},
        {"low": 20, "high": 20, "high_open": True},
    ],
)
def test_an_estimate_of_impossible_bounds_leaves_the_whole_scale_open(bounds):
    readable = {**MAY, "low": 20, "high": 30}
    record = involvement(a={**MAY, **bounds}, b=readable)
    assert [e.readable for e in newest_estimates(view(record))] == [False, True]
    found = answer("liver-involvement", record, **BELOW)
    assert (found.status, found.reason) == (UNKNOWN, Reason.UNREADABLE)


def test_only_the_newest_estimate_counts_and_the_older_are_set_aside():
    older = {"date": "2026-04-01", "low": 60, "high": 70}
    found = answer("liver-involvement", involvement(a=older, b={**MAY, "high": 30}), **BELOW)
    assert (found.status, found.value) == (MET, "<=30 % (2026-05-04)")
    assert [e.resource for e in found.evidence] == ["liver.involvement.b.high"]
    aside = {(one.evidence.resource, one.reason) for one in found.set_aside}
    assert ("liver.involvement.a.low", "superseded") in aside
    assert ("liver.involvement.a.high", "superseded") in aside


def test_an_undated_estimate_may_be_the_newest_and_is_said_to_be_undated():
    found = answer("liver-involvement", involvement(a={"low": 20, "high": 20}), **BELOW)
    assert (found.status, found.value) == (UNKNOWN, "20 % (undated)")
    both = involvement(a={**MAY, "high": 20}, b={"date": "2026-05", "high": 30})
    assert answer("liver-involvement", both, **BELOW).value == "<=30 % (2026-05-04, 2026-05)"


def test_only_the_newest_scan_of_a_kind_says_if_the_liver_looks_typical():
    old = {**CT, "date": "2026-03-20", "liver_lesions_typical": False}
    new = {**CT, **MAY, "liver_lesions_typical": True}
    assert answer("typical-liver-imaging", {"scans/a": old, "scans/ct-1": new}).status is MET
    turned = {"scans/a": {**old, **MAY}, "scans/ct-1": {**new, "date": "2026-04-20"}}
    assert answer("typical-liver-imaging", turned).status is NOT_MET


def test_a_scan_without_a_date_is_said_to_have_none():
    undated = {**CT, "liver_lesions_typical": True}
    found = answer("typical-liver-imaging", {"scans/ct-1": undated})
    assert found.value == "CT undated typical"
    assert found.reason is Reason.DATE_TOO_VAGUE


def progression(day):
    event = {"date": day, "category": "PD", "modality": "CT"}
    return {**LISTED, "response_events/pd": event}


def treated(*days):
    return {f"progression_treatments/t{at}": {"end_date": day} for at, day in enumerate(days)}


@pytest.mark.parametrize(
    ("listed", "pds", "ends", "reason"),
    [
        ("2025-06", ["2025-06-10"], ["2025-07-01"], Reason.DATE_TOO_VAGUE),
        ("2025-06-01", ["2025-07-10"], ["2025-07"], Reason.DATE_TOO_VAGUE),
    ],
)
def test_a_progression_or_treatment_of_a_vague_day_leaves_the_clock_open(listed, pds, ends, reason):
    changes = {**LISTED, **treated(*ends), "listing/listing_date": listed}
    for at, day in enumerate(pds):
        changes |= {f"response_events/pd{at}": progression(day)["response_events/pd"]}
    found = answer("listed-progression-clock", changes, **CLOCK)
    assert (found.status, found.reason) == (UNKNOWN, reason)


def test_progression_before_listing_that_no_treatment_follows_starts_no_clock():
    found = answer("listed-progression-clock", progression("2025-05-31"), **CLOCK)
    assert found.status not in {MET, NOT_MET, UNKNOWN}
    later = answer("listed-progression-clock", progression("2025-06-01"), **CLOCK)
    assert later.running
    assert [e.resource for e in later.evidence] == ["response_events.pd.category"]


@pytest.mark.parametrize(
    ("day", "status", "reason"),
    [
        ("2026-03-01", MET, None),
        ("2026-02-28", UNKNOWN, Reason.TOO_OLD),
        ("2026-02", UNKNOWN, Reason.TOO_OLD),
        ("2026", UNKNOWN, Reason.DATE_TOO_VAGUE),
    ],
)
def test_an_update_of_the_list_is_fresh_for_three_months(day, status, reason):
    changes = {**LISTED, "listing/last_update_date": day}
    found = answer("list-update", changes, limit=Decimal(3), unit="mo")
    said = "2026-01-01/2026-06-01" if day == "2026" else day
    assert (found.status, found.reason, found.value) == (status, reason, f"updated {said}")


@pytest.mark.parametrize(
    ("damaged", "answered"),
    [(True, (UNKNOWN, Reason.UNREADABLE, ("damaged",))), (False, (MET, None, ()))],
)
def test_a_damaged_record_is_never_intact(damaged, answered):
    found = ask(view({"damaged": damaged}), CATALOGUE.record.question)
    assert (found.status, found.reason, found.paths) == answered


def test_a_contraindication_and_its_absence_are_put_in_words():
    said = {
        flag: answer("comorbidity-absent", {"comorbidity_contraindication": flag}).value
        for flag in (True, False)
    }
    assert said == {True: "contraindication documented", False: "none contraindicates"}


SYNDROME = {"type": "carcinoid syndrome", "control": "refractory", "failed_therapies": ["SSA"]}


@pytest.mark.parametrize(
    ("asks", "syndrome", "status", "value"),
    [
        ("functional-syndrome", {"present": True, **SYNDROME}, MET, "carcinoid syndrome"),
        ("functional-syndrome", {"present": True}, MET, "present"),
        ("functional-syndrome", {"present": False}, NOT_MET, "no hormonal syndrome"),
        ("refractory", {"present": True, **SYNDROME}, MET, "refractory to SSA"),
        ("refractory", {"present": False}, NOT_MET, "no hormonal syndrome"),
        ("refractory", {"present": True, "control": "controlled"}, NOT_MET, "controlled"),
    ],
)
def test_a_hormonal_syndrome_is_put_in_words_on_its_own_evidence(asks, syndrome, status, value):
    found = answer(asks, {"functional_syndrome": syndrome})
    assert (found.status, found.value) == (status, value)
    assert all(one.resource.startswith("functional_syndrome.") for one in found.evidence)
    assert found.evidence


@pytest.mark.parametrize("first", ["SD", "PR"])
def test_which_of_two_assessments_of_one_day_is_told_does_not_depend_on_their_names(first):
    one = {**MAY, "category": first, "modality": "CT"}
    other = {**one, "category": "PR" if first == "SD" else "SD"}
    events = {"response_events": {"a": one, "b": other}}
    assert answer("no-progression", events).value == "SD on 2026-05-04"


SIX = {"test": ">=", "limit": Decimal(6), "unit": "mo"}


@pytest.mark.parametrize(
    ("events", "reason"),
    [
        ({}, Reason.NO_RECORD),
        ({"a": {"category": "SD", "modality": "CT"}}, Reason.DATE_TOO_VAGUE),
    ],
)
def test_stability_without_a_date_is_vague_and_without_an_assessment_not_recorded(events, reason):
    found = answer("stability-clock", {"response_events": events}, **SIX)
    assert (found.status, found.reason) == (UNKNOWN, reason)


def test_stability_is_told_from_its_start_to_the_latest_assessment():
    stable = {"category": "SD", "modality": "CT"}
    events = {"a": {**stable, "date": "2025-09-01"}, "b": {**stable, "date": "2026-05-04"}}
    found = answer("stability-clock", {"response_events": events}, **SIX)
    assert (found.status, found.value) == (MET, "stable since 2025-09-01, SD on 2026-05-04")
    assert [e.resource for e in found.evidence] == [
        "response_events.a.category",
        "response_events.b.category",
    ]
    old = {"a": {**stable, "date": "2025-01-01"}, "b": {**stable, "date": "2026-02-28"}}
    found = answer("stability-clock", {"response_events": old}, **SIX)
    assert (found.reason, found.value) == (
        Reason.TOO_OLD,
        "stable since 2025-01-01, SD on 2026-02-28",
    )
    assert found.paths == ("response_events.<id>.date", "response_events.<id>.category")
    vague = {"a": {**stable, "date": "2025-01-01"}, "b": {**stable, "date": "2026"}}
    found = answer("stability-clock", {"response_events": vague}, **SIX)
    assert found.reason is Reason.DATE_TOO_VAGUE
    pd = {"category": "PD", "modality": "CT"}
    assert answer("stability-clock", {"response_events": {"a": pd}}, **SIX).value == (
        "PD, undated, no stability documented since"
    )


@pytest.mark.parametrize(
    ("ends", "value"),
    [
        (["2025-09-01"], "progression treated until 2025-09-01"),
        (["2025-09-01", "2025-08"], "progression treated until 2025-09-01"),
        (["2025-08-10", "2025-08"], "progression treated until 2025-08-10/2025-08-31"),
        (
            ["2025-09-01", "2025-07-20/2025-09-10"],
            "progression treated until 2025-09-01/2025-09-10",
        ),
    ],
)
def test_the_last_treatment_counts_whatever_else_may_lie_before_it(ends, value):
    sure, maybe = progression("2025-08-01"), progression("2025-06")
    changes = {
        **LISTED,
        **treated(*ends),
        "listing/listing_date": "2025-06",
        "response_events/sure": sure["response_events/pd"],
        "response_events/maybe": maybe["response_events/pd"],
    }
    found = answer("listed-progression-clock", changes, **CLOCK)
    assert (found.status, found.value) == (MET, value)


@pytest.mark.parametrize(
    ("site", "status"), [("pancreas-head", NOT_MET), ("pancreas-tail", MET), ("ileum", MET)]
)
def test_only_the_head_of_the_pancreas_is_the_head(site, status):
    assert answer("not-pancreatic-head", {"primaries/primary-1/site": site}).status is status


@pytest.mark.parametrize(("margin", "status"), [("R0", MET), ("R1", MET), ("R2", NOT_MET)])
def test_a_primary_that_was_left_in_part_is_not_removed(margin, status):
    assert answer("removed", {"primaries/primary-1/resection/margin": margin}).status is status


@pytest.mark.parametrize(
    ("asks", "missing"), [("radically-removed", "margin"), ("nodes-removed", "lymphadenectomy")]
)
def test_what_is_lacking_of_a_resection_is_named_on_its_primary(asks, missing):
    resection = {"performed": True, "date": "2025-04-01", "margin": "R0", "lymphadenectomy": True}
    del resection[missing]
    found = answer(asks, {"primaries/primary-1/resection": resection})
    assert found.status is UNKNOWN
    assert f"primaries.primary-1.resection.{missing}" in found.paths
