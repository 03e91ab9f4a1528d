"""A withdrawn result is entered in error and says nothing of the patient any more."""

import copy
import json
from base64 import b64decode
from typing import Any

import pytest
from tests.peers.judges import R4BModels
from tests.unit.writers.written import (
    NAMES,
    RECORDED,
    SENDING,
    carried_by,
    every_carrier,
    vignettes,
    voice,
    withdrawn,
)

from nelm_fhir.writers.basic import carried
from nelm_fhir.writers.canonicals import ASSESSMENT_RESOURCE
from nelm_fhir.writers.checks import faults
from nelm_fhir.writers.datatypes import Json
from nelm_fhir.writers.fhir_json import fhir_json
from nelm_fhir.writers.identity import guard
from nelm_fhir.writers.provenance import provenance_of_retraction
from nelm_fhir.writers.retraction import (
    Withdrawn,
    retracted,
    retraction_sentence,
    withdrawal,
)
from nelm_fhir.writers.strategies import STRATEGIES, Strategy

each_strategy = pytest.mark.parametrize("strategy", SENDING, ids=NAMES)
SENTENCE = withdrawn()
GONE = {
    "RiskAssessment": {"prediction", "mitigation"},
    "Observation": {"valueCodeableConcept", "component"},
    "DocumentReference": set(),
    "Communication": {"payload"},
    "Basic": set(),
}
WRITTEN_ANEW = {
    "meta",
    "text",
    "status",
    "docStatus",
    "note",
    "description",
    "content",
    "extension",
}


def stored(one: Json, **more: Any) -> Json:
    """The resource as a server has it: its own id and version, numbers read again."""
    read: Json = json.loads(fhir_json(one))
    meta = read["meta"] | {
        "versionId": "3",
        "lastUpdated": "2026-06-02T08:00:00.000+00:00",
        "source": "#4711",
    }
    return {**read, "id": "4711", "meta": meta, **more}


def everything(strategy: Strategy) -> list[Json]:
    """The results of every vignette, as a server has them."""
    return [stored(one) for each in every_carrier(strategy.name).values() for one in each]


def opened(resource: Json) -> str:
    """The resource as text, what it holds inside opened."""
    held = [b64decode(one["attachment"]["data"]) for one in resource.get("content", ())]
    inside = carried(resource) if resource["resourceType"] == "Basic" else None
    return " ".join([json.dumps(resource), *map(bytes.decode, held), json.dumps(inside)])


@each_strategy
def test_a_retraction_is_valid(strategy: Strategy, r4b_models: R4BModels) -> None:
    for one in everything(strategy):
        gone = retracted(one, SENTENCE)
        assert list(faults(gone)) == []
        assert r4b_models.errors(fhir_json(gone)) == []


@each_strategy
def test_no_verdict_no_status_and_no_criterion_is_left(strategy: Strategy) -> None:
    for one in everything(strategy):
        text = opened(retracted(one, SENTENCE))
        assert "CodeSystem/verdict" not in text
        assert "CodeSystem/criterion" not in text
        assert "The record " not in text
        assert "Deciding" not in text


@each_strategy
def test_it_is_entered_in_error_and_says_so_where_people_read(strategy: Strategy) -> None:
    gone = retracted(everything(strategy)[0], SENTENCE)
    resource = carried(gone) if gone["resourceType"] == "Basic" else gone
    assert resource is not None
    assert resource["status"] == "entered-in-error"
    assert SENTENCE in gone["text"]["div"]
    assert "Milan 2007" in gone["text"]["div"]
    assert "Test data." in gone["text"]["div"]


@each_strategy
def test_identity_patient_and_inputs_stay(strategy: Strategy) -> None:
    for one in everything(strategy):
        gone = retracted(one, SENTENCE)
        kind = one["resourceType"]
        kept = one.keys() - GONE[kind] - WRITTEN_ANEW
        assert {name: gone[name] for name in kept} == {name: one[name] for name in kept}
        assert not gone.keys() & GONE[kind]


@each_strategy
def test_what_the_server_sets_itself_is_not_sent_back(strategy: Strategy) -> None:
    gone = retracted(everything(strategy)[0], SENTENCE)
    assert gone["meta"].keys() == {"tag"}
    assert gone["id"] == "4711"


@each_strategy
def test_a_retracted_resource_is_retracted_to_itself(strategy: Strategy) -> None:
    once = retracted(everything(strategy)[0], SENTENCE)
    assert retracted(once, SENTENCE) == once


@each_strategy
def test_the_stored_resource_is_not_changed(strategy: Strategy) -> None:
    one = everything(strategy)[0]
    before = copy.deepcopy(one)
    retracted(one, SENTENCE)
    assert one == before


