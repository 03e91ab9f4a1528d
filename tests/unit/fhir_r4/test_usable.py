"""The usable gate: every row of terminology 2.3, and what it does to a record at every hop."""

import pytest
from tests.unit.fhir_r4.samples import (
    CLINICAL,
    VERIFICATION,
    condition,
    keys,
    kinds,
    observation,
    patient,
    record,
    resource,
)

from nelm_fhir.core.reading import Reading
from nelm_fhir.fhir_r4.usable import STATUS, Drop, Use, usable

MODIFIER = [{"url": "http://example.org/changes-everything", "valueBoolean": True}]


def verified(word, **more):
    status = {"coding": [{"system": VERIFICATION, "code": word}]}
    return condition(verificationStatus=status, **more)


def course(word, **more):
    return condition(clinicalStatus={"coding": [{"system": CLINICAL, "code": word}]}, **more)


ROWS = [
    ("Observation", "final", Reading.ASSERTED),
    ("Observation", "amended", Reading.ASSERTED),
    ("Observation", "corrected", Reading.ASSERTED),
    ("Observation", "preliminary", Reading.ASSERTED),
    ("Observation", "registered", Reading.UNKNOWN),
    ("Observation", "unknown", Reading.UNKNOWN),
    ("DiagnosticReport", "partial", Reading.ASSERTED),
    ("DiagnosticReport", "appended", Reading.ASSERTED),
    ("DiagnosticReport", "final", Reading.ASSERTED),
    ("Procedure", "completed", Reading.ASSERTED),
    ("Procedure", "not-done", Reading.NOT_DONE),
    ("Procedure", "preparation", Reading.PLANNED),
    ("Procedure", "in-progress", Reading.PLANNED),
    ("Procedure", "on-hold", Reading.PLANNED),
    ("Procedure", "stopped", Reading.UNKNOWN),
    ("Procedure", "unknown", Reading.UNKNOWN),
    ("MedicationRequest", "active", Reading.PLANNED),
    ("MedicationRequest", "completed", Reading.PLANNED),
    ("MedicationAdministration", "completed", Reading.ASSERTED),
    ("MedicationAdministration", "not-done", Reading.NOT_DONE),
    ("MedicationStatement", "active", Reading.ASSERTED),
    ("MedicationStatement", "completed", Reading.ASSERTED),
    ("MedicationStatement", "stopped", Reading.ASSERTED),
    ("MedicationStatement", "not-taken", Reading.NOT_DONE),
    ("MedicationStatement", "intended", Reading.PLANNED),
    ("ImagingStudy", "available", Reading.ASSERTED),
    ("ImagingStudy", "registered", Reading.PLANNED),
    ("ServiceRequest", "draft", Reading.PLANNED),
    ("ServiceRequest", "active", Reading.PLANNED),
    ("CarePlan", "draft", Reading.PLANNED),
    ("CarePlan", "active", Reading.PLANNED),
]
DROPS = [
    ("Observation", "cancelled", "cancelled"),
    ("DiagnosticReport", "cancelled", "cancelled"),
    ("MedicationRequest", "draft", "not-given"),
    ("MedicationRequest", "cancelled", "not-given"),
    ("ImagingStudy", "cancelled", "cancelled"),
    ("ServiceRequest", "revoked", "revoked"),
    ("CarePlan", "revoked", "revoked"),
    *((kind, "entered-in-error", "entered-in-error") for kind in STATUS),
]


@pytest.mark.parametrize(("kind", "status", "reading"), ROWS)
def test_each_status_has_its_reading(kind, status, reading):
    use = usable(resource(kind, status=status))
    assert isinstance(use, Use)
    assert use.reading is reading


@pytest.mark.parametrize(("kind", "status", "reason"), DROPS)
def test_each_status_that_says_nothing_is_dropped(kind, status, reason):
    assert usable(resource(kind, status=status)) == Drop(reason)


@pytest.mark.parametrize("kind", ["AllergyIntolerance", "Encounter", "BodyStructure"])
def test_any_resource_entered_in_error_is_dropped(kind):
    assert usable(resource(kind, status="entered-in-error")) == Drop("entered-in-error")


