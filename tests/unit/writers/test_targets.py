"""Every resource that can carry a result says what the RiskAssessment says, and is valid."""

import json
import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace

import pytest
from msgspec import structs
from tests.peers.judges import R4BModels
from tests.unit.writers.test_risk_assessment import NEVER
from tests.unit.writers.written import (
    HOSTILE,
    NAMES,
    SENDING,
    carried_by,
    catalogue,
    every_carrier,
    vignettes,
)

from nelm_fhir.assessment.result import Assessment, SetVerdict, Subject
from nelm_fhir.core.codes import Code, Coding
from nelm_fhir.errors import NoPatient
from nelm_fhir.fhir_r4.models import refuse_built
from nelm_fhir.report.markdown import markdown
from nelm_fhir.writers.basic import carried
from nelm_fhir.writers.checks import faults
from nelm_fhir.writers.datatypes import Json
from nelm_fhir.writers.document_reference import Page
from nelm_fhir.writers.fhir_json import fhir_json
from nelm_fhir.writers.identity import guard
from nelm_fhir.writers.strategies import STRATEGIES, Strategy

ASSESSMENT = vignettes()["V01"]
EDITION = "https://nelm-fhir.example/fhir/assessment-edition"
each_strategy = pytest.mark.parametrize("strategy", SENDING, ids=NAMES)


def pairs(name: str) -> Iterator[tuple[Json, Json, SetVerdict]]:
    """Of every vignette and set: the resource of a strategy, the RiskAssessment, the verdict."""
    for key, assessment in vignettes().items():
        carriers, others = every_carrier(name)[key], every_carrier("risk-assessment")[key]
        yield from zip(carriers, others, assessment.verdicts, strict=True)


def codes(concept: Json) -> dict[str, str]:
    return {one["system"].rpartition("/")[2]: one["code"] for one in concept["coding"]}


def tags(resource: Json) -> set[str]:
    return {tag["code"] for tag in resource["meta"]["tag"]}


@each_strategy
def test_it_is_valid_for_every_vignette(strategy: Strategy, r4b_models: R4BModels) -> None:
    for name, carriers in every_carrier(strategy.name).items():
        for one in carriers:
            assert list(faults(one)) == [], name
            assert r4b_models.errors(fhir_json(one)) == [], name
            refuse_built({"entry": [{"resource": one}]})


@each_strategy
def test_it_bears_the_identity_the_digests_and_the_patient_of_the_result(
    strategy: Strategy,
) -> None:
    for one, other, _ in pairs(strategy.name):
        assert one["resourceType"] == strategy.resource_type
        assert one["identifier"][0] == other["identifier"][0]
        assert one["extension"][:2] == other["extension"]
        assert (one["subject"], one["text"]) == (other["subject"], other["text"])


@each_strategy
def test_it_is_tagged_as_decision_support_and_as_test_data_where_it_is_that(
    strategy: Strategy,
) -> None:
    for test_data in (True, False):
        one = carried_by(strategy, ASSESSMENT, test_data=test_data)[0]
        assert tags(one) == {"decision-support"} | ({"HTEST"} if test_data else set())


@each_strategy
def test_the_same_assessment_gives_the_same_bytes(strategy: Strategy) -> None:
    once, again = (list(map(fhir_json, carried_by(strategy, ASSESSMENT))) for _ in range(2))
    assert once == again


@each_strategy
def test_without_a_patient_nothing_is_built(strategy: Strategy) -> None:
    with pytest.raises(NoPatient):
        carried_by(strategy, replace(ASSESSMENT, subject=Subject()))


@each_strategy
def test_text_of_the_record_never_becomes_markup(strategy: Strategy) -> None:
    hostile = replace(ASSESSMENT.verdicts[1], title=HOSTILE, deciding=(HOSTILE,), citation=HOSTILE)
    (one,) = carried_by(strategy, replace(ASSESSMENT, verdicts=(hostile,)))
    assert list(faults(one)) == []
    assert "&lt;script&gt;" in one["text"]["div"]
    assert not re.search(r"<(?!/?(p|ul|li|div)\b)", one["text"]["div"])
    assert not any("<script" in note["text"] for note in one.get("note", ()))


@each_strategy
def test_it_never_says_what_should_be_done_with_the_patient(strategy: Strategy) -> None:
    for one, _, _ in pairs(strategy.name):
        assert NEVER.findall(readable(one)) == []


@each_strategy
def test_no_published_figure_stands_in_it(strategy: Strategy) -> None:
    for one, _, _ in pairs(strategy.name):
        assert "survival" not in readable(one)


