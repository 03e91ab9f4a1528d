"""A changed result takes the place of the stored one and keeps what others added to that."""

import json
from dataclasses import replace
from typing import Any

import pytest
from tests.peers.judges import R4BModels
from tests.unit.writers.test_retraction import stored
from tests.unit.writers.written import carried_by, every_carrier, vignettes

from nelm_fhir.writers.amending import amended
from nelm_fhir.writers.checks import faults
from nelm_fhir.writers.datatypes import Json
from nelm_fhir.writers.fhir_json import fhir_json
from nelm_fhir.writers.strategies import STRATEGIES, Updates

UPDATED = [
    one.name for one in STRATEGIES.values() if one.sends and one.updates is not Updates.NEVER
]
BEFORE, AFTER = vignettes()["V03"], vignettes()["V01"]
PLACES = {"risk-assessment": "status", "observation": "status", "document-reference": "docStatus"}
each_name = pytest.mark.parametrize("name", UPDATED)


def pair(name: str, **more: Any) -> tuple[Json, Json]:
    """What was just built, and the earlier result as the server has it."""
    built = carried_by(STRATEGIES[name], AFTER)[1]
    return built, stored(carried_by(STRATEGIES[name], BEFORE)[1], **more)


def test_all_but_messages_are_updated() -> None:
    assert UPDATED == ["risk-assessment", "observation", "document-reference", "basic"]


@each_name
def test_all_that_is_said_is_new_under_the_id_of_the_server(name: str) -> None:
    built, earlier = pair(name)
    assert amended(built, earlier) == built | {"id": "4711"}


@each_name
def test_it_is_valid_whatever_it_replaces(name: str, r4b_models: R4BModels) -> None:
    results = list(every_carrier(name).values())
    for before in results:
        for after in results[:4]:
            one = amended(after[0], stored(before[0]))
            assert list(faults(one)) == []
            assert r4b_models.errors(fhir_json(one)) == []


@pytest.mark.parametrize("name", ["risk-assessment", "observation"])
def test_what_is_no_longer_said_is_gone(name: str) -> None:
    built, earlier = pair(name)
    alone = replace(AFTER.verdicts[1], criteria=(), deciding=(), missing=())
    (built,) = carried_by(STRATEGIES[name], replace(AFTER, verdicts=(alone,)))
    one = amended(built, earlier)
    assert not {"basis", "mitigation", "derivedFrom", "component"} & one.keys()


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("preliminary", "preliminary"),
        ("final", "amended"),
        ("amended", "amended"),
        ("entered-in-error", "preliminary"),
    ],
)
def test_a_result_that_people_had_confirmed_is_amended(name: str, was: str, becomes: str) -> None:
    built, earlier = pair(name)
    earlier[PLACES[name]] = was
    assert amended(built, earlier)[PLACES[name]] == becomes


@each_name
def test_what_others_added_stays(name: str, r4b_models: R4BModels) -> None:
    theirs: Json = {"url": "https://example.org/fhir/StructureDefinition/ward", "valueString": "7"}
    number = {"system": "https://example.org/documents", "value": "D-7"}
    label = {"system": "https://example.org/labels", "code": "R"}
    tag = {"system": "https://example.org/tags", "code": "seen"}
    built, earlier = pair(name, language="en")
    earlier["extension"].append(theirs)
    earlier["identifier"].append(number)
    earlier["meta"] |= {"security": [label], "tag": [*earlier["meta"]["tag"], tag]}
    one = amended(built, earlier)
    assert one["extension"] == [*built["extension"], theirs]
    assert one["identifier"] == [*built["identifier"], number]
    assert one["meta"] == {"security": [label], "tag": [*built["meta"]["tag"], tag]}
    assert one["language"] == "en"
    assert r4b_models.errors(fhir_json(one)) == []


def test_what_an_element_of_others_refers_to_stays_contained() -> None:
    built, earlier = pair("risk-assessment")
    request = {"resourceType": "ServiceRequest", "id": "asked"}
    forgotten = {"resourceType": "ServiceRequest", "id": "forgotten"}
    earlier["contained"] += [request, forgotten]
    earlier["basedOn"] = {"reference": "#asked"}
    one = amended(built, earlier)
    assert one["contained"] == [*built["contained"], request]
    assert one["basedOn"] == {"reference": "#asked"}


@pytest.mark.parametrize("name", ["risk-assessment", "observation"])
def test_what_people_noted_stays(name: str) -> None:
    note = {"time": "2026-06-03", "text": "Seen in the board of 3 June."}
    built, earlier = pair(name)
    earlier["note"].append(note)
    assert amended(built, earlier)["note"] == [*built["note"], note]


@each_name
def test_a_tag_of_ours_stands_once_whatever_display_the_server_gave_it(name: str) -> None:
    built, earlier = pair(name)
    for tag in earlier["meta"]["tag"]:
        tag["display"] = "as the server calls it"
    assert amended(built, earlier)["meta"] == built["meta"]


def test_a_document_still_replaces_the_one_of_an_earlier_day() -> None:
    strategy = STRATEGIES["document-reference"]
    earlier = stored(carried_by(strategy, BEFORE, "DocumentReference/1")[1])
    built = carried_by(strategy, AFTER)[1]
    assert amended(built, earlier)["relatesTo"] == earlier["relatesTo"]


def test_a_message_is_never_updated() -> None:
    one = carried_by(STRATEGIES["communication"], AFTER)[0]
    with pytest.raises(KeyError):
        amended(one, json.loads(fhir_json(one)))
