"""Damaged records as rules 1.7 say: what is damage, what is not, and that it costs no other."""

import json

import pytest
from tests.unit.fhir_r4.samples import (
    HEMOGLOBIN,
    KI67,
    LOINC,
    MAPPED,
    OnlyKi67,
    bundle,
    concept,
    condition,
    keys,
    kinds,
    observation,
    patient,
    record,
    record_of,
    resource,
)


def without(data, name):
    return {key: value for key, value in data.items() if key != name}


MEDICATION = resource("MedicationRequest", "m", status="active", intent="order",
                      medicationCodeableConcept={"text": "x"})  # fmt: skip
PROCEDURE = resource("Procedure", "q", status="completed")
REPORT = resource("DiagnosticReport", "r", status="final", code={"text": "r"})
STUDY = resource("ImagingStudy", "s", status="available")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (without(observation("x"), "status"), "missing-status"),
        (without(observation("x"), "code"), "missing-code"),
        (observation("x", code={}), "missing-code"),
        (observation("x", code={"coding": []}), "missing-code"),
        (observation("x", code={"text": ""}), "missing-code"),
        (observation("x", code={"coding": [{}]}), "missing-code"),
        (observation("x", code={"coding": [{"system": "http://loinc.org"}]}), "missing-code"),
        (observation("x", code="29593-1"), "wrong-type"),
        (observation("x", code=[{"text": "a"}]), "wrong-type"),
        (observation("x", code={"coding": [{"code": 5}]}), "wrong-type"),
        (observation("x", status=1), "wrong-type"),
        (observation("x", status=None), "missing-status"),
        (observation("x", subject="Patient/p"), "wrong-type"),
        (observation("x", subject=[{"reference": "Patient/p"}]), "wrong-type"),
        (observation("x", subject={"reference": 5}), "wrong-type"),
        (without(condition("x"), "subject"), "missing-subject"),
        (condition("x", subject={"display": "somebody"}), "missing-subject"),
        (condition("x", subject={"reference": "#nobody"}), "missing-subject"),
        (condition("x", code=5), "wrong-type"),
        (condition("x", verificationStatus="confirmed"), "wrong-type"),
        (condition("x", clinicalStatus="active"), "wrong-type"),
        (without(PROCEDURE, "status"), "missing-status"),
        (without(PROCEDURE, "subject"), "missing-subject"),
        (without(REPORT, "status"), "missing-status"),
        (without(REPORT, "code"), "missing-code"),
        (without(STUDY, "status"), "missing-status"),
        (without(STUDY, "subject"), "missing-subject"),
        (without(MEDICATION, "medicationCodeableConcept"), "missing-code"),
        (without(MEDICATION, "subject"), "missing-subject"),
        (without(observation("x"), "resourceType"), "no-resource-type"),
        ({**observation("x"), "resourceType": 5}, "no-resource-type"),
    ],
)
def test_what_cannot_be_told_is_damage_and_costs_no_other(data, kind):
    found = record(patient(), {"resource": data}, observation())
    assert keys(found) == ["Patient/p", "Observation/o"]
    assert (kinds(found), found.damaged, found.unusable) == ([kind], True, {kind: 1})
    assert found.issues[0].location == "Bundle.entry[1].resource"


@pytest.mark.parametrize(
    "data",
    [
        observation("x", valueQuantity={"value": "<2", "unit": 5}),
        observation("x", valueQuantity="8"),
        observation("x", effectiveDateTime="yesterday"),
        observation("x", effectiveDateTime=5),
        observation("x", vendor={"a": 1}),
        observation("x", component=5),
        observation("x", category="lab"),
        without(condition("x"), "code"),
        without(PROCEDURE, "code"),
        observation("x", code={"text": "Ki-67"}),
        observation("x", code={"coding": [{"display": "Ki-67"}]}),
        {**without(observation("x"), "status"), "_status": {"extension": [{"url": "a"}]}},
        {**MEDICATION, "medicationCodeableConcept": None,
         "medicationReference": {"reference": "#m"},
         "contained": [{"resourceType": "Medication", "id": "m"}]},
        {"resourceType": "Encounter", "id": "x", "subject": 5, "status": ["x"]},
        {"resourceType": "PractitionerRole", "id": "x", "code": [{"text": "a"}]},
        {"resourceType": "Organization", "id": "x", "partOf": {"reference": "Organization/y"}},
    ],
)  # fmt: skip
def test_faults_that_leave_the_statement_clear_are_no_damage(data):
    found = record(patient(), data)
    assert not found.damaged
    assert sum(found.read.values()) + sum(found.passed_over.values()) >= 2


def test_a_status_given_only_as_an_extension_is_unknown_and_no_damage():
    found = record({**without(observation(), "status"), "_status": {"extension": [{"url": "a"}]}})
    assert [str(r.reading) for r in found.resources] == ["unknown"]


def test_missing_status_is_damage_even_where_the_code_is_not_wanted():
    found = record(patient(), without(observation("x", HEMOGLOBIN), "status"), wanted=OnlyKi67())
    assert found.damaged