def readable(resource: Json) -> str:
    """The resource as text, what it holds inside opened."""
    held = [one["attachment"]["data"] for one in resource.get("content", ())]
    inside = carried(resource) if resource["resourceType"] == "Basic" else None
    opened = [b64decode(data).decode() for data in held]
    return " ".join([fhir_json(resource).decode(), *opened, json.dumps(inside)])


def test_an_observation_has_the_verdict_as_its_value_and_each_criterion_as_a_component() -> None:
    for one, other, _ in pairs("observation"):
        overall, *each = other["prediction"]
        assert codes(one["valueCodeableConcept"]) == codes(overall["qualitativeRisk"])
        assert one["valueCodeableConcept"]["text"] == overall["rationale"]
        for component, prediction in zip(one["component"], each, strict=True):
            assert component["code"] == prediction["outcome"]
            assert component.get("extension") == prediction.get("extension")
            said = component.get("valueCodeableConcept") or component["dataAbsentReason"]
            assert said["text"] == prediction["rationale"]


def test_an_unknown_criterion_has_no_value_but_the_reason() -> None:
    seen = set()
    for one, _, verdict in pairs("observation"):
        for component, result in zip(one["component"], verdict.criteria, strict=True):
            if str(result.status) == "unknown":
                assert "valueCodeableConcept" not in component
                told = codes(component["dataAbsentReason"])
                assert told == {"data-absent-reason": "unknown", "reason": result.reason}
                seen.add(result.reason)
            else:
                assert codes(component["valueCodeableConcept"]) == {"verdict": str(result.status)}
                assert "dataAbsentReason" not in component
    assert len(seen) > 3


def test_an_observation_says_what_is_missing_and_every_note_of_the_result() -> None:
    for one, other, _ in pairs("observation"):
        told = [note["text"] for note in one["note"]]
        assert [note["text"] for note in other["note"]] == [
            text for text in told if text in {note["text"] for note in other["note"]}
        ]
        assert len(told) == len(other["note"]) + ("mitigation" in other)


def test_every_input_of_an_observation_stands_where_r4_lets_it_stand() -> None:
    several = {
        *("Observation/a", "ImagingStudy/b", "DocumentReference/c", "QuestionnaireResponse/d"),
        *("https://example.org/fhir/Media/e", "MolecularSequence/f"),
    }
    others = {"Procedure/a", "Condition/b", "DiagnosticReport/c", "https://example.org/fhir/List/d"}
    verdict = ASSESSMENT.verdicts[0]
    evidence = next(item for result in verdict.criteria for item in result.evidence)
    used = tuple(evidence._replace(resource=key, version="7") for key in sorted(several | others))
    criterion = structs.replace(verdict.criteria[0], evidence=used)
    (one,) = carried_by(
        STRATEGIES["observation"],
        replace(ASSESSMENT, verdicts=(replace(verdict, criteria=(criterion,)),)),
    )
    assert {ref["reference"] for ref in one["derivedFrom"]} == {f"{k}/_history/7" for k in several}
    extended = {ext["valueReference"]["reference"] for ext in one["extension"][2:]}
    assert extended == {f"{key}/_history/7" for key in others}


def test_all_inputs_of_the_result_stand_in_every_carrier() -> None:
    places = {
        "observation": lambda one: [
            *one.get("derivedFrom", ()),
            *(ext["valueReference"] for ext in one["extension"][2:]),
        ],
        "document-reference": lambda one: one["context"].get("related", []),
        "communication": lambda one: one.get("about", []),
        "basic": lambda one: [
            ext["valueReference"] for ext in one["extension"] if "valueReference" in ext
        ],
    }
    for name, found in places.items():
        for one, other, _ in pairs(name):
            assert sorted(map(str, found(one))) == sorted(map(str, other.get("basis", ())))


def test_every_carrier_names_the_criteria_set_with_its_version() -> None:
    places = {
        "observation": lambda one: one["method"],
        "document-reference": lambda one: one["context"]["event"][0],
        "communication": lambda one: one["topic"],
        "basic": lambda one: carried(one)["method"],
    }
    for name, found in places.items():
        for one, _, verdict in pairs(name):
            named = {(c["code"], c.get("version")) for c in found(one)["coding"]}
            assert (verdict.set, verdict.version) in named


