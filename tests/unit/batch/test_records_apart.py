"""Resources of one patient that do not say so plainly: where they go, and who is one person."""

import json

import pytest
from tests.unit.batch.populations import (
    AS_OF,
    catalogue,
    judged,
    line,
    sample,
    sample_lines,
    tumor,
    verdicts,
    write,
)

from nelm_fhir import pipeline

SYSTEM = "https://hospital.example/mrn"


def patient(name, **more):
    return line("Patient", name, birthDate="1960", **more)


def used(outcome):
    """Return the resources that the profile of a patient rests on."""
    return {
        name
        for name in outcome.profile.decode().replace("#", '"').split('"')
        if "/" in name and name.split("/")[0].isalpha()
    }


def test_a_medication_that_is_nobodys_reaches_who_was_given_it(tmp_path):
    code = {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "2047626"}
    given = line(
        "MedicationStatement",
        "given",
        "a",
        status="completed",
        medicationReference={"reference": "Medication/lutate"},
        effectivePeriod={"start": "2024-01-01", "end": "2024-06-01"},
    )
    medication = line("Medication", "lutate", code={"coding": [code], "text": "Lutetium dotatate"})
    other = line("Medication", "other", code={"text": "Something else"})
    write(tmp_path / "in/1.ndjson", [medication, other])
    write(tmp_path / "in/2.ndjson", [patient("a"), tumor("a"), given, patient("b"), tumor("b")])
    _, outcomes = judged(tmp_path / "in", tmp_path)
    with_it, without = (json.loads(outcomes[f"Patient/{name}"].assessment) for name in "ab")
    assert with_it["counts"]["read"].get("Medication") == 1
    assert "Medication" not in without["counts"]["read"]
    assert not [one for one in with_it["issues"] if "reference" in one["text"]]


def test_a_specimen_without_subject_reaches_those_who_refer_to_it_and_its_parent(tmp_path):
    ki67 = {"coding": [{"system": "http://loinc.org", "code": "29593-1"}]}
    percent = {"value": 4, "unit": "%", "system": "http://unitsofmeasure.org", "code": "%"}
    observation = line(
        "Observation",
        "ki67",
        "a",
        status="final",
        code=ki67,
        valueQuantity=percent,
        effectiveDateTime="2025-01-01",
        specimen={"reference": "Specimen/section"},
    )
    section = line("Specimen", "section", parent=[{"reference": "Specimen/block"}])
    block = line("Specimen", "block", collection={"collectedDateTime": "2024-12-30"})
    write(tmp_path / "in/a", [block, section, line("Specimen", "unrelated")])
    write(tmp_path / "in/b", [patient("a"), tumor("a"), observation])
    _, outcomes = judged(tmp_path / "in", tmp_path)
    assert json.loads(outcomes["Patient/a"].assessment)["counts"]["read"]["Specimen"] == 2


@pytest.mark.parametrize(
    ("kind", "holder", "other"), [("replaced-by", "old", "new"), ("replaces", "new", "old")]
)
def test_merged_patients_are_one_under_the_one_who_stayed(kind, holder, other, tmp_path):
    people = {name: {} for name in ("old", "new")}
    people[holder] = {"link": [{"type": kind, "other": {"reference": f"Patient/{other}"}}]}
    lines = [patient(name, **more) for name, more in people.items()]
    lines += [tumor("old"), line("Condition", "c", "new", code={"text": "Hypertension"})]
    for number, one in enumerate(lines):
        write(tmp_path / f"in/{number}.ndjson", [one])
    counts, outcomes = judged(tmp_path / "in", tmp_path)
    assert list(outcomes) == ["Patient/new"]
    assert used(outcomes["Patient/new"]) >= {"Condition/old-tumor"}
    assert (counts.judged, counts.passed_over) == (1, 0)


def test_a_chain_of_merged_patients_is_refused_as_the_reader_refuses_it(tmp_path):
    link = [[{"type": "replaced-by", "other": {"reference": f"Patient/{to}"}}] for to in "bc"]
    lines = [patient("a", link=link[0]), patient("b", link=link[1]), patient("c"), tumor("a")]
    write(tmp_path / "in/all.ndjson", lines)
    counts, outcomes = judged(tmp_path / "in", tmp_path)
    assert [one.error for one in outcomes.values()] == ["MergedPatient"]
    assert (counts.failed, counts.passed_over) == (1, 0)


def test_a_patient_named_by_identifier_is_the_patient_who_carries_it(tmp_path):
    named = {"subject": {"identifier": {"system": SYSTEM, "value": "4711"}}}
    whole = json.loads(tumor("a"))
    lines = [json.dumps(whole | named).encode(), line("Condition", "c", "a", code={"text": "x"})]
    write(tmp_path / "in/1", lines)
    write(tmp_path / "in/2", [patient("a", identifier=[{"system": SYSTEM, "value": "4711"}])])
    counts, outcomes = judged(tmp_path / "in", tmp_path)
    assert list(outcomes) == ["Patient/a"]
    assert (counts.judged, counts.passed_over) == (1, 0)


def test_an_absolute_reference_names_the_same_patient(tmp_path):
    whole = json.loads(tumor("a"))
    whole["subject"] = {"reference": "https://server.example/fhir/Patient/a/_history/3"}
    condition = line("Condition", "c", "a", code={"text": "x"})
    write(tmp_path / "in/all.ndjson", [patient("a"), json.dumps(whole).encode(), condition])
    counts, outcomes = judged(tmp_path / "in", tmp_path)
    assert list(outcomes) == ["Patient/a"]
    assert (counts.judged, counts.passed_over) == (1, 0)


