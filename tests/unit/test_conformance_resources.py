"""Our CodeSystems, ValueSets and StructureDefinitions say what the rules say, and hang together.

The codes are compared with the tables written out in attested_tables.py and with the criteria
files; every canonical of ours that a resource names must be shipped; outside judges find no fault.
"""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.peers.judges import CONFORMANCE, HapiValidator, MedplumValidator, R4BModels
from tests.unit import board_form
from tests.unit.attested_tables import COMPONENT_TYPES, ELEMENTS, FURTHER_WORDS, WORDS
from tests.unit.criteria_codes import MAPPINGS, derived

from nelm_fhir.core.canonical import BASE
from nelm_fhir.core.logic import Status
from nelm_fhir.core.unknown import NotApplicable, Reason

KINDS = ("CodeSystem", "ValueSet", "StructureDefinition", "Questionnaire")
FILES = sorted(file for kind in KINDS for file in CONFORMANCE.glob(f"{kind}-*.json"))
RESOURCES: dict[str, dict[str, Any]] = {
    file.stem: json.loads(file.read_text(encoding="utf-8")) for file in FILES
}
SYSTEMS = {
    one["url"]: {concept["code"]: concept for concept in one["concept"]}
    for one in RESOURCES.values()
    if one["resourceType"] == "CodeSystem"
}

each_file = pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
each_resource = pytest.mark.parametrize("resource", RESOURCES.values(), ids=list(RESOURCES))


def codes(system: str) -> dict[str, Any]:
    return SYSTEMS[f"{BASE}/CodeSystem/{system}"]


def properties(concept: dict[str, Any], name: str) -> set[str]:
    """The values of one property of a concept."""
    values = ({**one} for one in concept["property"] if one["code"] == name)
    return {one[key] for one in values for key in one if key.startswith("value")}


def listed(value_set: str) -> list[str]:
    (include,) = RESOURCES[f"ValueSet-{value_set}"]["compose"]["include"]
    return [concept["code"] for concept in include["concept"]]


def strings(tree: object) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, dict | list):
        for branch in tree.values() if isinstance(tree, dict) else tree:
            yield from strings(branch)


@each_file
def test_the_file_is_named_as_its_resource(file: Path) -> None:
    resource = RESOURCES[file.stem]
    assert file.stem == f"{resource['resourceType']}-{resource['id']}"
    path = "tag" if file.stem == "CodeSystem-tag" else file.stem.replace("-", "/", 1)
    assert resource["url"] == f"{BASE}/{path}"


@each_resource
def test_the_resource_says_what_it_is_and_that_it_is_a_draft(resource: dict[str, Any]) -> None:
    assert (resource["status"], resource["experimental"]) == ("draft", True)
    assert all(resource[key] for key in ("version", "name", "title", "description", "copyright"))
    assert "publisher" not in resource


def test_canonicals_names_and_versions_fit_together() -> None:
    everything = list(RESOURCES.values())
    for key in ("url", "name"):
        seen = [(one["resourceType"], one[key]) for one in everything]
        assert len(set(seen)) == len(seen), key
    assert len({one["version"] for one in everything}) == 1


@each_resource
def test_every_canonical_of_ours_that_is_named_is_shipped(resource: dict[str, Any]) -> None:
    shipped = {one["url"] for one in RESOURCES.values()} | {f"{BASE}/assessment"}
    named = {text for text in strings(resource) if text.startswith(BASE) and " " not in text}
    assert named <= shipped


@pytest.mark.parametrize("name", [name for name in RESOURCES if name.startswith("CodeSystem")])
def test_each_code_stands_once_with_definition_and_declared_properties(name: str) -> None:
    system = RESOURCES[name]
    declared = {one["code"] for one in system.get("property", [])}
    given = [concept["code"] for concept in system["concept"]]
    assert len(set(given)) == len(given) == system["count"]
    for concept in system["concept"]:
        assert concept["display"]
        assert concept["definition"].endswith(".")
        assert {one["code"] for one in concept.get("property", [])} <= declared


