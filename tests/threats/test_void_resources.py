"""Threat 4: void and negated resources, by every status word and every way into the record.

A void resource leaves exactly what it would leave if it had never been sent: whatever leads to it
leads nowhere.
"""

import json
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from tests.property.hospitals import told
from tests.threats.line import MET, bundle, judged, named, patient
from tests.unit.mappers.mapping import (
    PATIENT,
    answer_map,
    coded,
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
from tests.unit.mappers.test_procedures_imaging_response import study

from nelm_fhir import pipeline
from nelm_fhir.fhir_r4.references import FOLLOWED
from nelm_fhir.fhir_r4.usable import STATUS

AS_OF = date(2026, 6, 1)
VOID = "entered-in-error"
PRIMARY = condition("sct 737313007", id_="primary", onsetDateTime="2024")
DRUG = {"medicationCodeableConcept": concept("rx 1999682")}

# Every status code of FHIR R4 4.0.1, written down here a second time; void ones first.
RESULT = "registered preliminary final amended corrected unknown"
REQUEST = "draft active on-hold completed unknown"
WORDS = {
    "Observation": (f"{VOID} cancelled", RESULT),
    "DiagnosticReport": (f"{VOID} cancelled", f"{RESULT} partial appended"),
    "Procedure": (VOID, "preparation in-progress not-done on-hold stopped completed unknown"),
    "MedicationRequest": (
        f"{VOID} cancelled draft",
        "active on-hold completed stopped unknown",
    ),
    "MedicationAdministration": (
        VOID,
        "in-progress not-done on-hold completed stopped unknown",
    ),
    "MedicationStatement": (
        VOID,
        "active completed intended stopped on-hold unknown not-taken",
    ),
    "ImagingStudy": (f"{VOID} cancelled", "registered available unknown"),
    "ServiceRequest": (f"{VOID} revoked", REQUEST),
    "CarePlan": (f"{VOID} revoked", REQUEST),
    "EpisodeOfCare": (VOID, "planned waitlist active onhold finished cancelled"),
    "Specimen": (VOID, "available unavailable unsatisfactory"),
    "QuestionnaireResponse": (VOID, "in-progress completed amended stopped"),
    "Condition": (VOID, "unconfirmed provisional differential confirmed refuted"),
}
SAYS_SO = {
    "Condition": "confirmed",
    "EpisodeOfCare": "active",
    "ImagingStudy": "available",
    "Procedure": "completed",
    "MedicationAdministration": "completed",
    "MedicationRequest": "active",
    "MedicationStatement": "completed",
    "ServiceRequest": "active",
    "CarePlan": "active",
    "Specimen": "available",
    "QuestionnaireResponse": "completed",
}
"""The status by which a type asserts what it says; of the others it is final."""


def answers():
    (sent,) = (
        entry["resource"]
        for entry in bundle("tumor-board-form")["entry"]
        if entry["resource"]["resourceType"] == "QuestionnaireResponse"
    )
    return {**sent, "subject": PATIENT}


PAYLOADS = {
    "Observation": observation("ln 29593-1", **quantity(90, "%"), effectiveDateTime="2026-05-01"),
    "DiagnosticReport": resource(
        "DiagnosticReport", "x", code=concept("ln 11529-5"), effectiveDateTime="2026-05-01",
        conclusionCode=[concept("cm C79.51")],
    ),
    "Procedure": procedure("sct 18027006", performedDateTime="2020"),
    "MedicationRequest": resource("MedicationRequest", "x", intent="order",
                                  authoredOn="2026-01-01", **DRUG),
    "MedicationAdministration": resource("MedicationAdministration", "x",
                                         effectiveDateTime="2026-01-01", **DRUG),
    "MedicationStatement": resource("MedicationStatement", "x",
                                    effectivePeriod={"start": "2026-01-01"}, **DRUG),
    "ImagingStudy": study("PT", "CT"),
    "ServiceRequest": resource("ServiceRequest", "x", intent="order",
                               code=concept("sct 18027006"), occurrenceDateTime="2026-09-01"),
    "CarePlan": resource("CarePlan", "x", intent="plan", activity=[{"detail": {
        "status": "scheduled", "code": concept("sct 18027006"),
        "scheduledPeriod": {"start": "2026-09-01"}}}]),
    "EpisodeOfCare": {"resourceType": "EpisodeOfCare", "id": "x", "patient": PATIENT,
                      "type": [concept("local LTX")], "period": {"start": "2026-01-05"}},
    "Specimen": resource("Specimen", "x", collection={
        "collectedDateTime": "2026-04-01", "bodySite": concept("sct 10200004")}),
    "QuestionnaireResponse": answers(),
    "Condition": condition("cm C79.51", onsetDateTime="2026-05-01"),
}  # fmt: skip
BESIDE = {
    "Specimen": [observation("ln 29593-1", "of-it", **quantity(4, "%"),
                             specimen=ref("Specimen/void"))],
    "MedicationStatement": [observation("el response", "pd", effectiveDateTime="2025-11-01",
                                        **coded("an PD"))],
    "MedicationRequest": [observation("el response", "pd", effectiveDateTime="2025-11-01",
                                      **coded("an PD"))],
    "MedicationAdministration": [observation("el response", "pd", effectiveDateTime="2025-11-01",
                                             **coded("an PD"))],
}  # fmt: skip
"""What has to stand beside a resource of that type, so that it matters at all."""


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory):
    """All knowledge and a site's code for its list of transplantations."""
    site = tmp_path_factory.mktemp("site")
    (site / "overlay.toml").write_text('name = "site"\nversion = "1"\n')
    (site / "ConceptMap-l.json").write_text(json.dumps(answer_map("listing", {"LTX": "listed"})))
    return pipeline.load((Path(site),))


