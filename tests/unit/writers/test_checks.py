"""Our own checks: each fault that fhir.resources passes over is found and named, without values."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from tests.unit.writers.written import (
    assessed,
    bundled,
    carried_by,
    cases,
    resource,
    resources,
    vignettes,
)

from nelm_fhir.core.canonical import BASE
from nelm_fhir.errors import NotValid
from nelm_fhir.writers.checks import check, faults
from nelm_fhir.writers.strategies import STRATEGIES

Change = Callable[[dict[str, Any]], object]
EXTENSION = {"url": f"{BASE}/StructureDefinition/basis"}
UCUM = {"unit": "%", "system": "http://unitsofmeasure.org", "code": "%"}


def prediction(**more: Any) -> Change:
    return lambda one: one["prediction"][1].update(more)


RESOURCE_FAULTS: list[tuple[str, Change, str]] = [
    ("no subject", lambda one: one.pop("subject"), "subject"),
    ("no narrative", lambda one: one.pop("text"), "text"),
    ("registered", lambda one: one.update(status="registered"), "status"),
    ("retracted with predictions", lambda one: one.update(status="entered-in-error"), "nelm-ra-1"),
    ("no predictions", lambda one: one.pop("prediction"), "nelm-ra-1"),
    ("not tagged", lambda one: one["meta"].update(tag=[]), "decision support"),
    ("a probability", prediction(probabilityDecimal=1), "ras-1"),
    ("a relative risk", prediction(relativeRisk=2), "ras-1"),
    ("no window", lambda one: one["prediction"][0].pop("whenPeriod"), "whenPeriod"),
    ("no verdict", lambda one: one["prediction"][0].pop("qualitativeRisk"), "qualitativeRisk"),
    (
        "window that ends first",
        prediction(whenPeriod={"start": "2026-02-01", "end": "2026-01-01"}),
        "per-1",
    ),
    ("empty element", lambda one: one.update(mitigation=""), "ele-1"),
    ("empty list", lambda one: one.update(basis=[]), "ele-1"),
    ("extension without value", lambda one: one["extension"].append({**EXTENSION}), "ext-1"),
    (
        "unit code without system",
        prediction(extension=[{**EXTENSION, "valueQuantity": {"unit": "%", "code": "%"}}]),
        "qty-3",
    ),
    (
        "no such sign",
        prediction(extension=[{**EXTENSION, "valueQuantity": {"comparator": "~", **UCUM}}]),
        "comparator",
    ),
    (
        "low above high",
        prediction(
            extension=[
                {**EXTENSION, "valueRange": {"low": {"value": 2}, "high": {"value": 1}}},
            ]
        ),
        "rng-2",
    ),
    ("coding without system", prediction(outcome={"coding": [{"code": "x"}]}), "coding"),
    (
        "script",
        lambda one: one["text"].update(div=one["text"]["div"].replace("<p>", "<script>")),
        "txt-1",
    ),
    ("narrative by hand", lambda one: one["text"].update(status="additional"), "generated"),
    ("nobody refers to the device", lambda one: one["performer"].update(reference="D/1"), "dom-3"),
    ("device is missing", lambda one: one.update(contained=[{"id": "x"}]), "ref-1"),
    ("contained in contained", lambda one: one["contained"][0].update(contained=[1]), "dom-2"),
    (
        "contained with version",
        lambda one: one["contained"][0].update(meta={"versionId": "1"}),
        "dom-4",
    ),
    ("other type", lambda one: one.update(resourceType="Condition"), "resourceType"),
]
TARGET_FAULTS: list[tuple[str, str, Change, str]] = [
    ("not tagged", "observation", lambda one: one["meta"].update(tag=[]), "decision support"),
    ("registered", "observation", lambda one: one.update(status="registered"), "status"),
    ("no identity", "observation", lambda one: one.pop("identifier"), "identifier"),
    (
        "retracted with a verdict",
        "observation",
        lambda one: one.update(status="entered-in-error"),
        "or retracted",
    ),
    ("no verdict", "observation", lambda one: one.pop("valueCodeableConcept"), "without verdict"),
    (
        "a value and none",
        "observation",
        lambda one: one["component"][0].update(dataAbsentReason={"text": "x"}),
        "obs-6",
    ),
    (
        "a component of its own code",
        "observation",
        lambda one: one["component"][0].update(code=one["code"]),
        "obs-7",
    ),
    ("no page", "document-reference", lambda one: one["content"][0].pop("attachment"), "no page"),
    (
        "half retracted",
        "document-reference",
        lambda one: one.update(status="entered-in-error"),
        "docStatus",
    ),
    ("nobody", "document-reference", lambda one: one.pop("author"), "author"),
    ("no message", "communication", lambda one: one.pop("payload"), "payload"),
    ("unsent", "communication", lambda one: one.update(status="preparation"), "status"),
    (
        "unreadable inside",
        "basic",
        lambda one: one["extension"][-1]["valueAttachment"].update(data="e30x"),
        "cannot be read",
    ),
]
BUNDLE_FAULTS: list[tuple[str, Change, str]] = [
    ("type", lambda one: one.update(type="message"), "Bundle.type"),
    ("twice", lambda one: one["entry"].append(one["entry"][0]), "bdl-7"),
    ("no request", lambda one: one["entry"][0].pop("request"), "bdl-3"),
    (
        "version",
        lambda one: one["entry"][0].update(fullUrl=f"{BASE}/RiskAssessment/r/_history/1"),
        "bdl-8",
    ),
    ("no name", lambda one: one["entry"][0].pop("fullUrl"), "bdl-8"),
    ("target gone", lambda one: one["entry"].pop(0), "not in it"),
    ("wrong entry", lambda one: one["entry"][0]["resource"].pop("code"), "code"),
    ("role", lambda one: one["entry"][-1]["resource"]["entity"][0].update(role="x"), "role"),
    ("nobody", lambda one: one["entry"][-1]["resource"]["agent"][0].pop("who"), "who"),
]


def test_what_is_made_from_worked_cases_of_every_set_passes() -> None:
    for case in cases()[::5]:  # a thousand cases; every fifth holds every verdict of every set
        for one in resources(assessed(case.record)):
            assert list(faults(one)) == [], case.id


def test_every_vignette_with_evidence_passes_in_both_bundles() -> None:
    for name, assessment in vignettes().items():
        for kind in ("transaction", "collection"):
            assert list(faults(bundled(assessment, kind))) == [], name


@pytest.mark.parametrize(
    ("change", "named"), [pytest.param(*case[1:], id=case[0]) for case in RESOURCE_FAULTS]
)
def test_a_broken_resource_never_leaves(change: Change, named: str) -> None:
    broken = copy.deepcopy(resource(vignettes()["V01"]))
    change(broken)
    with pytest.raises(NotValid) as refused:
        check(broken)
    assert named in str(refused.value)


@pytest.mark.parametrize(
    ("name", "change", "named"), [pytest.param(*case[1:], id=case[0]) for case in TARGET_FAULTS]
)
def test_a_broken_carrier_of_a_result_never_leaves(name: str, change: Change, named: str) -> None:
    broken = copy.deepcopy(carried_by(STRATEGIES[name], vignettes()["V01"])[1])
    change(broken)
    with pytest.raises(NotValid) as refused:
        check(broken)
    assert named in str(refused.value)


@pytest.mark.parametrize(
    ("change", "named"), [pytest.param(*case[1:], id=case[0]) for case in BUNDLE_FAULTS]
)
def test_a_broken_bundle_never_leaves(change: Change, named: str) -> None:
    broken = copy.deepcopy(bundled(vignettes()["V01"], "transaction"))
    change(broken)
    with pytest.raises(NotValid) as refused:
        check(broken)
    assert named in str(refused.value)


def test_an_outcome_without_severity_never_leaves() -> None:
    assert list(faults({"resourceType": "OperationOutcome", "issue": [{"code": "value"}]}))


def test_a_fault_names_place_and_rule_and_never_a_value() -> None:
    broken = copy.deepcopy(resource(vignettes()["V01"]))
    broken["status"] = broken["mitigation"] = "CANARY"
    broken["prediction"][1]["rationale"] = ""
    assert "CANARY" not in " ".join(faults(broken))


def test_a_good_resource_is_let_through_unchanged() -> None:
    good = resource(vignettes()["V01"])
    before = copy.deepcopy(good)
    check(good)
    assert good == before
