"""References: literal and by version where a server can follow them, else logical."""

import pytest

from nelm_fhir.core.evidence import Evidence
from nelm_fhir.writers.references import reference, sources, typed

URN = "urn:uuid:6f1d1f0c-2f6e-4b6e-9a51-0c5d6f3f2a10"


@pytest.mark.parametrize(
    ("key", "version", "literal"),
    [
        ("Observation/o", "2", "Observation/o/_history/2"),
        ("Observation/o", None, "Observation/o"),
        ("Observation/o", "not a version", "Observation/o"),
        ("Observation/o/_history/1", None, "Observation/o/_history/1"),
        (
            "https://ehr.example/fhir/Observation/o",
            "2",
            "https://ehr.example/fhir/Observation/o/_history/2",
        ),
        ("Observation/o#inside", "2", "Observation/o/_history/2"),
    ],
)
def test_what_a_server_can_follow_is_a_literal_reference(
    key: str, version: str | None, literal: str
) -> None:
    assert reference(key, version) == {"reference": literal}


def test_an_entry_without_id_is_named_by_identifier_since_it_is_not_in_our_bundle() -> None:
    assert reference(URN) == {"identifier": {"system": "urn:ietf:rfc:3986", "value": URN}}


@pytest.mark.parametrize("key", ["page 3 of the letter", "Observation/o o", "Finding/1", "#inside"])
def test_what_is_neither_is_shown_as_text(key: str) -> None:
    assert reference(key) == {"display": key}


def test_subject_and_condition_stand_without_version_and_say_their_type_where_it_is_hidden() -> (
    None
):
    assert typed("Patient/p/_history/3", "Patient") == {"reference": "Patient/p"}
    assert typed(URN, "Patient")["type"] == "Patient"


def test_each_source_stands_once_in_order() -> None:
    evidence = [
        Evidence("Observation/b", "Observation.value", "1"),
        Evidence("Observation/a", "Observation.value", "1"),
        Evidence("Observation/b", "Observation.component[0]", "1", text="other text"),
        Evidence("Observation/b", "Observation.value", "2"),
        Evidence("Observation/b#inside", "Observation.value", "2"),
    ]
    assert [one["reference"] for one in sources(evidence)] == [
        "Observation/b/_history/1",
        "Observation/a/_history/1",
        "Observation/b/_history/2",
    ]