def void(kind, status):
    sent = {**PAYLOADS[kind], "id": "void"}
    if kind == "Condition":
        return sent | {"verificationStatus": concept(f"ver {status}")}
    return sent | {"status": status}


def profile(catalogue, *resources):
    sent = data(PRIMARY, *resources)
    return pipeline.read_one(sent, catalogue, as_of=AS_OF).profile


@cache
def holders(target, element):
    """Good resources of three types that lead to a target by one element."""
    links = [ref(target)]
    if element == "extension":
        links = [
            {"url": "http://hl7.org/fhir/StructureDefinition/x", "valueReference": ref(target)}
        ]
    return (
        observation("ln 29593-1", "holder", **quantity(1, "%"), **{element: links}),
        resource("DiagnosticReport", "holder", status="final", code=concept("ln 11529-5"),
                 **{element: links}),
        procedure("sct 51346007", id_="holder", performedDateTime="2024-05", **{element: links}),
    )  # fmt: skip


ROUTES = sorted(FOLLOWED | {"basedOn", "extension", "supportingInfo", "encounter", "partOf"})
NOT_ASSERTED = (
    *("registered", "unknown", "preparation", "in-progress", "not-done", "on-hold", "stopped"),
    *("unconfirmed", "provisional", "differential", "refuted"),
)
DROPPED = [(kind, status) for kind, (words, _) in WORDS.items() for status in words.split()]


@pytest.mark.threat(4)
def test_the_gate_knows_every_status_of_fhir_and_no_other():
    words = {kind: set(f"{void} {others}".split()) for kind, (void, others) in WORDS.items()}
    del words["Condition"]  # by verificationStatus
    assert {kind: set(known) for kind, known in STATUS.items()} == words


@pytest.mark.threat(4)
@pytest.mark.parametrize("kind", [kind for kind in PAYLOADS if kind != "MedicationRequest"])
def test_what_is_sent_here_would_matter_if_it_were_not_void(kind, catalogue):
    """An order of a drug asserts nothing by any status."""
    beside = BESIDE.get(kind, [])
    good = void(kind, SAYS_SO.get(kind, "final"))
    assert told(profile(catalogue, *beside, good)) != told(profile(catalogue, *beside))


