"""Traps T22 to T27, T29 to T35, T37, T40, T41 of terminology section 4: acts, drugs, records.

Each from bytes to the profile, and to verdicts where the trap speaks of them.
"""

import copy
import json

import pytest
from tests.property.fhir_parts import MEETS_ALL, judged, statuses, verdicts
from tests.traps.line import AS_OF, catalogue, issues, line, met, only, profile
from tests.unit.mappers.mapping import (
    coded,
    coding,
    concept,
    condition,
    data,
    observation,
    part,
    procedure,
    quantity,
    ref,
    resource,
)

from nelm_fhir import pipeline

NET = condition("sct 737313007")
DAY = {"effectiveDateTime": "2026-05-12"}
WORSE = observation("ln 97509-4", "pd", effectiveDateTime="2025-08-01", **coded("sct 271299001"))


def told(code, id_="o", **more):
    return observation(code, id_, **{**DAY, **more})


def drug(*codes, kind="MedicationStatement", **more):
    said = {"status": "completed", "medicationCodeableConcept": concept(*codes)}
    return resource(kind, "m", **said | {"effectivePeriod": {"start": "2025-09-01"}} | more)


def report_of(*results):
    code, members = concept("ln 60568-3"), [ref(result) for result in results]
    return resource("DiagnosticReport", "r", status="final", code=code, result=members)


def treatments(*resources):
    found = profile(NET, WORSE, *resources).progression_treatments
    return [treatment.type for treatment in found.values()]


# --- operations -----------------------------------------------------------------------------------


def test_t22_r0_of_an_operation_of_four_parts_is_no_r0_of_a_tumor_that_nobody_links():
    codes = ("ops 5-547.0", "ops 5-683", "ops 5-661", "ops 5-501")
    operation = procedure(*codes, performedDateTime="2021-09-30", outcome=concept("residual R0"))
    resection = only(profile(NET, operation).primaries).resection
    assert (resection.performed, resection.margin) == (None, None)


@pytest.mark.parametrize("code", ["sct 240326000", "sct 235462000"])
def test_t23_donor_surgery_is_nothing_of_the_recipient(code):
    found = profile(NET, WORSE, procedure(code, performedDateTime="2025-10-01"))
    assert found.liver_transplant.performed is None
    assert found.progression_treatments == {}
    assert found.extrahepatic == {}


# --- drugs ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["rx 977429", "atc L04AA18"])
def test_t24_everolimus_after_transplantation_is_no_tumor_therapy(code):
    assert treatments(drug(code)) == []
    assert treatments(drug("atc L01EG02")) == ["systemic"]


def test_t25_lutetium_psma_is_not_prrt():
    assert treatments(procedure("sct 1263784000", performedDateTime="2025-09-01")) == []
    assert treatments(procedure("sct 431743005", performedDateTime="2025-09-01")) == ["prrt"]


def test_t26_two_analogs_in_one_concept_are_the_class_and_no_drug():
    sent = drug("rx 68092", "atc H01CB02")
    assert treatments(sent) == ["systemic"]
    shown = line(NET, WORSE, sent).profile.to_record()["progression_treatments"]
    assert "octreotide" not in json.dumps(shown, default=str)


# --- scans ----------------------------------------------------------------------------------------


def test_t27_a_pet_without_tracer_is_no_sstr_pet():
    study = resource(
        "ImagingStudy",
        "s",
        status="available",
        started="2026-05-11",
        modality=[coding("dcm PT"), coding("dcm CT")],
    )
    report = resource(
        "DiagnosticReport",
        "r",
        status="final",
        code=concept("ln 44139-4", text="68Ga-DOTATOC PET/CT"),
        imagingStudy=[ref("ImagingStudy/s")],
        conclusion="No extrahepatic disease on 68Ga-DOTATOC PET.",
        **DAY,
    )
    scan = only(profile(study, report).scans)
    assert (scan.modality, scan.tracer, scan.extrahepatic_result) == ("PET/CT", None, None)


# --- laboratory and performance -------------------------------------------------------------------


def test_t29_a_time_in_seconds_is_no_inr_and_nothing_at_all():
    sent = told(concept("ln 5902-2", text="Quick/INR"), valueQuantity={"value": 13.1, "unit": "s"})
    assert line(sent).origin.counts.passed_over == {"Observation": 1}


def test_t30_an_ecog_without_system_is_no_code_and_disturbs_nothing():
    inside = told(
        "sct 423690003",
        component=[part("sct 423740007", valueCodeableConcept={"coding": [{"code": "3"}]})],
    )
    index = told("ln 29593-1", "k", valueCodeableConcept={"coding": [{"code": "3"}]})
    assert profile(inside).specimens == {}
    assert issues(inside) == []
    assert only(profile(index).specimens).ki67_text == "3"


# --- what the gate keeps out ----------------------------------------------------------------------


