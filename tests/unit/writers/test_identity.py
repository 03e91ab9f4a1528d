"""Identity: the same patient, set, version and day are the same result; any other is another."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from tests.unit.writers.written import resource, vignettes

from nelm_fhir.assessment.result import Subject
from nelm_fhir.errors import NoPatient
from nelm_fhir.writers.identity import identity_key, patient_of, urn, uuid_of

DAY = date(2026, 3, 10)
KEY = identity_key("Patient/p", "optn", "2025.1", DAY)


def test_the_key_is_a_sha256_in_hexadecimal_digits() -> None:
    assert len(KEY) == 64
    assert set(KEY) <= set("0123456789abcdef")


def test_the_key_never_changes_between_releases() -> None:
    # servers find earlier results by it: a change of this value is a change of the contract
    assert KEY == "62cc8e5c51eae0d2dcdd1394aa108b00777827f6f98494870aaea1400d1fb90a"


@pytest.mark.parametrize(
    "other",
    [
        identity_key("Patient/q", "optn", "2025.1", DAY),
        identity_key("Patient/p", "esmo-2020", "2025.1", DAY),
        identity_key("Patient/p", "optn", "2025.2", DAY),
        identity_key("Patient/p", "optn", "2025.1", date(2026, 3, 11)),
        identity_key('Patient/p", "optn', "2025.1", "", DAY),
    ],
    ids=["patient", "set", "version", "day", "borders between the parts"],
)
def test_another_patient_set_version_or_day_is_another_key(other: str) -> None:
    assert other != KEY
    assert uuid_of(other) != uuid_of(KEY)


def test_new_data_and_new_rules_keep_the_identity() -> None:
    before = vignettes()["V01"]
    after = replace(before, input_digest="sha256:new", catalogue_digest="sha256:new")
    assert resource(before)["identifier"] == resource(after)["identifier"]
    assert resource(before)["id"] == resource(after)["id"]
    assert resource(before)["extension"] != resource(after)["extension"]


def test_a_new_version_of_the_patient_resource_keeps_the_identity() -> None:
    assert patient_of(Subject("Patient/p/_history/7")) == patient_of(Subject("Patient/p"))


def test_the_id_is_a_name_based_uuid_and_the_full_url_carries_it() -> None:
    assert UUID(uuid_of(KEY)).version == 5
    assert urn(uuid_of(KEY)) == f"urn:uuid:{uuid_of(KEY)}"


@pytest.mark.parametrize("reference", [None, "", "  "])
def test_without_a_patient_nothing_is_written_and_the_error_says_what_to_do(
    reference: str | None,
) -> None:
    with pytest.raises(NoPatient, match=r"--subject Patient/ID"):
        resource(replace(vignettes()["V01"], subject=Subject(reference)))
