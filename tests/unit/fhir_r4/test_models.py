"""The door to fhir.resources: safe texts, never a value, never an exception of the library."""

from decimal import Decimal

import pytest
from tests.unit.fhir_r4.samples import condition, observation, patient

from nelm_fhir.fhir_r4.models import validate

CANARY = "Secretname"


def test_good_resources_have_no_faults():
    value = {"value": Decimal("8.50"), "unit": "%"}
    for data in (patient(), observation(valueQuantity=value), condition()):
        assert validate(data) == []


@pytest.mark.parametrize(
    ("data", "location"),
    [
        (observation(vendor=CANARY), "Observation.vendor"),
        (observation(status=None), "Observation.status"),
        (observation(effectiveDateTime=CANARY), "Observation.effectiveDateTime"),
        (observation(valueQuantity={"value": CANARY}), "Observation.valueQuantity.value"),
        (observation(valueString=CANARY), "Observation"),
        (observation(category=[{"coding": [{"code": [CANARY]}]}]), "Observation.category"),
        (observation(**{f"{CANARY} {CANARY}": 1}), "Observation.?"),
        (observation(contained=[{"resourceType": CANARY}]), "Observation"),
        ({"resourceType": CANARY}, CANARY),
        ({"resourceType": f"../{CANARY}"}, "resource"),
        ({"resourceType": [CANARY]}, "resource"),
        ({}, "resource"),
    ],
)
def test_a_fault_says_where_and_never_what(data, location):
    found = validate(data)
    assert found
    assert any(issue.location.startswith(location) for issue in found)
    assert all(CANARY not in issue.text for issue in found)


def test_endless_nesting_is_a_fault():
    extension = {"url": "a", "valueString": "x"}
    for _ in range(900):
        extension = {"url": "a", "extension": [extension]}
    assert [issue.type for issue in validate(observation(extension=[extension]))] == ["too-long"]


def test_the_resource_is_left_as_it_was():
    data = observation(valueQuantity={"value": Decimal("8.50"), "unit": "%"})
    before = repr(data)
    validate(data)
    assert repr(data) == before
