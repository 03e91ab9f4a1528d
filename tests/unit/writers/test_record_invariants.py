"""The last look at a record: each invariant that fhir.resources passes over is held."""

import copy

import pytest
from tests.unit.writers.records_made import baseline, bundle

from nelm_fhir.errors import NotValid
from nelm_fhir.writers.patient_bundle.invariants import check_record


def broken(style, change):
    built = copy.deepcopy(bundle(baseline(), style))
    change(built)
    return built


def first(built, kind):
    return next(e["resource"] for e in built["entry"] if e["resource"]["resourceType"] == kind)


def put(kind, **elements):
    return lambda built: first(built, kind).update(elements)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (put("Observation", valueBoolean=True, dataAbsentReason={"text": "x"}), "obs-6"),
        (put("Observation", valueBoolean=True, component=[{"code": None}]), "obs-7"),
        (put("Condition", clinicalStatus=None), "ele-1"),
        (put("Condition", verificationStatus={"coding": [{"code": "entered-in-error"}]}), "con-5"),
        (put("Condition", abatementDateTime="2020"), "con-4"),
        (put("Observation", valueQuantity={"value": 1, "unit": "x", "code": "x"}), "qty-3"),
        (put("Procedure", reasonReference=[{"reference": "Condition/gone"}]), "is not there"),
        (lambda built: built["entry"].append(built["entry"][0]), "bdl-7"),
        (lambda built: built["entry"][0].update(request={"method": "POST"}), "bdl-3"),
        (lambda built: built.pop("total"), "bdl-1"),
        (lambda built: built["entry"][0].pop("search"), "bdl-2"),
    ],
)
def test_a_record_that_breaks_an_invariant_does_not_leave(change, rule):
    built = broken("plain", change)
    for one in built["entry"]:
        for part in one["resource"].get("component", ()):
            part["code"] = part["code"] or one["resource"]["code"]
    with pytest.raises(NotValid) as refused:
        check_record(built)
    assert rule in refused.value.message