@pytest.mark.parametrize("name", [name for name in RESOURCES if name.startswith("ValueSet")])
def test_every_code_of_a_value_set_exists_in_its_code_system(name: str) -> None:
    for include in RESOURCES[name]["compose"]["include"]:
        if not include["system"].startswith(BASE):
            continue
        concepts = SYSTEMS[include["system"]]
        for one in include.get("concept", []):
            assert one["display"] == concepts[one["code"]]["display"]


def test_the_attested_elements_are_those_of_the_table() -> None:
    assert set(listed("attested-element")) == set(ELEMENTS)
    components = {one for _, parts in ELEMENTS.values() for one in parts.split()}
    assert set(listed("attested-component")) == components
    assert set(codes("attested-element")) == set(ELEMENTS) | components


@pytest.mark.parametrize("element", ELEMENTS)
def test_an_attested_element_takes_the_values_and_components_of_the_table(element: str) -> None:
    types, components = ELEMENTS[element]
    concept = codes("attested-element")[element]
    assert properties(concept, "kind") == {"element"}
    assert properties(concept, "value") == set(types.split())
    assert properties(concept, "feeds")
    belonging = {
        code
        for code, one in codes("attested-element").items()
        if element in properties(one, "component-of")
    }
    assert belonging == set(components.split())


@pytest.mark.parametrize(
    ("component", "kind"),
    [(code, kind) for kind, names in COMPONENT_TYPES.items() for code in names.split()],
)
def test_a_component_takes_the_type_of_the_table(component: str, kind: str) -> None:
    concept = codes("attested-element")[component]
    assert properties(concept, "kind") == {"component"}
    assert properties(concept, "value") == {kind}
    assert properties(concept, "feeds")


@pytest.mark.parametrize("element", WORDS)
def test_the_answers_of_an_element_are_the_words_of_the_rules(element: str) -> None:
    assert sorted(listed(f"attested-{element}")) == sorted(WORDS[element].split())
    answers = properties(codes("attested-element")[element], "answers")
    assert answers == {f"{BASE}/ValueSet/attested-{element}"}


def test_only_elements_with_words_have_a_list_of_answers() -> None:
    with_answers = {
        code for code, one in codes("attested-element").items() if properties(one, "answers")
    }
    coded = {
        code
        for code, one in codes("attested-element").items()
        if properties(one, "value") & {"CodeableConcept", "boolean"}
    }
    assert with_answers == coded == set(WORDS)


def test_the_attested_answers_are_exactly_the_words_of_the_record_format() -> None:
    words = {word for text in [*WORDS.values(), *FURTHER_WORDS.values()] for word in text.split()}
    assert set(codes("attested-answer")) == words


def test_the_words_of_a_path_are_those_of_the_record_format() -> None:
    for path, words in FURTHER_WORDS.items():
        taking = {
            code
            for code, one in codes("attested-answer").items()
            if path in properties(one, "path")
        }
        assert taking == set(words.split()), path


def test_an_element_and_its_answers_name_the_same_path() -> None:
    for element, words in WORDS.items():
        feeds = properties(codes("attested-element")[element], "feeds")
        for word in words.split():
            assert feeds & properties(codes("attested-answer")[word], "path"), (element, word)


@pytest.mark.parametrize("kind", ["element", "component"])
def test_the_table_of_the_mappers_and_the_code_system_agree(kind: str) -> None:
    table = tomllib.loads((MAPPINGS / "definitions" / "attested.toml").read_text(encoding="utf-8"))
    assert set(table[kind]) == set(listed(f"attested-{kind}"))
    for code, row in table[kind].items():
        assert set(row["values"]) == properties(codes("attested-element")[code], "value"), code
        if "words" in row:
            assert sorted(row["words"]) == sorted(listed(f"attested-{code}")), code
        for component in row.get("components", []):
            belongs = properties(codes("attested-element")[component], "component-of")
            assert code in belongs, component