@pytest.mark.parametrize("kind", STATUS)
@pytest.mark.parametrize("status", ["complete", "Final", "", "done"])
def test_an_invalid_status_is_set_aside_and_never_believed(kind, status):
    assert usable(resource(kind, status=status)) == Drop("invalid-status", damage=True)


@pytest.mark.parametrize("status", [5, True, ["final"], {"coding": []}])
def test_a_status_of_a_wrong_type_is_damage(status):
    assert usable(observation(status=status)) == Drop("wrong-type", damage=True)


@pytest.mark.parametrize(
    ("kind", "status", "flagged"),
    [
        ("Observation", "preliminary", "preliminary"),
        ("Observation", "registered", "registered"),
        ("DiagnosticReport", "partial", "partial"),
        ("Specimen", "unsatisfactory", "unsatisfactory"),
        ("Observation", "final", None),
    ],
)
def test_what_has_to_be_noted_is_flagged(kind, status, flagged):
    assert usable(resource(kind, status=status)).flagged == flagged


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        (verified("entered-in-error"), Drop("entered-in-error")),
        (verified("refuted"), Use(Reading.ABSENT)),
        (verified("unconfirmed"), Use(Reading.SUSPECTED)),
        (verified("provisional"), Use(Reading.SUSPECTED)),
        (verified("differential"), Use(Reading.SUSPECTED)),
        (verified("confirmed"), Use(Reading.ASSERTED, "activity-not-stated")),
        (course("active"), Use(Reading.ASSERTED, "verification-not-stated")),
        (course("recurrence"), Use(Reading.ASSERTED, "verification-not-stated")),
        (course("relapse"), Use(Reading.ASSERTED, "verification-not-stated")),
        (course("inactive"), Use(Reading.PAST, "verification-not-stated")),
        (course("remission"), Use(Reading.PAST, "verification-not-stated")),
        (course("resolved"), Use(Reading.PAST, "verification-not-stated")),
        (condition(), Use(Reading.ASSERTED, "verification-not-stated")),
        (verified("refuted", clinicalStatus=course("active")["clinicalStatus"]),
         Use(Reading.ABSENT)),
        (verified("confirmed", clinicalStatus=course("resolved")["clinicalStatus"]),
         Use(Reading.PAST)),
        (verified("perhaps"), Drop("invalid-status", damage=True)),
        (course("complete"), Drop("invalid-status", damage=True)),
        (condition(verificationStatus={"text": "sure"}), Drop("invalid-status", damage=True)),
        (condition(verificationStatus="confirmed"), Drop("wrong-type", damage=True)),
        (condition(verificationStatus={"coding": "refuted"}), Drop("wrong-type", damage=True)),
        (condition(clinicalStatus=["active"]), Drop("wrong-type", damage=True)),
    ],
)  # fmt: skip
def test_each_state_of_a_condition_has_its_reading(data, answer):
    assert usable(data) == answer


@pytest.mark.parametrize("system", [None, "http://hl7.org/fhir/condition-ver-status", "urn:typo"])
def test_a_refutation_counts_whatever_its_system(system):
    status = {"coding": [{"system": system, "code": "refuted"}]}
    assert usable(condition(verificationStatus=status)) == Use(Reading.ABSENT)


def test_statuses_that_contradict_each_other_leave_it_open():
    both = {"coding": [{"code": "confirmed"}, {"code": "refuted"}]}
    assert usable(condition(verificationStatus=both)).reading is Reading.UNKNOWN
    both = {"coding": [{"code": "active"}, {"code": "resolved"}]}
    assert usable(condition(clinicalStatus=both)).reading is Reading.UNKNOWN


@pytest.mark.parametrize("kind", ["MedicationRequest", "ServiceRequest"])
def test_do_not_perform_inverts_an_order(kind):
    assert usable(resource(kind, status="active", doNotPerform=True)) == Use(Reading.NOT_DONE)
    assert usable(resource(kind, status="active", doNotPerform=False)) == Use(Reading.PLANNED)