def test_what_a_deleted_file_withdraws_is_not_judged(tmp_path):
    entry = {"request": {"method": "DELETE", "url": "Condition/a-tumor"}}
    gone = {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
    write(tmp_path / "in/deleted/1.ndjson", [json.dumps(gone).encode()])
    write(tmp_path / "in/1.ndjson", [patient("a"), tumor("a"), patient("b"), tumor("b")])
    counts, outcomes = judged(tmp_path / "in", tmp_path)
    assert list(outcomes) == ["Patient/b"]
    assert (counts.judged, counts.passed_over, counts.deleted) == (1, 1, 1)


def test_a_resource_made_again_after_it_was_deleted_stands(tmp_path):
    entry = {"request": {"method": "DELETE", "url": "Condition/a-tumor"}}
    gone = {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
    gone["meta"] = {"lastUpdated": "2026-01-01T00:00:00Z"}
    again = tumor("a", meta={"lastUpdated": "2026-02-01T00:00:00Z"})
    write(tmp_path / "in/1.ndjson", [json.dumps(gone).encode(), patient("a"), again])
    assert judged(tmp_path / "in", tmp_path)[0].judged == 1


def test_of_two_versions_in_two_files_the_newest_is_judged(tmp_path):
    newer = {"meta": {"lastUpdated": "2026-02-01T00:00:00Z"}, "onsetDateTime": "2024-02"}
    older = {"meta": {"lastUpdated": "2025-02-01T00:00:00Z"}, "onsetDateTime": "2023"}
    write(tmp_path / "in/1", [patient("a"), tumor("a", **newer)])
    write(tmp_path / "in/2", [tumor("a", **older)])
    _, outcomes = judged(tmp_path / "in", tmp_path)
    told = json.loads(outcomes["Patient/a"].assessment)
    assert told["counts"]["unusable"] == {"superseded": 1}


def bundle(*resources, base="https://one.example/fhir/"):
    entries = []
    for resource in map(json.loads, resources):
        url = {"fullUrl": f"{base}{resource['resourceType']}/{resource['id']}"} if base else {}
        entries.append({**url, "resource": resource})
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


def test_a_bundle_about_several_patients_gives_each_an_outcome(tmp_path):
    lines = [line("Organization", "h", name="Hospital")]
    lines += [one for name in "abc" for one in (patient(name), tumor(name))]
    lines += [patient("d"), line("Condition", "x", "d", code={"text": "x"})]
    write(tmp_path / "in/all.json", [bundle(*lines)])
    counts, outcomes = judged(tmp_path / "in", tmp_path)
    assert sorted(outcomes) == ["Patient/a", "Patient/b", "Patient/c"]
    assert used(outcomes["Patient/a"]) >= {"Condition/a-tumor"}
    assert "Condition/b-tumor" not in outcomes["Patient/a"].profile.decode()
    assert (counts.judged, counts.passed_over, counts.failed) == (3, 1, 0)


def test_a_patient_in_two_bundles_of_one_server_is_one_record(tmp_path):
    condition = line("Condition", "c", "a", code={"text": "Hypertension"})
    write(tmp_path / "in/1.json", [bundle(patient("a"), tumor("a"))])
    write(tmp_path / "in/2.json", [bundle(patient("a"), condition)])
    _, outcomes = judged(tmp_path / "in", tmp_path)
    assert json.loads(outcomes["Patient/a"].assessment)["counts"]["read"]["Condition"] == 2


def test_namesakes_in_two_bundles_are_never_one_patient(tmp_path):
    other = line("Patient", "a", birthDate="1985")
    write(tmp_path / "in/1.json", [bundle(patient("a"), tumor("a"), base="")])
    write(tmp_path / "in/2.json", [bundle(other, tumor("a", "second"), base="")])
    counts, outcomes = judged(tmp_path / "in", tmp_path)
    assert outcomes["Patient/a"].error == "SeveralPatients"
    assert (counts.failed, counts.judged) == (1, 0)


def test_a_bundle_without_any_patient_is_no_patients_record(tmp_path):
    hospitals = [line("Organization", str(n), name="Hospital") for n in range(3)]
    write(tmp_path / "in/hospitals.json", [bundle(*hospitals)])
    write(tmp_path / "in/a.json", [sample()])
    counts, _ = judged(tmp_path / "in", tmp_path)
    assert (counts.judged, counts.failed, counts.is_whole) == (1, 0, True)


def test_a_line_is_never_read_for_a_patient_it_only_mentions(tmp_path):
    whole = json.loads(tumor("a"))
    whole["asserter"] = {"reference": "Patient/b"}
    write(tmp_path / "in/1", [json.dumps(whole).encode(), patient("a"), patient("b")])
    counts, outcomes = judged(tmp_path / "in", tmp_path)
    assert (list(outcomes), counts.passed_over) == (["Patient/a"], 1)


def test_the_outcome_of_a_patient_is_that_of_their_lines_in_order(tmp_path):
    lines = sample_lines(patient="p")
    write(tmp_path / "in/1", lines)
    _, outcomes = judged(tmp_path / "in", tmp_path)
    read = pipeline.read_one(b"\n".join(sorted(lines)), catalogue(), as_of=AS_OF)
    told = json.loads(outcomes["Patient/p"].assessment)
    assert told["input_digest"] == pipeline.judge(read, catalogue()).input_digest
    assert verdicts(outcomes["Patient/p"])["optn"] == "criteria-met"
