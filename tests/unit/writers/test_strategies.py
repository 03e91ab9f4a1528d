"""Which way to write fits a server, and what each one needs of it."""

import pytest
from tests.unit.writers.written import carried_by, vignettes, writing

from nelm_fhir.writers.strategies import BY_PREFERENCE, STRATEGIES, Interaction, fitting

# what the metadata of two vendors offer (interop.md section 6)
EPIC = {
    *(("Observation", "create"), ("Observation", "update")),
    *(("DocumentReference", "create"), ("DocumentReference", "update")),
    ("Communication", "create"),
}
ORACLE = {
    *(("Observation", "create"), ("Observation", "update")),
    *(("DocumentReference", "create"), ("DocumentReference", "update")),
    *(("Communication", "create"), ("Basic", "create"), ("Provenance", "create")),
}


def offering(*offered: tuple[str, str]):
    def asked(kind: str, interaction: Interaction) -> bool:
        return (kind, interaction) in offered

    return asked


def test_the_strategies_are_those_of_the_design() -> None:
    assert list(STRATEGIES) == [*BY_PREFERENCE, "bundle-file", "none"]
    assert all(name == one.name for name, one in STRATEGIES.items())


@pytest.mark.parametrize(
    ("name", "needs", "provenance"),
    [
        ("risk-assessment", {"create", "update"}, True),
        ("observation", {"create", "update"}, True),
        ("document-reference", {"create", "update"}, True),
        ("communication", {"create"}, True),
        ("basic", {"create"}, True),
        ("bundle-file", set(), True),
        ("none", set(), False),
    ],
)
def test_each_needs_of_a_server_what_it_does_there(
    name: str, needs: set[str], provenance: bool
) -> None:
    assert STRATEGIES[name].needs == needs
    assert STRATEGIES[name].provenance is provenance


def test_a_server_that_takes_risk_assessments_gets_them() -> None:
    found = fitting(lambda kind, interaction: True)
    assert found is STRATEGIES["risk-assessment"]


@pytest.mark.parametrize("offered", [EPIC, ORACLE], ids=["epic", "oracle"])
def test_an_ehr_that_takes_none_gets_observations(offered: set[tuple[str, str]]) -> None:
    assert fitting(offering(*offered)) is STRATEGIES["observation"]


def test_what_can_be_created_only_is_the_last_choice() -> None:
    created = [(kind, "create") for kind in ("RiskAssessment", "Communication", "Basic")]
    assert fitting(offering(*created)) is STRATEGIES["communication"]
    assert fitting(offering(("Basic", "create"))) is STRATEGIES["basic"]


def test_where_nothing_fits_there_is_no_strategy() -> None:
    assert fitting(offering(("Observation", "create"), ("Basic", "update"))) is None


def test_whether_a_changed_result_is_an_update_depends_on_the_server_for_a_basic_only() -> None:
    all_offered, nothing = (lambda *_: True), (lambda *_: False)
    for name, (there, elsewhere) in {
        "risk-assessment": (True, True),
        "observation": (True, True),
        "document-reference": (True, True),
        "communication": (False, False),
        "basic": (True, False),
    }.items():
        assert STRATEGIES[name].in_place(all_offered) is there
        assert STRATEGIES[name].in_place(nothing) is elsewhere


def test_a_file_holds_the_risk_assessments_and_goes_nowhere() -> None:
    file, server = STRATEGIES["bundle-file"], STRATEGIES["risk-assessment"]
    assert (file.sends, server.sends) == (False, True)
    assert carried_by(file, vignettes()["V01"]) == carried_by(server, vignettes()["V01"])


def test_none_writes_nothing() -> None:
    assert STRATEGIES["none"].write is None
    assert STRATEGIES["none"].resource_type == ""


def test_unless_told_otherwise_results_are_not_test_data_and_are_updated() -> None:
    usual = writing(test_data=False)
    assert (usual.test_data, usual.create_only, usual.page) == (False, False, None)
