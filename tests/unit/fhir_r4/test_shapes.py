"""An element of another JSON type than FHIR has it is told: it is read as if it were not there."""

import pytest
from tests.unit.fhir_r4.samples import condition, keys, kinds, observation, patient, record


def told(resource):
    found = record(patient(), resource)
    assert not found.damaged
    return [issue.location for issue in found.issues if issue.kind == "wrong-shape"]


PLACE = "Bundle.entry[1].resource"


@pytest.mark.parametrize(
    ("element", "value", "place"),
    [
        ("effectiveDateTime", 20260504, "effectiveDateTime"),
        ("effectivePeriod", "2026", "effectivePeriod"),
        ("bodySite", "liver", "bodySite"),
        ("bodySite", ["liver"], "bodySite[0]"),
        ("component", [0], "component[0]"),
        ("component", [{"code": {"text": "a"}}, {"valueString": "b"}], "component[1]"),
        ("component", {"code": {}}, "component"),
        ("component", [{"code": {"text": "a"}, "bodySite": 5}], "component[0].bodySite"),
        ("focus", [{"reference": "Patient/p"}, "Patient/p"], "focus[1]"),
        ("method", 5, "method"),
        ("bodySite", {"coding": -1}, "bodySite.coding"),
        ("bodySite", [{"coding": ["liver"]}], "bodySite[0].coding[0]"),
        ("method", {"coding": [{}, {"code": 5}]}, "method.coding[1]"),
    ],
)
def test_an_element_of_another_json_type_is_named_by_its_place(element, value, place):
    assert told(observation(**{element: value})) == [f"{PLACE}.{place}"]


@pytest.mark.parametrize(
    "elements",
    [
        {"effectiveDateTime": None, "component": None, "bodySite": None},
        {"bodySite": {"text": "liver"}, "component": {"code": {"text": "a"}}},
        {"vendorElement": 5, "note": "x", "issued": 5, "text": 7},
    ],
)
def test_what_is_absent_what_can_be_read_and_what_nobody_reads_is_not_told(elements):
    assert told(observation(**elements)) == []


def test_one_contained_resource_without_a_list_is_read():
    held = record(patient(), observation(contained=condition("inner")))
    assert (keys(held)[-1], held.damaged) == ("Observation/o#inner", False)


@pytest.mark.parametrize("held", ["Condition", 5, True])
def test_something_contained_that_is_no_resource_is_damage(held):
    found = record(patient(), observation(contained=held))
    assert found.damaged
    assert "no-resource-type" in kinds(found)