def test_the_as_of_date_stands_in_an_element_wherever_the_type_has_one() -> None:
    day = ASSESSMENT.as_of.isoformat()
    (observation, document) = (
        carried_by(STRATEGIES[name], ASSESSMENT)[0]
        for name in ("observation", "document-reference")
    )
    assert observation["effectiveDateTime"] == day
    assert document["context"]["period"] == {"start": day, "end": day}


def test_a_site_chooses_the_category_of_observations_and_the_type_of_documents() -> None:
    theirs = Coding(Code("http://loinc.org", "11488-4"), "Consult note")
    observation = carried_by(STRATEGIES["observation"], ASSESSMENT, category=theirs)[0]
    assert codes(observation["category"][0]) == {"loinc.org": "11488-4"}
    document = carried_by(STRATEGIES["document-reference"], ASSESSMENT, document_type=theirs)[0]
    assert codes(document["type"]) == {"loinc.org": "11488-4", "assessment": "lt-criteria-nelm"}
    usual = carried_by(STRATEGIES["observation"], ASSESSMENT)[0]
    assert codes(usual["category"][0]) == {"observation-category": "survey"}


def test_a_document_holds_the_page_that_was_rendered_of_its_result() -> None:
    def page(assessment: Assessment, verdict: SetVerdict) -> Page:
        alone = replace(assessment, verdicts=(verdict,))
        return Page(markdown(alone, catalogue()).encode(), "text/markdown")

    for one, verdict in zip(
        carried_by(STRATEGIES["document-reference"], ASSESSMENT, page=page),
        ASSESSMENT.verdicts,
        strict=True,
    ):
        held = one["content"][0]["attachment"]
        content = b64decode(held["data"])
        assert (held["contentType"], held["size"]) == ("text/markdown", len(content))
        assert f"## {verdict.title}" in content.decode()
        assert list(faults(one)) == []


def test_a_document_without_a_page_holds_the_result_as_fhir() -> None:
    for one, other, _ in pairs("document-reference"):
        held = one["content"][0]["attachment"]
        assert held["contentType"] == "application/fhir+json"
        assert b64decode(held["data"]) == fhir_json(other)


def test_a_basic_carries_the_whole_risk_assessment() -> None:
    for one, other, _ in pairs("basic"):
        assert carried(one) == json.loads(fhir_json(other))


def test_a_message_says_in_plain_text_all_that_the_narrative_says() -> None:
    for one, _, _ in pairs("communication"):
        (payload,) = one["payload"]
        narrative = re.sub(r"<[^>]*>", " ", one["text"]["div"])
        for escape, char in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
            narrative = narrative.replace(escape, char)
        said = payload["contentString"].replace("\n- ", "\n")
        assert said.split() == narrative.split()


def test_a_later_document_replaces_and_a_later_message_answers_the_earlier_one() -> None:
    document = carried_by(STRATEGIES["document-reference"], ASSESSMENT, "DocumentReference/1")[0]
    assert document["relatesTo"] == [
        {"code": "replaces", "target": {"reference": "DocumentReference/1"}}
    ]
    message = carried_by(STRATEGIES["communication"], ASSESSMENT, "Communication/1/_history/1")[0]
    assert message["inResponseTo"] == [{"reference": "Communication/1/_history/1"}]
    first = carried_by(STRATEGIES["communication"], ASSESSMENT)[0]
    assert "inResponseTo" not in first


@pytest.mark.parametrize(("name", "create_only"), [("communication", False), ("basic", True)])
@pytest.mark.parametrize("changed", ["input_digest", "catalogue_digest"])
def test_where_nothing_is_updated_a_changed_result_is_another_resource_of_the_same_identity(
    name: str, create_only: bool, changed: str
) -> None:
    strategy = STRATEGIES[name]
    other = replace(ASSESSMENT, **{changed: "sha256:0"})
    first, again, second = (
        carried_by(strategy, one, create_only=create_only)[0]
        for one in (ASSESSMENT, ASSESSMENT, other)
    )
    assert first["identifier"][0] == second["identifier"][0]
    assert guard(first) == guard(again) != guard(second)
    assert guard(first)[0] == EDITION
    assert first["id"] == again["id"] != second["id"]


@pytest.mark.parametrize("name", ["risk-assessment", "observation", "document-reference", "basic"])
def test_where_results_are_updated_the_identity_alone_guards_a_create(name: str) -> None:
    other = replace(ASSESSMENT, input_digest="sha256:0")
    first, second = (carried_by(STRATEGIES[name], one)[0] for one in (ASSESSMENT, other))
    assert guard(first) == guard(second)
    assert guard(first)[1] == first["identifier"][0]["value"]
