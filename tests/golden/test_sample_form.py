"""The form of the sample bundles: whole files, closed references, honest dates, fictional patients.

In: `sample_bundles/`. What the samples must say is checked by the golden outputs; here only that
each folder is complete and well made.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "sample_bundles"
SAMPLES = sorted(path.parent for path in FOLDER.glob("*/sample.toml"))
NAMES = [path.name for path in SAMPLES]
REQUIRED = {
    "meets-all",
    "fails-by-ki67-alone",
    "sets-that-disagree",
    "deferred-by-a-clock",
    "indeterminate-old-pet",
    "mostly-free-text",
}
SETS = {
    "milan-2007",
    "milan-net-2016",
    "enets-2016",
    "optn",
    "esmo-2020",
    "la-fe-2026",
    "citterio-2023",
}
VERDICTS = {"criteria-met", "criteria-not-met", "deferred", "indeterminate", "not-applicable"}
CLINICAL_DATES = {
    "effectiveDateTime",
    "performedDateTime",
    "onsetDateTime",
    "abatementDateTime",
    "recordedDate",
    "collectedDateTime",
    "occurrenceDateTime",
    "authoredOn",
    "started",
    "issued",
    "lastUpdated",
}
STUDY = "imagingStudy"
HTEST = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}

every_sample = pytest.mark.parametrize("folder", SAMPLES, ids=NAMES)


def bundle_of(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "bundle.json").read_text(encoding="utf-8"))


def sample_of(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "sample.toml").read_text(encoding="utf-8"))


def resources_of(folder: Path) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in bundle_of(folder)["entry"]]


def members(node: object) -> Iterator[tuple[str, Any]]:
    """Every key with its value, at any depth."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield key, value
            yield from members(value)
    elif isinstance(node, list):
        for item in node:
            yield from members(item)


def known_names(bundle: dict[str, Any]) -> set[str]:
    """What a reference inside this Bundle may say: each fullUrl, and Type/id where it ends so."""
    urls = [entry["fullUrl"] for entry in bundle["entry"]]
    return {*urls, *("/".join(url.split("/")[-2:]) for url in urls if url.startswith("https://"))}


def own_server(bundle: dict[str, Any]) -> str:
    return str(bundle["entry"][0]["fullUrl"]).split("/fhir/", maxsplit=1)[0]


def test_the_six_samples_of_the_issue_are_there() -> None:
    assert set(NAMES) >= REQUIRED


def test_every_folder_is_a_sample() -> None:
    assert sorted(path.name for path in FOLDER.iterdir() if path.is_dir()) == NAMES


def test_at_least_three_coding_styles_are_shown() -> None:
    assert len({sample_of(folder)["style"] for folder in SAMPLES}) >= 3


def test_readme_has_one_line_per_sample_with_its_date_and_names_the_license() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| \[([^\]]+)\]\([^)]+/\) \| ([0-9-]+) \|", readme, re.MULTILINE))
    assert rows == {folder.name: sample_of(folder)["as_of"] for folder in SAMPLES}
    assert "CC0-1.0" in readme


@every_sample
def test_sample_file_says_what_it_shows(folder: Path) -> None:
    sample = sample_of(folder)
    assert sample["id"] == folder.name
    assert {"title", "style", "as_of", "note", "deciding", "expected", "earliest"} <= set(sample)
    assert sample["title"].endswith(".")
    assert "\n" not in sample["title"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", sample["as_of"])


@every_sample
def test_expectation_names_every_set_and_a_date_for_each_deferred_one(folder: Path) -> None:
    sample = sample_of(folder)
    assert set(sample["expected"]) == SETS
    assert set(sample["expected"].values()) <= VERDICTS
    deferred = {name for name, verdict in sample["expected"].items() if verdict == "deferred"}
    assert set(sample["earliest"]) == deferred
    assert all(date > sample["as_of"] for date in sample["earliest"].values())
    assert len(sample["deciding"]) == len(set(sample["deciding"])) > 0


@every_sample
def test_bundle_is_written_with_two_spaces_and_a_last_newline(folder: Path) -> None:
    text = (folder / "bundle.json").read_text(encoding="utf-8")
    text = re.sub(r"(\.\d+?)0+(?=,?\n)", r"\1", text)  # json.loads loses the zeros of a decimal
    assert text == json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n"


@every_sample
def test_bundle_is_a_whole_record_with_ordinary_noise(folder: Path) -> None:
    resources = resources_of(folder)
    assert 40 <= len(resources) <= 90
    kinds = {resource["resourceType"] for resource in resources}
    assert {"Encounter", "Immunization", "AllergyIntolerance", "Appointment"} <= kinds
    states = {str(value) for key, value in members(resources) if key in {"status", "code"}}
    assert {"entered-in-error", "cancelled"} <= states


@every_sample
def test_every_reference_resolves_or_points_to_another_server(folder: Path) -> None:
    bundle = bundle_of(folder)
    known, server = known_names(bundle), own_server(bundle)
    targets = [value for key, value in members(bundle) if key == "reference"]
    lost = [target for target in targets if target not in known]
    assert targets
    assert all(re.match(r"https://[a-z.]+\.example/", target) for target in lost), lost
    assert not [target for target in lost if target.startswith(server + "/")]


@every_sample
def test_every_resource_has_its_own_address_and_a_version(folder: Path) -> None:
    entries = bundle_of(folder)["entry"]
    assert len({entry["fullUrl"] for entry in entries}) == len(entries)
    keys = [(entry["resource"]["resourceType"], entry["resource"]["id"]) for entry in entries]
    assert len(set(keys)) == len(keys)
    assert all({"versionId", "lastUpdated"} <= set(e["resource"]["meta"]) for e in entries)


@every_sample
def test_the_one_patient_is_tagged_as_test_data_and_named_fictional(folder: Path) -> None:
    patients = [r for r in resources_of(folder) if r["resourceType"] == "Patient"]
    assert len(patients) == 1
    tags = [{"system": t["system"], "code": t["code"]} for t in patients[0]["meta"]["tag"]]
    assert HTEST in tags
    assert "(fictional)" in patients[0]["name"][0]["text"]


@every_sample
def test_nothing_but_an_appointment_lies_after_the_as_of_date(folder: Path) -> None:
    as_of = sample_of(folder)["as_of"]
    dated = [(k, v) for k, v in members(resources_of(folder)) if k in CLINICAL_DATES]
    assert dated
    assert [(key, value) for key, value in dated if value[: len(as_of)] > as_of] == []


@every_sample
def test_reports_of_imaging_are_of_the_day_of_their_study(folder: Path) -> None:
    resources = resources_of(folder)
    bundle = bundle_of(folder)
    started = {
        name: entry["resource"]["started"][:10]
        for entry in bundle["entry"]
        if entry["resource"]["resourceType"] == "ImagingStudy"
        for name in (entry["fullUrl"], "/".join(entry["fullUrl"].split("/")[-2:]))
    }
    reports = [resource for resource in resources if STUDY in resource]
    assert reports
    assert all(r["effectiveDateTime"] == started[r[STUDY][0]["reference"]] for r in reports)
