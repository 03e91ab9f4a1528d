"""Outside judges find no fault in anything we write, for every vignette of the rule book.

Each vignette gives seven results, carried by every resource that can carry one, their Provenance, a
transaction and a collection, and the retraction of each. What a server or a validator of others
would refuse must never leave, so zero errors are asked, our own profile included.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.peers.good_resources import ASSESSMENT_PROFILE
from tests.peers.judges import HapiValidator, Issue, MedplumValidator, R4BModels
from tests.unit.writers.written import (
    NAMES,
    RECORDED,
    SENDING,
    bundled,
    carried_by,
    vignettes,
    withdrawn,
)

from nelm_fhir.core.issues import Issue as DataIssue
from nelm_fhir.core.issues import Severity
from nelm_fhir.errors import NelmError, NoPatient, NotJson
from nelm_fhir.writers.bundle_kind import Kind
from nelm_fhir.writers.fhir_json import fhir_json
from nelm_fhir.writers.operation_outcome import error_outcome, operation_outcome
from nelm_fhir.writers.provenance import provenance_of_retraction
from nelm_fhir.writers.retraction import retracted, withdrawal
from nelm_fhir.writers.strategies import STRATEGIES, Strategy

KINDS: tuple[Kind, ...] = ("transaction", "collection")
DATA_ISSUE = DataIssue(
    Severity.WARNING,
    "unresolved-reference",
    "not-found",
    "Bundle.entry[12].resource.subject",
    "A reference leads nowhere.",
)
OUTCOMES = [
    operation_outcome(()),
    operation_outcome((DATA_ISSUE,)),
    *(error_outcome(kind("What is wrong.", "What to do.")) for kind in (NelmError, NotJson)),
    error_outcome(NoPatient("What is wrong.")),
]


OTHERS = [one for one in SENDING if one.resource_type != "RiskAssessment"]  # which Bundles hold
each_strategy = pytest.mark.parametrize("strategy", SENDING, ids=NAMES)
each_other = pytest.mark.parametrize("strategy", OTHERS, ids=[one.name for one in OTHERS])


def carriers(strategy: Strategy) -> Iterator[tuple[str, bytes]]:
    """What a strategy writes for every vignette."""
    for name, assessment in vignettes().items():
        for one in carried_by(strategy, assessment, earlier_of(strategy)):
            yield name, fhir_json(one)


def earlier_of(strategy: Strategy) -> str | None:
    """The reference of an earlier result, where a later one names it."""
    kind = strategy.resource_type
    return f"{kind}/1" if kind in {"DocumentReference", "Communication"} else None


def retractions(strategy: Strategy) -> Iterator[tuple[str, bytes]]:
    """The first result of every vignette withdrawn, with the Provenance of that."""
    for name, assessment in vignettes().items():
        stored = json.loads(fhir_json(carried_by(strategy, assessment, create_only=True)[0]))
        yield name, fhir_json(retracted(stored, withdrawn()))
        if not strategy.needs & {"update"}:
            yield name, fhir_json(withdrawal(stored, withdrawn()))
        told = provenance_of_retraction([stored], withdrawn(), assessment.program, RECORDED)
        yield name, fhir_json(told)


def of_our_profile(bundle: dict[str, Any]) -> dict[str, Any]:
    """The Bundle whose RiskAssessments claim our profile, so that the judge holds them to it."""
    claiming = json.loads(fhir_json(bundle))
    for entry in claiming["entry"]:
        if entry["resource"]["resourceType"] == "RiskAssessment":
            entry["resource"]["meta"]["profile"] = [ASSESSMENT_PROFILE]
    return claiming


def everything(kind: Kind) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, assessment in vignettes().items():
        yield name, bundled(assessment, kind)


def grave(issues: list[Issue]) -> list[str]:
    """Errors, and what is only a warning to the judge: a reference into the Bundle that fails."""
    unresolved = "Bundle_BUNDLE_Not_Local"
    return [str(issue) for issue in issues if issue.is_error or issue.id == unresolved]


@pytest.mark.parametrize("kind", KINDS)
def test_fhir_resources_finds_no_fault_in_any_vignette(kind: Kind, r4b_models: R4BModels) -> None:
    for name, bundle in everything(kind):
        assert r4b_models.errors(fhir_json(bundle)) == [], name


@pytest.mark.peer
@pytest.mark.parametrize("kind", KINDS)
def test_medplum_finds_no_fault_in_any_vignette(
    kind: Kind, medplum_validator: MedplumValidator
) -> None:
    for name, bundle in everything(kind):
        assert medplum_validator.errors(fhir_json(bundle)) == [], name


@pytest.mark.peer
def test_hapi_finds_no_fault_and_our_profile_holds_in_any_vignette(
    hapi_validator: HapiValidator,
) -> None:
    for name, bundle in everything("transaction"):
        assert grave(hapi_validator.issues(of_our_profile(bundle))) == [], name


@pytest.mark.peer
def test_hapi_holds_the_entries_of_a_bundle_to_our_profile(hapi_validator: HapiValidator) -> None:
    bundle = of_our_profile(bundled(vignettes()["V01"], "transaction"))
    del bundle["entry"][3]["resource"]["prediction"][0]["whenPeriod"]
    assert any("when" in error for error in hapi_validator.errors(bundle))


@pytest.mark.peer
def test_hapi_finds_no_fault_in_a_collection(hapi_validator: HapiValidator) -> None:
    bundle = bundled(vignettes()["V01"], "collection")
    assert grave(hapi_validator.issues(fhir_json(bundle))) == []


@pytest.mark.peer
def test_hapi_sees_a_provenance_whose_target_is_not_in_the_bundle(
    hapi_validator: HapiValidator,
) -> None:
    bundle = bundled(vignettes()["V01"], "transaction")
    del bundle["entry"][0]
    assert grave(hapi_validator.issues(fhir_json(bundle)))


@pytest.mark.peer
@pytest.mark.parametrize("number", range(len(OUTCOMES)))
def test_every_judge_accepts_an_operation_outcome(
    number: int,
    hapi_validator: HapiValidator,
    medplum_validator: MedplumValidator,
    r4b_models: R4BModels,
) -> None:
    for judge in (hapi_validator, medplum_validator, r4b_models):
        assert judge.errors(fhir_json(OUTCOMES[number])) == []


@pytest.mark.peer
@each_other
def test_hapi_finds_no_fault_in_any_carrier(
    strategy: Strategy, hapi_validator: HapiValidator
) -> None:
    for name, one in carriers(strategy):
        assert hapi_validator.errors(one) == [], name


@pytest.mark.peer
@each_other
def test_medplum_finds_no_fault_in_any_carrier(
    strategy: Strategy, medplum_validator: MedplumValidator
) -> None:
    for name, one in carriers(strategy):
        assert medplum_validator.errors(one) == [], name


@pytest.mark.peer
@each_strategy
def test_every_judge_accepts_a_retraction(
    strategy: Strategy,
    hapi_validator: HapiValidator,
    medplum_validator: MedplumValidator,
    r4b_models: R4BModels,
) -> None:
    for name, one in retractions(strategy):
        for judge in (hapi_validator, medplum_validator, r4b_models):
            assert judge.errors(one) == [], name


@pytest.mark.peer
def test_hapi_holds_a_retraction_to_our_profile(hapi_validator: HapiValidator) -> None:
    stored = carried_by(STRATEGIES["risk-assessment"], vignettes()["V01"])[0]
    gone = retracted(stored, withdrawn())
    assert hapi_validator.errors(fhir_json(gone), ASSESSMENT_PROFILE) == []
    gone["prediction"] = stored["prediction"]
    assert hapi_validator.errors(fhir_json(gone), ASSESSMENT_PROFILE)


@pytest.mark.peer
def test_hapi_sees_an_extension_where_it_may_not_stand(hapi_validator: HapiValidator) -> None:
    basic = json.loads(fhir_json(carried_by(STRATEGIES["basic"], vignettes()["V01"])[0]))
    message = json.loads(fhir_json(carried_by(STRATEGIES["communication"], vignettes()["V01"])[0]))
    message["extension"].append(basic["extension"][-1])
    assert hapi_validator.errors(message)
