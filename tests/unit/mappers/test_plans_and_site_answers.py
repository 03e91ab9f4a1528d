"""Orders, plans, episodes, and answers that a hospital codes outside Observations."""

import pytest
from tests.unit.mappers.mapping import (
    PATIENT,
    answer_map,
    concept,
    condition,
    mapped,
    of,
    one,
    procedure,
    profile_of,
    question_map,
    reason,
    ref,
    resource,
)

PRIMARY = condition("sct 737313007")
UNRESECTABLE = {"a.json": answer_map("liver-resectability", {"U": "unresectable"})}
LISTED = {"l.json": answer_map("listing", {"LTX": "listed"})}


def order(code=None, **more):
    base = {"status": "active", "intent": "order"} | more
    return resource("ServiceRequest", "sr", **({"code": concept(code)} if code else {}), **base)


def plan(*details, **more):
    activity = [{"detail": {"status": "scheduled"} | detail} for detail in details]
    base = {"status": "active", "intent": "plan", "activity": activity} | more
    return resource("CarePlan", "cp", **base)


def episode(status, **period):
    return {
        "resourceType": "EpisodeOfCare",
        "id": "e",
        "status": status,
        "patient": PATIENT,
        "type": [concept("local LTX")],
        "period": period,
    }


# --- a transplantation to come --------------------------------------------------------------------


def test_an_order_of_a_transplantation_plans_it():
    sent = order("sct 18027006", occurrenceDateTime="2026-09-01")
    found = profile_of(PRIMARY, sent).liver_transplant
    assert (str(found.planned_date), found.performed) == ("2026-09-01", None)


def test_a_plan_of_a_transplantation_plans_it():
    detail = {"code": concept("cpt 47135"), "scheduledPeriod": {"start": "2026-09"}}
    found = profile_of(PRIMARY, plan(detail)).liver_transplant
    assert str(found.planned_date) == "2026-09"


@pytest.mark.parametrize(
    "sent",
    [
        order("sct 18027006", occurrenceDateTime="2026-09-01", doNotPerform=True),
        order("sct 18027006", occurrenceDateTime="2026-09-01", status="revoked"),
        order("sct 18027006", occurrenceDateTime="2024-09-01", status="completed"),
        plan({"code": concept("sct 18027006"), "status": "cancelled"}),
        plan({"code": concept("sct 18027006"), "doNotPerform": True}),
    ],
)
def test_an_order_that_is_void_or_forbids_plans_nothing(sent):
    assert of(mapped(sent), "liver-transplant") == []


def test_a_plan_to_resect_the_primary_during_transplantation_is_read_as_a_site_codes_it():
    overlay = {"q.json": question_map({"SIM": "planned-at-transplantation"})}
    sent = order("local SIM", reasonReference=[ref("Condition/c")])
    primary = next(iter(profile_of(PRIMARY, sent, overlay=overlay).primaries.values()))
    assert primary.resection.planned_at_lt is True
    assert primary.resection.performed is None


# --- listing --------------------------------------------------------------------------------------


def test_an_episode_of_listing_says_since_when():
    found = profile_of(episode("active", start="2026-01-05"), overlay=LISTED).listing
    assert (found.status, str(found.listing_date)) == ("listed", "2026-01-05")


def test_an_ended_episode_says_not_listed():
    sent = episode("finished", start="2025-01-05", end="2026-02-01")
    assert profile_of(sent, overlay=LISTED).listing.status == "not-listed"


@pytest.mark.parametrize(("status", "why"), [("onhold", "equivocal"), ("planned", None)])
def test_an_episode_on_hold_leaves_it_open_and_a_planned_one_says_nothing(status, why):
    found = profile_of(episode(status, start="2026-01-05"), overlay=LISTED).listing
    assert found.status is None
    assert ((found.evidence or {}).get("status") or {}).get("reason") == why


def test_an_episode_whose_type_nobody_mapped_is_no_listing():
    assert of(mapped(episode("active", start="2026-01-05")), "listing") == []


# --- answers outside Observations -----------------------------------------------------------------

REASON = concept("local U")


