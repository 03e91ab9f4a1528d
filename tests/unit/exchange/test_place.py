"""Which strategy a server gets, how much one request carries, and what a refusal says."""

import pytest

from nelm_fhir.errors import WriteRefused
from nelm_fhir.exchange.capability import Capability
from nelm_fhir.exchange.writing.place import Way, place_of

BASE = "https://fhir.lakeside.example/r4"
BOTH = ("create", "update")


def server(
    *bundles: str, provenance: bool = False, conditional: bool = True, **types
) -> Capability:
    """A server that offers interactions with types, found by the parameters behind them."""
    resources = [
        {
            "type": kind,
            "interaction": [{"code": code} for code in offered],
            "searchParam": [{"name": name} for name in parameters],
            "conditionalCreate": conditional,
        }
        for kind, (offered, *parameters) in types.items()
    ]
    if provenance:
        resources.append({"type": "Provenance", "interaction": [{"code": "create"}]})
    rest = {"mode": "server", "resource": resources}
    rest["interaction"] = [{"code": code} for code in bundles]
    return Capability.of({"resourceType": "CapabilityStatement", "rest": [rest]})


PREFERRED = {
    "everything": (
        {"RiskAssessment": (BOTH,), "Observation": (BOTH,), "Basic": (BOTH,)},
        "risk-assessment",
    ),
    "RiskAssessment cannot be updated": (
        {"RiskAssessment": (("create",),), "Observation": (BOTH,)},
        "observation",
    ),
    "an EHR of the big two": (
        {"Observation": (BOTH, "identifier"), "DocumentReference": (BOTH,)},
        "observation",
    ),
    "documents only": (
        {"DocumentReference": (BOTH,), "Communication": (BOTH,)},
        "document-reference",
    ),
    "Basic, create only": ({"Basic": (("create",),), "Communication": (BOTH,)}, "basic"),
    "Observation cannot be found again": (
        {"Observation": (BOTH, "code"), "DocumentReference": (BOTH, "identifier")},
        "document-reference",
    ),
}


@pytest.mark.parametrize(("types", "name"), PREFERRED.values(), ids=PREFERRED)
def test_the_first_strategy_that_a_server_can_carry_is_taken(types, name):
    assert place_of(BASE, server(**types)).strategy.name == name


@pytest.mark.parametrize(
    "types", [{}, {"Communication": (BOTH,)}, {"RiskAssessment": (("read",),)}]
)
def test_messages_are_sent_only_if_chosen_and_else_nothing_fits(types):
    with pytest.raises(WriteRefused, match="none of the ways") as refused:
        place_of(BASE, server(**types))
    assert "--strategy communication" in refused.value.remedy


def test_messages_are_new_resources_each():
    place = place_of(BASE, server(Communication=(BOTH,)), "communication")
    assert not place.in_place


def test_a_basic_is_updated_where_that_is_offered():
    assert place_of(BASE, server(Basic=(BOTH,)), "basic").in_place
    assert not place_of(BASE, server(Basic=(("create",),)), "basic").in_place


LACKING = {
    "observation": "create of Observation, update of Observation",
    "risk-assessment": "update of RiskAssessment",
    "basic": "a search of Basic by identifier or patient",
}


@pytest.mark.parametrize(("name", "told"), LACKING.items())
def test_a_chosen_strategy_that_does_not_fit_is_refused_by_what_is_lacking(name, told):
    offered = server(RiskAssessment=(("create",),), Basic=(BOTH, "code"))
    with pytest.raises(WriteRefused, match=told):
        place_of(BASE, offered, name)


@pytest.mark.parametrize(
    ("bundles", "way"),
    [(("transaction", "batch"), Way.TRANSACTION), (("batch",), Way.BATCH), ((), Way.SINGLE)],
)
def test_a_request_carries_as_much_as_the_server_takes(bundles, way):
    assert place_of(BASE, server(*bundles, RiskAssessment=(BOTH,))).way is way


def test_what_guards_a_write_is_what_the_server_says_it_offers():
    place = place_of(BASE, server(RiskAssessment=(BOTH,), provenance=True))
    assert place.guarded
    assert place.provenance
    assert not place.named_provenance
    bare = place_of(BASE, server(RiskAssessment=(BOTH,), conditional=False))
    assert not bare.guarded
    assert not bare.provenance


def test_results_are_searched_by_patient_where_there_is_no_search_by_identifier():
    place = place_of(BASE, server(Observation=(BOTH, "subject", "code")))
    assert (place.searched_by, place.narrowed) == ("subject", True)
