"""Bundles: what a server takes as it stands, and the same for a file."""

from dataclasses import replace

from tests.unit.writers.written import bundled, vignettes

from nelm_fhir.assessment.result import Subject
from nelm_fhir.writers.checks import faults
from nelm_fhir.writers.fhir_json import fhir_json

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
