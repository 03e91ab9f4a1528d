"""What a CapabilityStatement offers; what it does not state, or states oddly, is not offered."""

import pytest

from nelm_fhir.exchange.capability import Capability

STATEMENT = {
    "resourceType": "CapabilityStatement",
    "fhirVersion": "4.0.1",
    "software": {"name": "Some server"},
    "implementation": {"url": "https://ehr.example/r4"},
    "rest": [
        {"mode": "client", "interaction": [{"code": "batch"}]},
        {
            "mode": "server",
            "interaction": [{"code": "transaction"}],
            "operation": [{"name": "export"}],
            "resource": [
                {
                    "type": "Patient",
                    "interaction": [{"code": "read"}, {"code": "search-type"}],
                    "operation": [{"name": "$everything"}],
                    "searchParam": [{"name": "identifier"}, {"name": "birthdate"}],
                },
                {
                    "type": "Group",
                    "operation": [
                        {"name": "x", "definition": "http://a/OperationDefinition/group-export|1"}
                    ],
                },
                {
                    "type": "RiskAssessment",
                    "interaction": [{"code": "create"}, {"code": "update"}],
                    "conditionalCreate": True,
                },
                {"type": "Basic", "interaction": [{"code": "create"}], "conditionalCreate": "yes"},
            ],
        },
    ],
}
OFFERED = Capability.of(STATEMENT)


def test_what_is_stated_is_offered():
    assert OFFERED.fhir_version == "4.0.1"
    assert OFFERED.software == "Some server"
    assert OFFERED.implementation_url == "https://ehr.example/r4"
    assert OFFERED.transaction
    assert OFFERED.everything
    assert OFFERED.export_system
    assert OFFERED.export_group
    assert OFFERED.can_search("Patient")
    assert OFFERED.search_params("Patient") == {"identifier", "birthdate"}
    assert OFFERED.can_create("RiskAssessment")
    assert OFFERED.can_update("RiskAssessment")
    assert OFFERED.conditional_create("RiskAssessment")


def test_what_is_not_stated_is_not_offered():
    assert not OFFERED.batch
    assert not OFFERED.export_patient
    assert not OFFERED.can_create("Patient")
    assert not OFFERED.can_update("Basic")
    assert not OFFERED.conditional_create("Basic")
    assert not OFFERED.can_search("Observation")
    assert OFFERED.search_params("Observation") == frozenset()


@pytest.mark.parametrize(
    "statement",
    [
        {},
        {"rest": "none"},
        {"rest": ["x", None, {}]},
        {"rest": [{"resource": {"type": "Patient"}, "interaction": [1]}]},
        {"rest": [{"resource": [{"type": ["Patient"], "interaction": [{"code": 1}]}]}]},
        {"software": [], "implementation": "x", "fhirVersion": 4},
    ],
)
def test_a_statement_of_an_odd_shape_offers_nothing(statement):
    found = Capability.of(statement)
    assert found.interactions <= {""}
    assert not found.everything
    assert not found.can_create("Patient")
    assert found.fhir_version == ""