def test_faults_of_types_that_nothing_maps_are_no_damage():
    flag = {"resourceType": "Flag", "id": "f", "status": 5, "code": 7}
    assert not record(patient(), flag).damaged


def twice(data, name, value):
    """Return the JSON of a resource in which the key `name` is repeated; `value` comes last."""
    written = json.dumps(data)
    return f"{written[:-1]}, {json.dumps(name)}: {json.dumps(value)}}}"


def with_entry(raw, *resources):
    data = json.dumps(bundle(patient(), *resources))
    return data.replace('"entry": [', f'"entry": [{{"resource": {raw}}}, ', 1)


@pytest.mark.parametrize(
    "raw",
    [
        twice(observation("x"), "valueQuantity", {"value": 1}),
        twice(observation("x"), "status", "final"),
        twice(observation("x"), "id", "y"),
        json.dumps(observation("x")).replace('"value": 8.5', '"value": 30, "value": 1'),
        twice(observation("x"), "vendor", 1).replace('"unit"', '"vendor": 2, "vendor": 3, "unit"'),
    ],
)
def test_a_key_repeated_at_any_depth_of_a_read_entry_is_damage(raw):
    found = record_of(with_entry(raw, observation()))
    assert keys(found) == ["Patient/p", "Observation/o"]
    assert (kinds(found), found.damaged) == (["repeated-key"], True)


@pytest.mark.parametrize("compact", [True, False])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("code", {"coding": [{"system": "http://loinc.org", "code": HEMOGLOBIN}]}),
        ("resourceType", "Basic"),
        ("component", []),
    ],
)
def test_a_second_type_or_code_that_hides_a_wanted_one_is_damage(name, value, compact):
    panel = {"code": {"coding": [{"system": "http://loinc.org", "code": KI67}]}}
    hidden = observation("x", HEMOGLOBIN if name == "component" else KI67, component=[panel])
    raw = twice(hidden, name, value)
    data = with_entry(raw, observation())
    data = data.replace('": ', '":').replace(", ", ",") if compact else data
    found = record_of(data, wanted=OnlyKi67())
    assert (kinds(found), found.damaged) == (["repeated-key"], True)


FORM = "urn:form"


class OnlyTheForm:
    """Wanted are the answers to one form."""

    types = MAPPED | {"QuestionnaireResponse"}

    def __call__(self, kind, codes):
        return (FORM, None) in codes


CODING = f'"system": "{LOINC}", "code": "{KI67}"'


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        (CODING, f'{CODING}, "code": "{HEMOGLOBIN}"'),
        (CODING, f'{CODING}, "system": "urn:x"'),
        (CODING, f'{CODING}, "c\\u006fde": "{HEMOGLOBIN}"'),
        ('"code": {', '"code": {"coding": [], '),
        ('"status"', '"c\\u006fde": {"text": "x"}, "status"'),
        ('"status"', '"resource\\u0054ype": "Basic", "status"'),
    ],
)
@pytest.mark.parametrize("inside", ["code", "component"])
def test_a_code_with_a_repeated_key_that_hides_a_wanted_one_is_damage(said, instead, inside):
    hidden = observation("x", HEMOGLOBIN if inside == "component" else KI67)
    if inside == "component":
        hidden = {"component": [{"code": concept()}]} | hidden
    head, found, rest = json.dumps(hidden).partition(said)
    assert found
    data = with_entry(head + instead + rest, observation())
    read = record_of(data, wanted=OnlyKi67())
    assert read.damaged or "Observation/x" in keys(read)


def test_a_form_that_a_second_canonical_hides_is_damage():
    sent = resource("QuestionnaireResponse", status="completed", questionnaire=FORM, item=[])
    raw = twice(sent, "questionnaire", "urn:another")
    assert record_of(with_entry(raw, observation()), wanted=OnlyTheForm()).damaged


@pytest.mark.parametrize("key", ["subject", r"subj\u0065ct"])
def test_a_second_subject_that_hides_the_patient_is_damage(key):
    raw = twice(observation("x"), "subject", {"reference": "Patient/q"})
    raw = raw[::-1].replace('"subject"'[::-1], f'"{key}"'[::-1], 1)[::-1]
    found = record_of(with_entry(raw, observation()), subject="Patient/p")
    assert (found.damaged, keys(found)) == (True, ["Patient/p", "Observation/o"])


@pytest.mark.parametrize(
    "twice",
    [
        '"code": "29593-1", "code": "718-7"',
        '"code": "29593-1", "system": "urn:x", "code": "718-7"',
        '"code": "29593-1"}], "coding": [{"system": "http://loinc.org", "code": "718-7"',
        '"\\u0063ode": "29593-1", "code": "718-7"',
    ],
)
@pytest.mark.parametrize("place", ["code", "component"])
def test_a_key_that_stands_twice_within_a_code_cannot_hide_a_wanted_one(twice, place):
    code = {"coding": [{"system": "http://loinc.org", "code": "HERE"}]}
    said = {"code": code} if place == "code" else {"component": [{"code": code}]}
    raw = json.dumps(observation("x", HEMOGLOBIN, **said)).replace('"code": "HERE"', twice)
    found = record_of(with_entry(raw, observation()), wanted=OnlyKi67())
    assert (kinds(found), found.damaged) == (["repeated-key"], True)


