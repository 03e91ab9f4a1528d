"""The table of the attested entry says what the attested entry says, and refuses what it does not.

Compared with the second copy in `attested_tables` and with the shipped CodeSystem.
"""

import tomllib
from typing import Any

import pytest
from tests.unit.attested_tables import COMPONENT_TYPES, ELEMENTS, WORDS
from tests.unit.mappers.mapping import table, units
from tests.unit.shipped_codes import MAPPINGS, resources

from nelm_fhir.errors import KnowledgeError
from nelm_fhir.knowledge.attested import attested_table, fold_answer

PARSED = tomllib.loads((MAPPINGS / "definitions/attested.toml").read_text())
COMPONENTS = {code: kind for kind, codes in COMPONENT_TYPES.items() for code in codes.split()}


def test_every_element_with_its_types_and_components_is_there() -> None:
    shown = {code: (row.values, row.components) for code, row in table().elements.items()}
    wanted = {c: (set(v.split()), set(parts.split())) for c, (v, parts) in ELEMENTS.items()}
    assert shown == wanted


def test_every_component_with_its_type_is_there() -> None:
    shown = {code: row.values for code, row in table().components.items()}
    assert shown == {code: {kind} for code, kind in COMPONENTS.items()}


@pytest.mark.parametrize("code", [*ELEMENTS, *COMPONENTS])
def test_the_words_of_a_coded_answer_are_those_of_the_record_format(code: str) -> None:
    row = table().row(code)
    assert row is not None
    coded = "CodeableConcept" in row.values
    assert row.words == (set(WORDS[code].split()) if coded else frozenset())


def test_every_code_of_the_code_system_is_in_the_table() -> None:
    concepts = resources()["fhir/CodeSystem-attested-element.json"]["concept"]
    assert {c["code"] for c in concepts} == {*table().elements, *table().components}


def test_words_outside_the_list_are_admitted_where_the_rules_admit_them() -> None:
    rows = {**table().elements, **table().components}
    opened = {code for code, row in rows.items() if row.open}
    assert opened == {"primary-site", "focus-class", "scan-tracer", "failed-therapy"}


def test_every_unit_is_a_kind_of_the_table_of_units() -> None:
    rows = {**table().elements, **table().components}.values()
    assert {row.unit for row in rows if row.unit} <= units().kinds.keys()


@pytest.mark.parametrize(
    ("dicom", "word"),
    [
        ("PT CT", "PET/CT"),
        ("PT MR", "PET/MR"),
        ("PT", None),
        ("PT CT MR", None),
        ("NM", "scintigraphy"),
        ("NM CT", "scintigraphy"),
        ("CT", "CT"),
        ("MR", "MRI"),
        ("CT MR", None),
        ("US", "ultrasound"),
        ("", None),
    ],
)
def test_the_modality_of_a_study_comes_from_all_its_series(dicom: str, word: str | None) -> None:
    assert table().modality(dicom.split()) == word


FAULTY: dict[str, dict[str, Any]] = {
    "unknown key": {"element": {"x": {"values": ["boolean"], "colour": 1}}},
    "unknown type": {"element": {"x": {"values": ["Money"]}}},
    "values is missing": {"element": {"x": {}}},
    "words go with": {"element": {"x": {"values": ["CodeableConcept"]}}},
    "unit goes with": {"element": {"x": {"values": ["Quantity"]}}},
    "reads can only": {"element": {"x": {"values": ["string"], "reads": "aloud"}}},
    "not described": {"element": {"x": {"values": ["boolean"], "components": ["y"]}}},
    "belongs to no element": {"component": {"y": {"values": ["boolean"]}}},
    "unknown table": {"elements": {}},
    "word and all": {"modality": [{"word": "CT"}]},
    "path and elements": {"carrier": [{"resource": "CarePlan"}]},
    "unknown element": {"carrier": [{"resource": "CarePlan", "path": "x", "elements": ["y"]}]},
}


@pytest.mark.parametrize("fault", FAULTY)
def test_a_faulty_table_is_refused_with_file_and_key(fault: str) -> None:
    with pytest.raises(KnowledgeError) as refused:
        attested_table(FAULTY[fault])
    assert any(fault in line and "attested.toml" in line for line in refused.value.faults)


def test_all_faults_are_reported_at_once() -> None:
    both = FAULTY["unknown key"] | FAULTY["unknown table"]
    with pytest.raises(KnowledgeError) as refused:
        attested_table(both)
    assert len(refused.value.faults) == 2


def test_the_shipped_table_has_no_fault() -> None:
    assert attested_table(PARSED) == table()


def test_a_fixed_answer_is_folded_by_spaces_around_and_case_only() -> None:
    assert fold_answer("  Nicht Operabel ") == "nicht operabel"
    assert fold_answer("nicht  operabel") != "nicht operabel"