def test_verdicts_and_reasons_are_the_words_of_the_program() -> None:
    verdicts = codes("verdict")
    statuses = {code for code, one in verdicts.items() if "criterion" in properties(one, "level")}
    assert statuses == set(Status)
    assert {code for code, one in verdicts.items() if "set" in properties(one, "level")} == {
        "not-applicable",
        "criteria-not-met",
        "deferred",
        "indeterminate",
        "criteria-met",
    }
    for status, words in ((Status.UNKNOWN, Reason), (Status.NOT_APPLICABLE, NotApplicable)):
        given = {
            code for code, one in codes("reason").items() if status in properties(one, "status")
        }
        assert given == set(words)


@pytest.mark.parametrize("system", ["criteria-set", "outcome", "criterion"])
def test_what_repeats_the_criteria_equals_the_criteria_files(system: str) -> None:
    expected = {concept["code"]: concept for concept in derived()[system]}
    assert codes(system) == expected, "rewrite with: python -m tests.unit.criteria_codes"


def test_the_form_equals_the_table_of_the_attested_entry() -> None:
    shipped = board_form.FILE.read_text(encoding="utf-8")
    assert shipped == board_form.derived(), "rewrite with: python -m tests.unit.board_form"


def test_the_form_has_a_question_for_every_element_component_and_bound() -> None:
    links = {one["linkId"]: one for one in form_items()}
    for element, (types, parts) in ELEMENTS.items():
        assert links[f"{element}.entry"]["type"] == "group"
        asked = {f"{element}.{part}" for part in parts.split()}
        asked |= {f"{element}.low", f"{element}.high"} if "Range" in types.split() else set()
        assert asked | {element} <= links.keys()
        assert (f"{element}.date" in links) is (element != "focus-uptake")
    assert len(links) == len(list(form_items()))


def test_coded_answers_of_the_form_come_from_the_list_of_their_element() -> None:
    for item in form_items():
        code = item["linkId"].rpartition(".")[2]
        if item["type"] in {"choice", "open-choice"}:
            assert item["answerValueSet"] == f"{BASE}/ValueSet/attested-{code}"
            assert sorted(listed(f"attested-{code}")) == sorted(WORDS[code].split())
    opened = {one["linkId"].rpartition(".")[2] for one in form_items() if "open" in one["type"]}
    assert opened == {"primary-site", "focus-class", "scan-tracer", "failed-therapy"}


def test_uptake_is_asked_inside_its_scan() -> None:
    (scan,) = (item for item in form_items() if item["linkId"] == "scan.entry")
    assert "focus-uptake.entry" in {item["linkId"] for item in scan["item"]}


def form_items(parent: dict[str, Any] | None = None) -> Iterator[dict[str, Any]]:
    """Every item of the form."""
    for item in (parent or RESOURCES["Questionnaire-nelm-tumor-board"]).get("item", []):
        yield item
        yield from form_items(item)


def test_every_deciding_criterion_of_the_vignettes_is_a_code() -> None:
    vignettes = json.loads((MAPPINGS / "cases" / "vignettes.json").read_text(encoding="utf-8"))
    deciding = {one for case in vignettes["cases"] for one in case.get("deciding", [])}
    assert deciding <= set(codes("criterion"))


@pytest.mark.parametrize("resource", RESOURCES.values(), ids=list(RESOURCES))
def test_fhir_resources_finds_no_fault(resource: dict[str, Any], r4b_models: R4BModels) -> None:
    assert r4b_models.errors(resource) == []


@pytest.mark.peer
@each_resource
def test_hapi_finds_no_fault(resource: dict[str, Any], hapi_validator: HapiValidator) -> None:
    issues = hapi_validator.issues(resource)
    assert [str(issue) for issue in issues if issue.severity != "information"] == []


@pytest.mark.peer
@each_resource
def test_medplum_finds_no_fault(
    resource: dict[str, Any], medplum_validator: MedplumValidator
) -> None:
    assert medplum_validator.errors(resource) == []
