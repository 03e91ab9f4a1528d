"""The report: its contract, the same bytes for the same records, nothing lost when merging."""

import json
from itertools import permutations

import jsonschema
import pytest
from tests.unit.coverage.made import (
    AS_OF,
    EXAMPLE,
    bundle,
    catalogue,
    concept,
    element,
    ki67,
    net,
    observation,
    report,
    resource,
    samples,
)

from nelm_fhir import pipeline
from nelm_fhir.assessment.json_form import as_bytes
from nelm_fhir.coverage.form import to_json
from nelm_fhir.coverage.reading import Reader
from nelm_fhir.coverage.schema import coverage_schema
from nelm_fhir.coverage.tally import Tally
from nelm_fhir.errors import InputError, NotABundle, SeveralPatients


def counted(bundles) -> Tally:
    reader, tally = Reader(catalogue(), AS_OF), Tally()
    for one in bundles:
        for found in reader.records(json.dumps(one).encode()):
            assert not isinstance(found, InputError)
            tally.add(found)
    return tally


def as_json(tally: Tally) -> bytes:
    return as_bytes(to_json(tally, catalogue(), Reader(catalogue(), AS_OF).known))


def test_the_report_keeps_its_schema():
    schema = coverage_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    for overlays in ((), (EXAMPLE,)):
        jsonschema.validate(report(samples(), overlays), schema)
        jsonschema.validate(report([], overlays), schema)


def test_every_key_of_the_report_is_explained():
    schema = coverage_schema()
    gap = schema["properties"]["unmapped"]["items"]["properties"]
    for properties in (schema["properties"], gap):
        assert all("description" in one for one in properties.values())


def test_the_order_of_records_changes_nothing():
    bundles = samples()[3:9]
    told = as_json(counted(bundles))
    for mixed in (bundles[::-1], bundles[2:] + bundles[:2], sorted(bundles, key=str)):
        assert as_json(counted(mixed)) == told


def test_counts_that_are_merged_are_those_of_all_records():
    bundles = samples()
    whole = as_json(counted(bundles))
    parts = [counted(bundles[:3]), counted(bundles[3:7]), counted(bundles[7:])]
    for order in permutations(parts):
        together = Tally()
        for part in order:
            together.merge(part)
        assert as_json(together) == whole


def test_names_are_agreed_on_across_merged_counts():
    named = [
        bundle(net(), observation("x", concept("urn:local", "KI67", name)))
        for name in ("Ki-67", "Ki-67", "Ki 67")
    ]
    one, other = counted(named[:2]), counted(named[2:])
    one.merge(other)
    assert [name.text for name in one.names.values()] == [None]


def test_the_elements_are_those_of_what_assess_reads():
    """An unmapped correction of a mapped result replaces nothing in the judgment, nor here."""
    same = {"identifier": [{"system": "urn:lab", "value": "1"}]}
    mapped = ki67(**same, issued="2026-05-04T10:00:00Z")
    other = observation(
        "later",
        {"coding": [*concept("http://loinc.org", "29593-1")["coding"]], "text": "x"},
        **same,
        status="corrected",
        issued="2026-05-05T10:00:00Z",
        valueQuantity={"value": 9, "unit": "%"},
    )
    told = report([bundle(net(), mapped, other)])
    read = pipeline.read_one(json.dumps(bundle(net(), mapped, other)), catalogue(), as_of=AS_OF)
    values = [s.ki67_text for s in read.profile.specimens.values() if s.ki67_text]
    assert values == ["9 %"]
    aside = element(told, "specimens.ki67_text")["set_aside"]
    assert aside == [{"reason": "replaced", "records": "<5"}]


def test_a_local_correction_does_not_hide_a_standard_result():
    same = {"identifier": [{"system": "urn:lab", "value": "1"}]}
    mapped = ki67(**same, issued="2026-05-04T10:00:00Z")
    local = observation(
        "later",
        concept("urn:local", "KI67"),
        **same,
        status="corrected",
        issued="2026-05-05T10:00:00Z",
        valueQuantity={"value": 9, "unit": "%"},
    )
    told = report([bundle(net(), mapped, local)])
    assert element(told, "specimens.ki67_text")["found"] == "<5"


def test_an_unreadable_value_that_stands_for_any_is_not_found():
    read = observation(
        "i",
        concept("https://nelm-fhir.example/fhir/CodeSystem/attested-element", "liver-involvement"),
        valueString="etwa die Hälfte",
        effectiveDateTime=None,
    )
    told = element(report([bundle(net(), read)]), "liver.involvement")
    assert told["found"] == 0
    assert told["unknown"] == [{"reason": "unreadable", "records": "<5"}]


def errors_of(one) -> list[type]:
    found = Reader(catalogue(), AS_OF).records(json.dumps(one).encode())
    return [type(item) for item in found if isinstance(item, InputError)]


def test_a_record_without_any_type_that_is_read_is_no_record():
    assert errors_of(bundle(resource("RiskAssessment", "r", status="final"))) == [NotABundle]


def test_a_record_about_several_patients_is_refused_as_elsewhere():
    other = {**net(), "id": "other", "subject": {"reference": "Patient/q"}}
    assert errors_of(bundle(net(), other)) == [SeveralPatients]


def test_lines_are_records_and_a_bad_line_costs_only_itself():
    good = json.dumps(bundle(net(), ki67()))
    lines = f'{good}\n{{"resourceType": "Bundle", "entry": [\n{good}'
    found = list(Reader(catalogue(), AS_OF).records(lines.encode()))
    assert [isinstance(one, InputError) for one in found] == [False, True, False]


@pytest.mark.parametrize("count", [0, 4, 5, 9, 10])
def test_the_number_of_records_is_shown_as_every_count(count: int):
    told = report([bundle(net())] * count)["records"]
    assert told == (0 if count == 0 else "<5" if count < 5 else count - count % 5)


def test_parts_that_would_tell_a_small_count_are_without_counts():
    """Twenty records, each Ki-67 under one of five carriers, four records each."""
    values = [
        {"valueQuantity": {"value": 4, "unit": "%"}},
        {"valueString": "4 %"},
        {"valueInteger": 4},
        {"valueRange": {"low": {"value": 4, "unit": "%"}, "high": {"value": 5, "unit": "%"}}},
        {"valueRatio": {"numerator": {"value": 4}, "denominator": {"value": 100}}},
    ]
    bundles = [
        bundle(net(), observation("k", concept("http://loinc.org", "29593-1"), **value))
        for value in values
        for _ in range(4)
    ]
    told = element(report(bundles), "specimens.ki67_text")
    assert told["found"] == 20
    assert [row["records"] for row in told["coded"]] == [None] * 5