@pytest.mark.threat(4)
@pytest.mark.parametrize(("kind", "status"), DROPPED)
@pytest.mark.parametrize("element", [None, *ROUTES])
def test_a_void_resource_leaves_what_its_absence_leaves(kind, status, element, catalogue):
    sent, beside = void(kind, status), BESIDE.get(kind, [])
    for holder in [None] if element is None else holders(f"{kind}/void", element):
        around = [*beside, *([holder] if holder else [])]
        found = profile(catalogue, *around, sent).to_record()
        assert found == profile(catalogue, *around).to_record()
        assert f"{kind}/void" not in json.dumps(found)


@pytest.mark.threat(4)
@pytest.mark.parametrize(("kind", "status"), DROPPED)
def test_a_void_contained_resource_leaves_what_its_absence_leaves(kind, status, catalogue):
    sent, beside = void(kind, status), BESIDE.get(kind, [])
    for element in ROUTES:
        for holder in holders("#void", element):
            found = profile(catalogue, *beside, {**holder, "contained": [sent]}).to_record()
            assert found == profile(catalogue, *beside, holder).to_record()


@pytest.mark.threat(4)
@pytest.mark.parametrize(("kind", "status"), DROPPED)
def test_what_a_void_resource_contains_is_void_with_it(kind, status, catalogue):
    """A good statement inside a void one, and parts of a void panel."""
    inner = [{**PAYLOADS["Condition"], "id": "in"}, {**PAYLOADS["Procedure"], "id": "in2"}]
    sent = {**void(kind, status), "contained": inner}
    sent["component"] = [part("ln 29593-1", **quantity(90, "%"))]
    beside = BESIDE.get(kind, [])
    found = profile(catalogue, *beside, sent).to_record()
    assert found == profile(catalogue, *beside).to_record()


@pytest.mark.threat(4)
@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (kind, status)
        for kind, (_, words) in WORDS.items()
        for status in words.split()
        if kind in {"Observation", "DiagnosticReport", "Procedure", "Condition"}
        and status in NOT_ASSERTED
    ],
)
def test_what_is_planned_suspected_refuted_or_of_unknown_status_is_not_asserted(
    kind, status, catalogue
):
    asserted = told(profile(catalogue, void(kind, SAYS_SO.get(kind, "final"))))
    assert told(profile(catalogue, void(kind, status))) != asserted


@pytest.mark.threat(4)
@pytest.mark.parametrize("status", ["complete", "Final", "FINAL", "final ", "valid", ""])
@pytest.mark.parametrize("kind", [kind for kind in WORDS if kind != "Condition"])
def test_a_status_that_fhir_does_not_have_is_believed_by_no_criterion(kind, status):
    told_by_all = bundle("meets-all")
    sent = void(kind, status) | {"subject": ref(named(patient(told_by_all)))}
    if kind == "EpisodeOfCare":
        sent |= {"patient": sent.pop("subject")}
    told_by_all["entry"].append({"resource": sent})
    verdicts = {str(verdict.verdict) for verdict in judged(told_by_all).verdicts}
    assert MET not in verdicts


@pytest.mark.threat(4)
@pytest.mark.parametrize("sent", [None, "clinicalStatus", "verificationStatus"])
def test_a_void_condition_without_clinical_status_is_not_taken_as_active(sent, catalogue):
    """The leak that others had: status looked for in the wrong one of two elements."""
    void_ = {**PAYLOADS["Condition"], "id": "void", "verificationStatus": concept(f"ver {VOID}")}
    if sent:
        void_ |= {"clinicalStatus": concept("clin active")}
    assert profile(catalogue, void_).to_record() == profile(catalogue).to_record()
