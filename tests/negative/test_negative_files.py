"""Every negative file gives what the table says: one fault each, through the real line.

A refusal names what is wrong and what to do; a record that is read tells its faults as issues and
counts. No error and no issue holds a value of the record.
"""

import re
from datetime import date

import pytest
from msgspec import UNSET
from tests.negative.records import AS_OF, BASE, FOLDER, KINDS, SET, TABLE, Case, cases, sent
from tests.property.records import CATALOGUE

from nelm_fhir import errors, pipeline
from nelm_fhir.errors import InputError
from nelm_fhir.fhir_r4.read import records
from nelm_fhir.fhir_r4.split import split
from nelm_fhir.mappers.registry import Wanted

CASES = cases()
READ = [case for case in CASES if case.refused is None]
REFUSED = [case for case in CASES if case.refused is not None]
WORD = re.compile(r"[A-Za-z]*")


def named(found: list[Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", found, ids=lambda case: case.file)


def read(text: bytes) -> pipeline.Read:
    return pipeline.read_one(text, CATALOGUE, as_of=date.fromisoformat(AS_OF))


def values(text: bytes) -> set[str]:
    """Every string of a record that is more than a word, also of what is no JSON."""
    strings = re.findall(r'"((?:[^"\\]|\\.)*)"', text.decode("utf-8", "replace"))
    return {one for one in strings if len(one) > 3 and not WORD.fullmatch(one)}


def test_the_base_meets_its_criteria_set_without_an_issue():
    assessment = pipeline.judge(read(BASE.read_bytes()), CATALOGUE)
    assert str(assessment.verdict_of(SET).verdict) == "criteria-met"
    assert (assessment.issues, assessment.counts.unusable) == ((), {})


@named(REFUSED)
def test_a_record_that_cannot_be_used_is_refused_with_what_is_wrong_and_what_to_do(case):
    with pytest.raises(InputError) as caught:
        read(sent(case))
    error = caught.value
    assert type(error) is getattr(errors, case.refused)
    assert case.says
    assert case.says in error.message
    assert error.remedy.endswith(".")
    assert not [one for one in values(sent(case)) if one in str(error)]


@named(READ)
def test_a_fault_inside_a_record_is_told_and_costs_no_more_than_it_must(case):
    assessment = pipeline.judge(read(sent(case)), CATALOGUE)
    found = assessment.verdict_of(SET)
    reasons = {c.id: str(c.reason or c.status) for c in found.criteria}
    assert str(found.verdict) == case.verdict
    assert {name: reasons[name] for name in found.deciding} == case.open
    assert sorted(issue.kind for issue in assessment.issues) == case.kinds
    assert dict(assessment.counts.unusable) == case.unusable
    assert sum(assessment.counts.passed_over.values()) == case.passed_over


@named(READ)
def test_an_issue_names_its_place_and_what_to_do_and_no_value(case):
    assessment = pipeline.judge(read(sent(case)), CATALOGUE)
    told = [f"{issue.kind} {issue.text}" for issue in assessment.issues]
    assert all(issue.location and issue.text.endswith(".") for issue in assessment.issues)
    assert not [one for one in values(sent(case)) for text in told if one in text]


@named(READ)
def test_every_entry_of_a_negative_file_is_counted_once(case):
    (record,) = records(sent(case), wanted=Wanted(CATALOGUE.codes))
    places = [one.location for one in (*record.resources, *record.named)]
    bundle = split(sent(case))
    slots = [n for n, slot in enumerate(bundle.entry) if slot.response is UNSET]
    outside = [place for place in places if ".contained[" not in place]
    assert sorted(outside) == sorted(f"Bundle.entry[{n}].resource" for n in slots)
    counts = (record.read, record.passed_over, record.unusable)
    assert sum(sum(part.values()) for part in counts) == len(places)


def test_every_file_stands_in_the_table_and_every_line_has_its_file():
    files = {str(path.relative_to(FOLDER)) for kind in KINDS for path in (FOLDER / kind).iterdir()}
    assert files == {case.file for case in CASES}
    assert len(CASES) == len({case.file for case in CASES})


def test_every_kind_has_files_and_a_heading():
    assert sorted(path.name for path in FOLDER.iterdir() if _is_kind(path)) == list(KINDS)
    assert all(any((FOLDER / kind).iterdir()) for kind in KINDS)
    assert [kind for kind in KINDS if f"[{kind}]" not in TABLE.read_text("utf-8")] == []


def _is_kind(path):
    return path.is_dir() and not path.name.startswith("_")