def test_do_not_perform_of_a_wrong_type_is_not_guessed():
    data = resource("MedicationRequest", status="active", doNotPerform="true")
    assert usable(data) == Drop("wrong-type", damage=True)


def test_a_prohibition_that_was_revoked_is_no_negation():
    data = resource("ServiceRequest", status="revoked", doNotPerform=True)
    assert usable(data) == Drop("revoked")


@pytest.mark.parametrize(
    "data",
    [
        observation(modifierExtension=MODIFIER),
        condition(modifierExtension=MODIFIER),
        patient(modifierExtension=MODIFIER),
        observation(component=[{"code": {"text": "a"}}, {"modifierExtension": MODIFIER}]),
        resource("Specimen", collection={"modifierExtension": MODIFIER}),
    ],
)
def test_an_unknown_modifier_extension_drops_the_resource(data):
    assert usable(data) == Drop("modifier-extension")


@pytest.mark.parametrize("rules", [{"implicitRules": "urn:x"}, {"_implicitRules": {"id": "a"}}])
def test_implicit_rules_drop_the_resource(rules):
    assert usable(observation(**rules)) == Drop("implicit-rules")


def test_an_empty_modifier_extension_changes_nothing():
    assert usable(observation(modifierExtension=[])) == Use(Reading.ASSERTED)


# What the gate does to a record


def test_a_dropped_resource_is_counted_named_and_not_in_the_record():
    found = record(observation(), observation("void", status="cancelled"))
    assert keys(found) == ["Observation/o"]
    assert found.unusable == {"cancelled": 1}
    assert not found.damaged


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"modifierExtension": MODIFIER}, "modifier-extension"),
        ({"implicitRules": "urn:x"}, "resource-implicit-rules"),
    ],
)
def test_what_may_mean_the_opposite_is_shown_as_an_issue(more, kind):
    found = record(observation(), observation("m", **more))
    assert keys(found) == ["Observation/o"]
    assert kinds(found) == [kind]
    assert found.issues[0].location == "Bundle.entry[1].resource"


def test_an_invalid_status_is_an_issue_and_damages_the_record():
    found = record(resource("DiagnosticReport", code={"text": "r"}, status="complete"))
    assert (kinds(found), found.damaged, found.unusable) == (
        ["invalid-status"],
        True,
        {"invalid-status": 1},
    )


ROUTES = {
    "result": resource("DiagnosticReport", "r", status="final", code={"text": "r"},
                       result=[{"reference": "Observation/v"}]),
    "hasMember": observation("panel", hasMember=[{"reference": "Observation/v"}]),
    "derivedFrom": observation("d", derivedFrom=[{"reference": "Observation/v"}]),
    "focus": observation("f", focus=[{"reference": "Observation/v"}]),
    "reasonReference": resource("Procedure", "q", status="completed",
                                reasonReference=[{"reference": "Observation/v"}]),
}  # fmt: skip


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled"])
@pytest.mark.parametrize("element", ROUTES)
def test_a_void_observation_does_not_come_in_through_a_reference(element, status):
    source = ROUTES[element]
    found = record(source, observation("v", status=status))
    assert keys(found) == [f"{source['resourceType']}/{source['id']}"]
    reference = source[element][0]
    assert found.follow(found.resources[0], reference).lost
    assert kinds(found) == ["unresolved-reference"]
    assert found.issues[0].location == f"Bundle.entry[0].resource.{element}"


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled"])
def test_a_void_observation_does_not_come_in_contained(status):
    inner = {"resourceType": "Observation", "id": "v", "status": status, "code": {"text": "a"}}
    found = record(observation(contained=[inner], hasMember=[{"reference": "#v"}]))
    assert keys(found) == ["Observation/o"]
    assert found.unusable == {status: 1}
    assert found.follow(found.resources[0], {"reference": "#v"}).lost


def test_a_cancelled_report_does_not_vouch_for_its_results_nor_void_them():
    report = {**ROUTES["result"], "status": "cancelled"}
    found = record(report, observation("v"))
    assert keys(found) == ["Observation/v"]
    assert list(found.referrers("Observation/v")) == []
