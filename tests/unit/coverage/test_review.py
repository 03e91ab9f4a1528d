"""What loads and will not do what it seems to: each warning with its place and what to do."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.coverage.made import ANSWER, ELEMENT, EXAMPLE, LOCAL, catalogue
from tests.unit.knowledge_copies import OVERLAY_HEAD, overlay, overlay_faults

from nelm_fhir.core.canonical import BASE
from nelm_fhir.core.codes import Code
from nelm_fhir.coverage.remedies import remedy
from nelm_fhir.coverage.review import Doubt, doubts
from nelm_fhir.knowledge.files import overlay_files

VALUE_SET = f"{BASE}/ValueSet"


def concept_map(
    target: str, *targets: dict[str, str], canonical: str | None = None
) -> dict[str, Any]:
    limit = {"targetCanonical": canonical} if canonical else {}
    element = {"code": "X", "target": list(targets)}
    group = {"source": LOCAL, "target": target, "element": [element]}
    return {"resourceType": "ConceptMap", "status": "draft", **limit, "group": [group]}


def found(seen: frozenset[Code] | None = None, **maps: dict[str, Any]) -> list[Doubt]:
    files = {f"{name}.json": json.dumps(resource).encode() for name, resource in maps.items()}
    return list(doubts("ward", files, catalogue(), seen))


MAPPED = {"code": "scan", "equivalence": "equivalent"}


def test_a_map_that_is_filled_in_is_in_no_doubt():
    assert found(m=concept_map(ELEMENT, MAPPED)) == []


@pytest.mark.parametrize(
    "target",
    [
        [],
        [{"equivalence": "unmatched"}],
        [{"equivalence": "disjoint", "code": "scan"}],
        [{"equivalence": "equivalent"}],
    ],
)
def test_a_code_without_target_is_told(target: list[dict[str, str]]):
    (doubt,) = found(m=concept_map(ELEMENT, *target))
    assert str(doubt) == f"ward/m.json: {LOCAL}|X: has no target yet"
    assert doubt.remedy.startswith("Fill in code and equivalence")


@pytest.mark.parametrize("name", ["attested-element", "attested-component"])
def test_a_map_that_aims_at_a_whole_list_is_told(name: str):
    (doubt,) = found(m=concept_map(ELEMENT, MAPPED, canonical=f"{VALUE_SET}/{name}"))
    assert (doubt.key, "nothing matches" in doubt.what) == ("targetCanonical", True)


def test_answers_that_hold_under_every_question_are_told():
    answer = {"code": "negative", "equivalence": "equivalent"}
    (doubt,) = found(m=concept_map(ANSWER, answer))
    assert "hold under every question" in doubt.what
    limited = concept_map(ANSWER, answer, canonical=f"{VALUE_SET}/attested-scan")
    assert found(m=limited) == []


def test_a_code_that_no_record_has_is_told_against_a_report():
    resource = concept_map(ELEMENT, MAPPED)
    (doubt,) = found(frozenset({Code(LOCAL, "Y")}), m=resource)
    assert doubt.what == "is mapped and the report does not name it"
    assert found(frozenset({Code(LOCAL, "X")}), m=resource) == []


def test_a_map_to_a_whole_list_really_matches_nothing(tmp_path: Path):
    from nelm_fhir import pipeline

    text = json.dumps(concept_map(ELEMENT, MAPPED, canonical=f"{VALUE_SET}/attested-element"))
    codes = pipeline.load([overlay(tmp_path, overlay_toml=OVERLAY_HEAD, map_json=text)]).codes
    assert codes.hits(Code(LOCAL, "X")) == ()


def test_the_example_overlay_is_in_no_doubt():
    assert list(doubts(*overlay_files(EXAMPLE), catalogue())) == []


def test_broken_files_are_left_to_the_loader():
    assert found(m={"resourceType": "ConceptMap", "group": {}}, n={"resourceType": "Patient"}) == []


def fault_of(folder: Path, **content: str) -> str:
    return overlay_faults(overlay(folder, **{"overlay_toml": OVERLAY_HEAD, **content}))[0]


def as_map(*targets: dict[str, str], **more: str | None) -> str:
    return json.dumps({**concept_map(ELEMENT, *targets), **more})


@pytest.mark.parametrize(
    "content",
    [
        {"map_json": as_map({"code": "scann", "equivalence": "equivalent"})},
        {"map_json": as_map({"code": "scan", "equivalence": "same"})},
        {"map_json": as_map(MAPPED, targetCanonical=f"{VALUE_SET}/attested-no-such")},
        {"map_json": as_map(MAPPED, targetCanonical=f"{VALUE_SET}/attested-scan")},
        {"map_json": '{"resourceType": "ConceptMap", "group": [{"element": [{"code": "X"}]}]}'},
        {"map_json": "[1]"},
        {"map_json": '{"resourceType": "Patient"}'},
        {"values_json": '{"resourceType": "ValueSet", "compose": {"include": []}}'},
        {"notes_txt": "x"},
        {"answers_toml": '[scan]\nFrei = "positive"\nfrei = "negative"'},
        {"overlay_toml": OVERLAY_HEAD + 'weak_codes_off = ["http://x.example|1"]'},
    ],
)
def test_a_fault_that_does_not_say_what_to_do_has_a_remedy(tmp_path: Path, content: dict[str, str]):
    assert remedy(fault_of(tmp_path / "o", **content))


def test_a_fault_that_says_what_is_asked_for_needs_none(tmp_path: Path):
    fault = fault_of(tmp_path / "o", overlay_toml='name = "ward"')
    assert fault.endswith("version: is missing; it must be a text")
    assert remedy(fault) is None