@pytest.mark.parametrize("name", ["risk-assessment", "observation", "communication"])
def test_what_people_noted_stays_and_our_notes_go(name: str) -> None:
    note = {"authorString": "Fictional coordinator", "text": "Seen in the board of 3 June."}
    one = everything(STRATEGIES[name])[0]
    gone = retracted(one | {"note": [*one["note"], note]}, SENTENCE)
    assert gone["note"] == [{"text": SENTENCE}, note]


@each_strategy
def test_what_the_site_added_stays(strategy: Strategy) -> None:
    theirs = {"url": "https://example.org/fhir/StructureDefinition/ward", "valueString": "7"}
    one = everything(strategy)[0]
    one["extension"].append(theirs)
    one["language"] = "en"
    one["meta"]["security"] = [{"system": "https://example.org/labels", "code": "R"}]
    gone = retracted(one, SENTENCE)
    assert theirs in gone["extension"]
    assert gone["language"] == "en"
    assert gone["meta"]["security"] == one["meta"]["security"]


def test_a_document_says_why_in_the_place_of_its_page() -> None:
    one = everything(STRATEGIES["document-reference"])[0]
    one["content"] = [{"attachment": {"contentType": "text/html", "url": "Binary/17"}}]
    gone = retracted(one, SENTENCE)
    (content,) = gone["content"]
    assert b64decode(content["attachment"]["data"]).decode() == SENTENCE
    assert gone["docStatus"] == "entered-in-error"
    assert gone["description"] == SENTENCE


@pytest.mark.parametrize("data", ["", "####", "bm8ganNvbg==", "W10=", None, 7])
def test_a_basic_whose_content_cannot_be_read_loses_it(data: object) -> None:
    one = everything(STRATEGIES["basic"])[0]
    for extension in one["extension"]:
        if extension["url"] == ASSESSMENT_RESOURCE:
            extension["valueAttachment"]["data"] = data
    gone = retracted(one, SENTENCE)
    assert ASSESSMENT_RESOURCE not in {each["url"] for each in gone["extension"]}
    assert SENTENCE in gone["text"]["div"]


@pytest.mark.parametrize("why", Withdrawn)
def test_every_reason_has_its_sentence(why: Withdrawn) -> None:
    sentence = retraction_sentence(why, voice())
    assert sentence.startswith("This result was withdrawn and must not be used: ")


@pytest.mark.parametrize("name", ["communication", "basic"])
def test_what_cannot_be_updated_is_withdrawn_by_a_new_resource(name: str) -> None:
    for each in list(vignettes().values())[:5]:
        for built in carried_by(STRATEGIES[name], each, create_only=True):
            one = stored(built, identifier=[{"system": "x", "value": "y"}, *built["identifier"]])
            told = withdrawal(one, SENTENCE)
            assert list(faults(told)) == []
            assert R4BModels().errors(fhir_json(told)) == []
            assert told["identifier"][0] == built["identifier"][0]
            assert guard(told) != guard(built)
            assert guard(told) == guard(withdrawal(one, SENTENCE))
            assert told["id"] != built["id"]
            assert "CodeSystem/verdict" not in opened(told)


def test_a_message_is_withdrawn_by_an_answer_to_it() -> None:
    told = withdrawal(everything(STRATEGIES["communication"])[0], SENTENCE)
    assert told["status"] == "completed"
    assert told["inResponseTo"] == [{"reference": "Communication/4711"}]
    assert told["payload"][0]["contentString"].endswith(SENTENCE)


@each_strategy
def test_the_provenance_of_a_retraction_names_what_was_there_and_why(strategy: Strategy) -> None:
    one = everything(strategy)[0]
    told = provenance_of_retraction([one], SENTENCE, "nelm-fhir 0.1.0", RECORDED)
    place = f"{one['resourceType']}/4711"
    assert told["target"] == [{"reference": place}]
    assert told["entity"] == [{"role": "revision", "what": {"reference": f"{place}/_history/3"}}]
    assert told["reason"] == [{"text": SENTENCE}]
    assert list(faults(told)) == []
    assert R4BModels().errors(fhir_json(told)) == []


def test_the_provenance_of_what_bears_no_version_names_the_resource() -> None:
    one = everything(STRATEGIES["observation"])[0]
    del one["meta"]["versionId"]
    told = provenance_of_retraction([one], SENTENCE, "nelm-fhir 0.1.0", RECORDED)
    assert told["entity"][0]["what"] == {"reference": "Observation/4711"}
