"""Every family of records says every element it can carry, through the real line.

In: the case files of this folder. What they prove is written into the table of ARCHITECTURE.md;
NELM_UPDATE_GOLDEN=1 writes it anew.
"""

import os
import re
from pathlib import Path

import pytest
from tests.families.cases import CARRIED, NOTHING, Case, cases, expected, families, rows, values
from tests.families.table import BEGIN, DOCUMENT, END, cell, placed

from nelm_fhir.core.canonical import BASE
from nelm_fhir.fhir_r4.models import validate

RULES = Path(__file__).parents[2] / "mappings/rules/clinical-rules.md"
KINDS = {
    "CarePlan",
    "Condition",
    "DiagnosticReport",
    "EpisodeOfCare",
    "ImagingStudy",
    "MedicationAdministration",
    "MedicationRequest",
    "MedicationStatement",
    "Observation",
    "Patient",
    "Procedure",
    "ServiceRequest",
    "Specimen",
}


def each_read(found):
    for case in found:
        for path in case.reads:
            late = case.not_yet.get(path)
            marks = [pytest.mark.xfail(strict=True, reason=late)] if late else []
            yield pytest.param(case, path, id=f"{case.id}:{path}", marks=marks)


def inside_every_family():
    *others, attested = families()
    return [case.inside(family) for family in others for case in attested.cases]


@pytest.mark.parametrize(("case", "path"), list(each_read(cases())))
def test_a_family_says_an_element(case: Case, path: str):
    assert path in rows()
    found = values(case.read(), path)
    assert sorted(found, key=repr) == sorted(expected(case.reads[path]), key=repr)


@pytest.mark.parametrize(("case", "path"), list(each_read(inside_every_family())))
def test_the_attested_entry_says_it_inside_the_records_of_every_family(case: Case, path: str):
    assert case.holds(path)


@pytest.mark.parametrize("case", [case for case in cases() if case.issues], ids=lambda c: c.id)
def test_a_case_reports_its_issues(case: Case):
    assert set(case.issues) <= {issue.kind for issue in case.read().origin.issues}


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.id)
def test_a_snippet_is_valid_fhir_and_says_how_it_carries(case: Case):
    assert case.carries in CARRIED
    assert set(case.not_yet) <= set(case.reads)
    faults = [fault for resource in case.resources for fault in validate(resource)]
    assert bool(faults) is case.refused_by_models
    ours = BASE in str(case.own)
    assert ours is (case.carries == "attested")


def test_the_rows_are_the_elements_of_the_rule_book():
    written = RULES.read_text(encoding="utf-8").partition("### 15.2")[2].partition("### 15.3")[0]
    cells = [line.split("|")[1] for line in written.splitlines() if line.startswith("| `")]
    named = [name for found in cells for name in _paths(re.findall(r"`([^`]+)`", found))]
    ignored = ("as_of", "options.", "damaged")
    named = [name for name in named if not name.startswith(ignored)]
    assert [name for name in named if not any(_is_part(row, name) for row in rows())] == []
    assert [row for row in rows() if not any(_is_part(row, name) for name in named)] == []


def _paths(names):
    """Write out `.high` after `liver.involvement.<id>.low`, and `.standard_volume_ml`."""
    first = names[0]
    parent = first.rpartition(".")[0]
    return [first, *(f"{parent}{name}" if name[0] == "." else name for name in names[1:])]


def _is_part(row, name):
    return row == name or row.startswith(f"{name}.")


def test_every_element_is_carried_by_at_least_one_family():
    assert [row for row in rows() if {cell(f.key, row) for f in families()} == {NOTHING}] == []


def test_the_cases_reach_every_kind_of_resource_in_every_place():
    everything = [resource for case in cases() for resource in case.resources]
    assert {r["resourceType"] for r in everything} >= KINDS
    places = {key for resource in everything for key in resource}
    assert places >= {"component", "hasMember", "result", "conclusionCode", "partOf", "contained"}
    assert places >= {"focus", "specimen", "extension", "reasonReference", "derivedFrom", "outcome"}


def test_no_two_cases_of_a_family_share_a_name():
    names = [case.id for case in cases()]
    assert len(names) == len(set(names))


def test_the_table_of_the_architecture_is_the_one_that_the_cases_prove():
    document = DOCUMENT.read_text(encoding="utf-8")
    assert document.count(BEGIN) == document.count(END) == 1
    if os.environ.get("NELM_UPDATE_GOLDEN") == "1":
        DOCUMENT.write_text(placed(document), encoding="utf-8")
    assert placed(document) == DOCUMENT.read_text(encoding="utf-8")
