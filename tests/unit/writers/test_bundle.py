"""Bundles: what a server takes as it stands, and the same for a file."""

from dataclasses import replace

import pytest
from tests.unit.writers.test_retraction import stored
from tests.unit.writers.written import (
    NAMES,
    RECORDED,
    SENDING,
    bundled,
    carried_by,
    catalogue,
    resource,
    vignettes,
    voice,
)

from nelm_fhir.assessment.result import Subject
from nelm_fhir.writers.amending import amended
from nelm_fhir.writers.bundle import bundle, bundle_of, creating, updating
from nelm_fhir.writers.checks import faults
from nelm_fhir.writers.fhir_json import fhir_json
from nelm_fhir.writers.identity import guard
from nelm_fhir.writers.provenance import provenance
from nelm_fhir.writers.strategies import Strategy

ASSESSMENT = vignettes()["V01"]


def test_seven_results_and_their_provenance() -> None:
    types = [e["resource"]["resourceType"] for e in bundled(ASSESSMENT, "collection")["entry"]]
    assert types == ["RiskAssessment"] * 7 + ["Provenance"]


def test_a_transaction_creates_a_result_only_where_its_identity_is_not_there_yet() -> None:
    for entry in bundled(ASSESSMENT, "transaction")["entry"][:-1]:
        (identifier,) = entry["resource"]["identifier"]
        assert entry["request"] == {
            "method": "POST",
            "url": "RiskAssessment",
            "ifNoneExist": f"identifier={identifier['system']}|{identifier['value']}",
        }


def test_a_collection_requests_nothing_and_holds_the_same_resources() -> None:
    collection, transaction = (bundled(ASSESSMENT, kind) for kind in ("collection", "transaction"))
    assert not any("request" in entry for entry in collection["entry"])
    assert [e["resource"] for e in collection["entry"]] == [
        e["resource"] for e in transaction["entry"]
    ]


def test_every_reference_into_the_bundle_has_its_entry() -> None:
    patient_in_a_bundle = replace(ASSESSMENT, subject=Subject("urn:uuid:" + "0" * 8, None, None))
    for assessment in (*vignettes().values(), patient_in_a_bundle):
        assert list(faults(bundled(assessment, "transaction"))) == []


def test_the_bundle_of_test_data_is_tagged_as_test_data() -> None:
    for test_data in (True, False):
        tags = bundled(ASSESSMENT, "collection", test_data=test_data)["meta"]["tag"]
        assert ("HTEST" in [tag["code"] for tag in tags]) is test_data


def test_the_same_assessment_and_moment_give_the_same_bytes() -> None:
    once, again = (fhir_json(bundled(ASSESSMENT, "transaction")) for _ in range(2))
    assert once == again


@pytest.mark.parametrize("strategy", SENDING, ids=NAMES)
@pytest.mark.parametrize("create_only", [False, True])
def test_results_of_every_strategy_go_into_a_transaction(
    strategy: Strategy, create_only: bool
) -> None:
    written = carried_by(strategy, ASSESSMENT, create_only=create_only)
    entries = [creating(one) for one in (*written, provenance(written, ASSESSMENT, RECORDED))]
    whole = bundle_of(entries, "transaction", RECORDED)
    assert list(faults(whole)) == []
    for entry, one in zip(whole["entry"], written, strict=False):
        system, value = guard(one) or ("", "")
        assert entry["request"]["ifNoneExist"] == f"identifier={system}|{value}"
        assert entry["request"]["url"] == strategy.resource_type


def test_the_provenance_of_a_bundle_is_found_again_by_its_tag() -> None:
    once, again, later = (
        bundle(
            ASSESSMENT,
            "transaction",
            recorded,
            valid_months=catalogue().definitions.freshness.imaging_months,
            voice=voice(),
        )["entry"][-1]
        for recorded in (RECORDED, RECORDED, RECORDED.replace(year=2027))
    )
    *_, tag = once["resource"]["meta"]["tag"]
    assert once["request"]["ifNoneExist"] == f"_tag={tag['system']}|{tag['code']}"
    assert once["request"] == again["request"] != later["request"]


def test_what_bears_no_identity_is_created_without_a_condition() -> None:
    entry = creating(provenance([resource(ASSESSMENT)], ASSESSMENT, RECORDED))
    assert entry["request"] == {"method": "POST", "url": "Provenance"}


def test_an_update_asks_for_the_version_that_was_read() -> None:
    changed = amended(resource(ASSESSMENT), stored(resource(vignettes()["V03"])))
    entry = updating(changed, "3", "https://example.org/fhir")
    assert entry["request"] == {
        "method": "PUT",
        "url": "RiskAssessment/4711",
        "ifMatch": 'W/"3"',
    }
    assert entry["fullUrl"] == "https://example.org/fhir/RiskAssessment/4711"
    assert list(faults(bundle_of([entry], "transaction", RECORDED))) == []
