"""The worked cases with an overlay: codes change none, and what changes has its reason."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs
from tests.unit.coverage.made import ELEMENT, LOCAL, catalogue
from tests.unit.knowledge_copies import OVERLAY_HEAD, overlay

from nelm_fhir import pipeline
from nelm_fhir.coverage.trial import FRESHNESS, OPTIONS, TOGETHER, Trial, trial
from nelm_fhir.knowledge.cases import worked_cases

OPTION = "[options]\nla_fe_ki67_up_to_20 = true\n"
FRESH = "[freshness]\nimaging_months = 1\n"
CASES = [case for case in worked_cases() if case.file == "la-fe-2026.toml"]


def with_overlay(folder: Path, head: str, **files: str) -> Trial:
    path = overlay(folder, overlay_toml=OVERLAY_HEAD + head, **files)
    return trial(CASES, catalogue(), pipeline.load([path]))


def test_an_overlay_that_only_maps_codes_passes_all_cases(tmp_path: Path):
    target = [{"code": "scan", "equivalence": "equivalent"}]
    group = {"source": LOCAL, "target": ELEMENT, "element": [{"code": "X", "target": target}]}
    text = json.dumps({"resourceType": "ConceptMap", "group": [group]})
    assert with_overlay(tmp_path, "", map_json=text) == Trial(len(CASES), ())


@pytest.mark.parametrize(("head", "why"), [(FRESH, FRESHNESS), (OPTION, OPTIONS)])
def test_a_change_is_told_with_the_setting_that_explains_it(tmp_path: Path, head: str, why: str):
    found = with_overlay(tmp_path, head)
    assert found.changes
    assert {change.why for change in found.changes} == {why}
    assert found.unexplained == ()


def test_of_two_settings_the_one_that_explains_a_case_is_told(tmp_path: Path):
    found = with_overlay(tmp_path, OPTION + FRESH)
    assert {change.why for change in found.changes} >= {FRESHNESS, OPTIONS}
    assert {change.why for change in found.changes} <= {FRESHNESS, OPTIONS, TOGETHER}
    assert found.unexplained == ()


def test_a_change_that_no_setting_explains_is_told_as_such():
    """A published limit that differs can come from no overlay; here it is put in by hand."""
    shipped = catalogue()
    one = shipped.sets["la-fe-2026"]
    age = next(c for c in one.criteria if c.id == "B-KI67")
    changed = structs.replace(
        age, question=structs.replace(age.question, limit=age.question.limit + 7)
    )
    criteria = tuple(changed if c.id == "B-KI67" else c for c in one.criteria)
    sets = {**shipped.sets, "la-fe-2026": structs.replace(one, criteria=criteria)}
    found = trial(CASES, shipped, replace(shipped, sets=sets))
    assert found.unexplained == found.changes != ()