def test_a_repeated_key_of_what_is_not_wanted_is_not_looked_for():
    raw = twice(observation("x", HEMOGLOBIN), "note", [])
    raw = raw.replace('"id"', '"note": 5, "id"')
    assert not record_of(with_entry(raw, observation()), wanted=OnlyKi67()).damaged


def test_a_repeated_key_of_another_patients_entry_is_not_ours():
    raw = twice(observation("x", subject={"reference": "Patient/q"}), "status", "final")
    found = record_of(with_entry(raw, observation()), subject="Patient/p")
    assert (found.damaged, found.unusable) == (False, {"other-patient": 1})


def test_bytes_that_are_no_text_inside_an_entry_are_damage():
    raw = json.dumps(observation("x", note="#")).encode().replace(b"#", b"\xff")
    data = with_entry("RAW", observation()).encode().replace(b"RAW", raw)
    found = record_of(data)
    assert keys(found) == ["Patient/p", "Observation/o"]
    assert (kinds(found), found.damaged) == (["not-json"], True)


def test_damage_inside_a_contained_resource_is_damage():
    inner = {"resourceType": "Observation", "id": "i", "code": {"text": "a"}}
    found = record(observation(contained=[inner]))
    assert (kinds(found), found.damaged) == (["missing-status"], True)
    assert found.issues[0].location == "Bundle.entry[0].resource.contained[0]"


ENCOUNTER = resource("Encounter", "e", status="finished", contained=[condition("inner")])


def test_a_container_that_may_be_negated_leaves_the_record_open_for_what_it_contains():
    negated = {**ENCOUNTER, "modifierExtension": [{"url": "urn:not"}]}
    found = record(patient(), observation(), negated)
    assert (kinds(found), found.damaged) == (["modifier-extension"], True)
    assert not record(patient(), observation(), without(negated, "contained")).damaged
    assert not record(
        patient(), observation(), {**negated, "contained": [{"resourceType": []}]}
    ).damaged


@pytest.mark.parametrize("broken", [b'"\xff"', b"[" * 80 + b"]" * 80])
def test_a_container_of_an_unmapped_type_that_cannot_be_read_is_damage(broken):
    raw = json.dumps({**ENCOUNTER, "note": "#"}).encode().replace(b'"#"', broken)
    found = record_of(with_entry("RAW", observation()).encode().replace(b"RAW", raw))
    assert (keys(found)[-1], found.damaged) == ("Observation/o", True)


def test_an_entry_nobody_wants_that_contains_something_and_is_too_deep_is_damage():
    inner = {**condition("inner"), "verificationStatus": "#"}
    deep = "[" * 80 + "]" * 80
    raw = json.dumps(observation("x", HEMOGLOBIN, contained=[inner])).replace('"#"', deep)
    found = record_of(with_entry(raw, observation()), wanted=OnlyKi67())
    assert (kinds(found), found.damaged) == (["too-deep"], True)


def test_an_entry_that_lacks_the_code_of_a_component_and_is_too_deep_is_damage():
    deep = {"extension": "#"}
    raw = json.dumps(observation("x", HEMOGLOBIN, component=[deep]))
    raw = raw.replace('"#"', "[" * 80 + "]" * 80)
    found = record_of(with_entry(raw, observation()), wanted=OnlyKi67())
    assert (kinds(found), found.damaged) == (["too-deep"], True)


def test_a_contained_resource_without_type_is_damage():
    assert record(observation(contained=[{"id": "i"}])).damaged
    assert record(observation(contained=["i"])).damaged


@pytest.mark.parametrize("element", ["contained", "extension", "identifier", "meta", "link"])
@pytest.mark.parametrize("value", [5, "text", {"a": 1}, [5], [[]], [None], True, None])
def test_nothing_of_a_wrong_type_is_a_crash(element, value):
    for data in (observation("x"), condition("x"), patient("x"), PROCEDURE):
        found = record(patient(), observation(), {**data, element: value})
        assert "Observation/o" in keys(found)


@pytest.mark.parametrize("value", [5, "text", {"a": 1}, [5], [[]], [None], [{"a": 1}], True, None])
@pytest.mark.parametrize("element", ["link", "total", "type", "implicitRules", "meta", "vendor"])
def test_nothing_of_a_wrong_type_in_the_bundle_is_a_crash(element, value):
    assert "Observation/o" in keys(record_of({**bundle(observation()), element: value}))


@pytest.mark.parametrize("value", [5, "text", {"a": 1}, [5], [[]], [None], True, None])
@pytest.mark.parametrize("element", ["fullUrl", "search", "request", "response", "link", "id"])
def test_nothing_of_a_wrong_type_in_an_entry_is_a_crash(element, value):
    data = bundle(observation(), type="searchset")
    data["entry"][0][element] = value
    data["entry"].append({element: value})
    assert "Observation/o" in keys(record_of(data))
