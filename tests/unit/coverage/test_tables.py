"""The tables of coverage agree with the record format, the code lists and the mappers."""

import re
from collections.abc import Iterator
from dataclasses import replace
from types import MappingProxyType
from typing import get_args, get_origin

import pytest
from tests.unit.coverage.made import ROOT, catalogue

from nelm_fhir.coverage import tables as module
from nelm_fhir.coverage.spots import TYPES
from nelm_fhir.coverage.tables import Kind, load_tables
from nelm_fhir.errors import KnowledgeError
from nelm_fhir.knowledge.files import coverage_files, mapping_files
from nelm_fhir.mappers.observations import QUESTIONS
from nelm_fhir.profile.candidate import Part, Profile

TABLES = load_tables(catalogue())
NOT_READ = {"as_of", "damaged", "options.la_fe_ki67_up_to_20"}
BESIDE = {"liver.involvement.low_open", "liver.involvement.high_open"}
RULES = ROOT / "mappings" / "rules" / "clinical-rules.md"


def paths(model: type[Part], above: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        path, kind = f"{above}{field.alias or name}", field.annotation
        if name == "evidence":
            continue
        inner = get_args(kind)[1] if get_origin(kind) is dict else kind
        if get_origin(kind) is dict:
            yield path
        if isinstance(inner, type) and issubclass(inner, Part):
            yield from paths(inner, f"{path}.")
        elif get_origin(kind) is not dict:
            yield path


def test_every_path_of_the_record_format_is_an_element():
    told = {path for element in TABLES.elements for path in {element.path, *element.leaves}}
    assert told - set(paths(Profile)) == {"extrahepatic.adjudication"}
    assert set(paths(Profile)) - told == NOT_READ | BESIDE


def test_every_row_of_the_rule_book_is_covered():
    table = RULES.read_text("utf-8").partition("### 15.2")[2].partition("### 15.3")[0]
    cells = re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE)
    named = [path for cell in cells for path in re.findall(r"`([a-z][^`]+)`", cell)]
    told = {path for element in TABLES.elements for path in {element.path, *element.leaves}}
    assert len(named) > 60
    for row in named:
        path = row.replace(".<focus id>", "").replace(".<id>", "")
        covered = any(one == path or one.startswith(f"{path}.") for one in told)
        assert covered or path in NOT_READ | BESIDE, row


def test_elements_have_names_of_their_own():
    labels = [element.label for element in TABLES.elements]
    assert len(set(labels)) == len(labels)
    assert max(map(len, labels)) <= 28


def test_whatever_is_asked_by_a_list_feeds_an_element():
    unread = {"death", "immunohistochemistry"}
    for group in QUESTIONS.keys() - unread:
        assert TABLES.fed_by(frozenset({group}), frozenset()), group


def test_every_element_of_the_attested_entry_feeds_one():
    table = catalogue().attested
    for code in {*table.elements, *table.components}:
        assert TABLES.fed_by(frozenset(), frozenset({code})), code


def test_topics_say_what_a_code_could_be_mapped_to_at_types_that_are_read():
    for topic in TABLES.topics:
        assert topic.maps.keys() <= TYPES, topic.id
        assert all(topic.maps.values()), topic.id
        attested = catalogue().attested
        for aims in topic.maps.values():
            for aim in aims:
                if aim.kind is Kind.ELEMENT:
                    row = attested.components.get(aim.name)
                    assert aim.name in attested.elements or (row and row.alone), aim


def test_the_tables_are_no_part_of_the_knowledge_that_judges():
    assert not [name for name in mapping_files() if name.startswith("coverage/")]


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        (
            "elements.toml",
            'attested = ["ki67"]',
            'attested = ["ki76"]',
            "elements.toml: element[18].attested: attested code 'ki76' is not known",
        ),
        (
            "places.toml",
            'list  = "margin"',
            'list  = "margins"',
            "places.toml: question[8].list: code list 'margins' is not known; nearest: 'margin'",
        ),
        (
            "words.toml",
            'words = [["mitoses"]]',
            'words = [["mitosis"]]',
            "words.toml: mitoses.words: group of words 'mitosis' is not known; nearest: 'mitoses'",
        ),
        (
            "discretion.toml",
            "smallest       = 5",
            'smallest       = "5"',
            "discretion.toml: smallest: must be a whole number",
        ),
    ],
)
def test_a_wrong_name_is_a_fault_with_file_and_key(monkeypatch, file, old, new, fault):
    files = dict(coverage_files())
    text = files[file].decode()
    assert old in text
    files[file] = text.replace(old, new, 1).encode()
    monkeypatch.setattr(module, "coverage_files", lambda: MappingProxyType(files))
    with pytest.raises(KnowledgeError) as refused:
        load_tables(catalogue())
    (found,) = refused.value.faults
    assert found.startswith(f"coverage/{fault}")


def test_fed_by_names_the_elements_in_the_order_of_the_rules():
    fed = TABLES.fed_by(frozenset({"ki67"}), frozenset({"mitotic-count"}))
    assert fed == ("specimens", "specimens.ki67_text", "specimens.mitoses_text")
    assert replace(TABLES, elements=()).fed_by(frozenset({"ki67"}), frozenset()) == ()
