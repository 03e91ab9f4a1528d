"""The shipped CodeSystems that repeat the criteria are what the catalogue makes of them."""

import json
import tomllib
from dataclasses import replace

import pytest
from msgspec import structs
from tests.unit.criteria_codes import MAPPINGS, regenerated, shipped
from tests.unit.writers.written import catalogue

from nelm_fhir.writers.conformance import SCOPE_LABELS, concepts

NAMES = ("criteria-set", "outcome", "criterion")


def test_exactly_the_three_code_systems_are_made() -> None:
    assert tuple(concepts(catalogue())) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_shipped_file_is_byte_for_byte_the_generated_one(name: str) -> None:
    text = shipped(name).read_text(encoding="utf-8")
    assert text == regenerated(name), "rewrite with: python -m tests.unit.criteria_codes"


def test_every_criterion_of_the_files_is_a_code() -> None:
    written = {one["code"] for one in concepts(catalogue())["criterion"]}
    for set_id in catalogue().sets:
        file = MAPPINGS / "criteria" / f"{set_id}.toml"
        listed = tomllib.loads(file.read_text(encoding="utf-8"))["criterion"]
        assert {one["id"] for one in listed} <= written


def test_every_scope_id_is_a_code() -> None:
    ids = {scope for one in catalogue().sets.values() for scope in one.scope}
    assert ids <= {one["code"] for one in concepts(catalogue())["criterion"]}
    assert set(SCOPE_LABELS) <= ids


def test_a_changed_statement_changes_the_code_system() -> None:
    first, *others = catalogue().sets.values()
    changed = structs.replace(first.criteria[0], statement="Something else is asked.")
    other = structs.replace(first, criteria=(changed, *first.criteria[1:]))
    sets = {one.id: one for one in (other, *others)}
    assert concepts(replace(catalogue(), sets=sets)) != concepts(catalogue())


def test_no_code_stands_twice() -> None:
    for name in NAMES:
        codes = [one["code"] for one in json.loads(shipped(name).read_text("utf-8"))["concept"]]
        assert len(set(codes)) == len(codes)