@pytest.mark.parametrize(
    "sent",
    [
        order("ln 24627-2", reasonCode=[REASON], authoredOn="2026-05-04"),
        plan({"statusReason": REASON}, created="2026-05-04"),
        plan({"code": REASON}, period={"start": "2026-05-04"}),
        plan(category=[REASON], created="2026-05-04"),
        procedure(
            "sct 71273005", status="not-done", statusReason=REASON, performedDateTime="2026-05-04"
        ),
        procedure("sct 386637004", outcome=REASON, performedDateTime="2026-05-04"),
        condition("local U", onsetDateTime="2026-05-04"),
        {
            **resource("DiagnosticReport", "r", status="final", effectiveDateTime="2026-05-04"),
            "code": concept("ln 24627-2"),
            "conclusionCode": [REASON],
        },
    ],
)
def test_an_answer_that_a_site_maps_is_read_where_the_table_of_carriers_names_it(sent):
    found = one(mapped(sent, overlay=UNRESECTABLE), "liver-resectability")
    assert (found.value, str(found.day), str(found.evidence.match)) == (
        "unresectable",
        "2026-05-04",
        "site",
    )
    assert profile_of(sent, overlay=UNRESECTABLE).liver.resectability == "unresectable"


def test_without_the_map_or_elsewhere_the_code_says_nothing():
    sent = order("ln 24627-2", reasonCode=[REASON])
    assert of(mapped(sent), "liver-resectability") == []
    other = {"a.json": answer_map("syndrome-control", {"U": "refractory"})}
    plan_ = plan({"statusReason": REASON})
    assert of(mapped(plan_, overlay=other), "syndrome-control") == []


def test_the_reason_in_a_draft_may_not_hold():
    sent = plan({"statusReason": REASON}, status="draft", created="2026-05-04")
    liver = profile_of(sent, overlay=UNRESECTABLE).liver
    assert (liver.resectability, liver.evidence["resectability"]["reason"]) == (None, "equivocal")


def test_an_inexact_map_leaves_the_answer_unknown():
    loose = {"a.json": answer_map("liver-resectability", {"U": "unresectable"}, "narrower")}
    loose["a.json"]["group"][0]["element"][0]["target"][0]["comment"] = "often"
    sent = plan({"statusReason": REASON})
    assert reason(one(mapped(sent, overlay=loose), "liver-resectability").value) == "map-not-exact"


def test_a_scan_result_that_a_site_codes_in_the_conclusion_is_the_result_of_that_scan():
    overlay = {
        "a.json": answer_map("scan", {"U": "negative"}),
        "m.json": answer_map("scan-modality", {"PETCT": "PET/CT"}),
        "t.json": answer_map("scan-tracer", {"PETCT": "68Ga-DOTATOC"}),
    }
    report = resource("DiagnosticReport", "r", status="final", effectiveDateTime="2026-05-04")
    report |= {"code": concept("local PETCT"), "conclusionCode": [REASON]}
    scan = next(iter(profile_of(report, overlay=overlay).scans.values()))
    said = (scan.extrahepatic_result, scan.modality, scan.tracer, str(scan.date))
    assert said == ("negative", "PET/CT", "68Ga-DOTATOC", "2026-05-04")


# --- failed therapies -----------------------------------------------------------------------------

FAILED = {"q.json": question_map({"NR": "failed-therapy"})}


def statement(drug, **more):
    taken = {"status": "stopped", "medicationCodeableConcept": concept(drug)} | more
    return resource("MedicationStatement", "m", **taken)


def test_a_drug_that_ended_for_a_reason_a_site_maps_has_failed():
    sent = statement("rx 312068", statusReason=[concept("local NR")])
    assert profile_of(sent, overlay=FAILED).functional_syndrome.failed_therapies == ("SSA",)


def test_an_embolization_whose_outcome_a_site_maps_has_failed():
    sent = procedure("sct 314617008", outcome=concept("local NR"), performedDateTime="2025-03")
    found = one(mapped(sent, overlay=FAILED), "failed-therapy")
    assert (found.value, str(found.day)) == ("TACE", "2025-03")


def test_a_drug_given_or_stopped_for_another_reason_has_not_failed():
    sent = statement("rx 312068", statusReason=[concept("local X", text="no response")])
    assert of(mapped(sent, overlay=FAILED), "failed-therapy") == []


def test_a_drug_that_was_never_taken_has_not_failed():
    sent = statement("rx 312068", status="not-taken", statusReason=[concept("local NR")])
    assert of(mapped(sent, overlay=FAILED), "failed-therapy") == []