def test_t31_a_condition_entered_in_error_without_clinical_status_is_dropped():
    void = condition("cm C78.00", verificationStatus=concept("ver entered-in-error"))
    read = line(void)
    assert read.profile.extrahepatic == {}
    assert sum(read.origin.counts.unusable.values()) == 1
    assert met(void | {"onsetDateTime": "2026-05-15"}) == met()


def test_t32_a_cancelled_result_reached_through_a_report_is_dropped():
    report = report_of("Observation/o")
    void = told("ln 29593-1", valueString="2 %") | {"status": "cancelled"}
    assert profile(report, void).specimens == {}


def test_t33_an_item_about_another_patient_is_dropped_and_counted():
    report = report_of("Observation/o")
    foreign = told("sct 399608002", **coded("sct 59156000")) | {"subject": ref("Patient/other")}
    read = line(report, foreign)
    assert read.profile.extrahepatic == {}
    assert sum(read.origin.counts.unusable.values()) == 1


def test_t34_form_items_linked_by_identifier_alone_are_found():
    def item(id_, code, value, **more):
        name = {"system": "http://example.org/Observation", "value": id_}
        code = {"coding": [{"system": "http://cap.org/eCC", "code": code}]}
        return told(code, id_, identifier=[name], **value, **more)

    def by(id_):
        return {"identifier": {"system": "http://example.org/Observation", "value": id_}}

    parent = item("parent", "41352", {}, hasMember=[by("child")])
    child = item("child", "41353", {"valueString": "5 %"}, derivedFrom=[by("parent")])
    assert only(profile(parent, child).specimens).ki67_text == "5 %"


def test_t35_two_resources_with_one_identifier_are_an_alarm_and_no_pick():
    name = [{"system": "urn:lab", "value": "26-1234"}]
    both = [
        observation("ln 29593-1", id_, identifier=name, valueString=text, effectiveDateTime=day)
        for id_, text, day in (("a", "2 %", "2026-01-01"), ("b", "30 %", "2026-02-01"))
    ]
    found = profile(*both).specimens.values()
    assert {s.ki67_text for s in found} == {"2 %", "30 %"}
    assert issues(*both) == ["same-identifier"]


# --- course ---------------------------------------------------------------------------------------


def test_t37_stable_once_is_one_event_and_no_duration():
    sent = copy.deepcopy(MEETS_ALL)
    kept = [e for e in sent["entry"] if "response" not in json.dumps(e["resource"].get("code", ""))]
    sent["entry"] = [e for e in kept if "97509-4" not in json.dumps(e["resource"].get("code", ""))]
    assert len(sent["entry"]) < len(MEETS_ALL["entry"])
    stable = {
        **observation("ln 97509-4", "once", effectiveDateTime="2026-05-11"),
        **coded("sct 359746009"),
        "derivedFrom": [ref("ImagingStudy/pet-2026-05")],
        "subject": ref("Patient/sample-ileum-1"),
    }
    base = "https://ehr.lakeside.example/fhir/Observation/once"
    sent["entry"].append({"fullUrl": base, "resource": stable})
    read = pipeline.read_one(json.dumps(sent).encode(), catalogue(), as_of=AS_OF)
    event = only(read.profile.response_events)
    assert (event.category, str(event.date)) == ("SD", "2026-05-11")
    found = statuses(pipeline.judge(read, catalogue()))
    assert {found[name] for name in ("M07-STAB", "M16-STAB", "ESMO-STAB", "B-STAB")} <= {
        "not-met",
        "unknown",
    }


# --- invalid codes and halves of records ----------------------------------------------------------


@pytest.mark.parametrize(
    "sent",
    [
        resource("DiagnosticReport", "r", status="complete", code=concept("ln 60568-3"))
        | {"conclusionCode": [concept("sct 94222008")]},
        told("ln 29593-1", **quantity(30, "%")) | {"status": "completed"},
    ],
)
def test_t40_an_invalid_status_is_an_issue_and_never_believed(sent):
    read = line(sent)
    assert [issue.kind for issue in read.origin.issues] == ["invalid-status"]
    assert (read.profile.specimens, read.profile.extrahepatic) == ({}, {})
    assert read.profile.damaged
    assert met(sent) == set()


@pytest.mark.parametrize("relation", ["next", "previous", "prev"])
def test_t41_half_a_record_meets_nothing_by_what_is_absent(relation):
    assert "criteria-met" in verdicts(judged(MEETS_ALL)).values()
    page = MEETS_ALL | {
        "type": "searchset",
        "link": [{"relation": relation, "url": "https://ehr.lakeside.example/fhir?page=2"}],
    }
    half = judged(page)
    assert "criteria-met" not in verdicts(half).values()
    assert "partial-record" in {issue.kind for issue in half.issues}


def test_t41_a_page_that_holds_less_than_its_total_is_half_a_record():
    sent = json.loads(data(NET)) | {"type": "searchset", "total": 40}
    read = pipeline.read_one(json.dumps(sent).encode(), catalogue(), as_of=AS_OF)
    assert read.profile.damaged
    assert "partial-record" in {issue.kind for issue in read.origin.issues}
