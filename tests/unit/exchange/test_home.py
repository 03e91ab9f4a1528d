"""Only type and id are taken from a reference, and only if it leads to the server asked."""

import pytest

from nelm_fhir.errors import NoPatient
from nelm_fhir.exchange.home import Home, is_name, patient_name

HOME = Home(("https://ehr.example/fhir/",))
INSIDE = HOME.with_base("http://inside:8080/r4/")


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("Observation/a", "Observation/a"),
        ("Observation/a/_history/3", "Observation/a"),
        ("https://ehr.example/fhir/Observation/a-1.B_c", "Observation/a-1.B_c"),
        ("https://ehr.example/fhir/Observation/a/_history/3", "Observation/a"),
        ("https://ehr.example/fhirs/Observation/a", None),
        ("https://ehr.example/Observation/a", None),
        ("http://ehr.example/fhir/Observation/a", None),
        ("https://ehr.example/fhir/x/Observation/a", None),
        ("https://ehr.example/fhir/", None),
        ("http://inside:8080/r4/Observation/a", None),
        ("Observation/.", None),
        ("Observation/..", None),
        ("Observation/a/b", None),
        ("Observation/", None),
        ("Observation", None),
        ("/Observation/a", None),
        ("Observation/a\n", None),
        ("Observation/ä", None),
        ("Observation/%2e%2e", None),
        ("urn:uuid:a", None),
        ("#a", None),
    ],
)
def test_a_reference_is_taken_apart(reference, name):
    assert HOME.name(reference) == name
    assert HOME.name(reference, HOME.bases[0]) == name


def test_a_relative_reference_belongs_to_the_server_its_resource_came_from():
    assert HOME.name("Observation/a", "https://other.example/fhir/") is None
    assert INSIDE.name("Observation/a", "http://inside:8080/r4/") == "Observation/a"


def test_a_server_has_the_addresses_that_were_learnt():
    assert INSIDE.name("http://inside:8080/r4/Observation/a") == "Observation/a"
    assert INSIDE.name("https://ehr.example/fhir/Observation/a") == "Observation/a"
    assert INSIDE.url("Observation/a") == "http://inside:8080/r4/Observation/a"
    assert HOME.url("Observation/a") == "https://ehr.example/fhir/Observation/a"
    assert HOME.with_base(None) == HOME.with_base(HOME.bases[0]) == HOME


def test_an_id_is_a_name_of_a_patient_or_refused_without_repeating_it():
    assert patient_name("x") == patient_name("Patient/x") == "Patient/x"
    assert is_name("Patient/" + "x" * 128)
    assert not is_name("Patient/" + "x" * 129)
    with pytest.raises(NoPatient) as refused:
        patient_name("Group/canary")
    assert "canary" not in str(refused.value)
