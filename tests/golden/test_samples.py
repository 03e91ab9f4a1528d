"""Every sample gives its expected output byte for byte, twice, and the verdicts worked out by hand.

`make golden` writes the expected files anew; their diff is what a reviewer reads.
"""

import os
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

import nelm_fhir
from nelm_fhir.cli.main import cli

ROOT = Path(__file__).parents[2]
SAMPLES = sorted(path.parent for path in (ROOT / "sample_bundles").glob("*/sample.toml"))
RECORDED = "2026-06-30T12:00:00+00:00"
UPDATE = os.environ.get("NELM_UPDATE_GOLDEN") == "1"
EXPLAINED = {
    "deferred-by-a-clock",
    "indeterminate-old-pet",
    "mostly-free-text",
    "recurrence-after-transplantation",
    "sets-that-disagree",
    "treated-node-re-included",
}
"""Samples whose whole explanation is pinned; the others differ from them in values only."""
OUTPUTS = {
    "profile.json": ["profile", "--format", "json"],
    "assessment.json": ["assess", "--format", "json"],
    "risk-assessments.json": ["assess", "--format", "fhir", "--recorded", RECORDED],
    "assessment.txt": ["assess", "--format", "table"],
}


def about(sample):
    return tomllib.loads((sample / "sample.toml").read_text())


def run(sample, arguments):
    command = [arguments[0], str(sample / "bundle.json"), "--as-of", str(about(sample)["as_of"])]
    result = CliRunner(env={"COLUMNS": "80", "NO_COLOR": "1"}).invoke(
        cli, [*command, *arguments[1:]], catch_exceptions=False
    )
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout_bytes


@pytest.mark.parametrize("name", OUTPUTS)
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_sample_gives_its_expected_output_twice(sample, name):
    gives(sample, OUTPUTS[name], name)


@pytest.mark.parametrize("name", sorted(EXPLAINED))
def test_a_sample_is_explained_as_it_was_read_and_approved(name):
    gives(ROOT / "sample_bundles" / name, ["explain"], "explanation.txt")


def gives(sample, arguments, name):
    expected = sample / "expected" / name
    found = run(sample, arguments)
    if UPDATE:
        expected.parent.mkdir(exist_ok=True)
        expected.write_bytes(found)
    assert found == run(sample, arguments)
    assert found == expected.read_bytes()


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_sample_gives_the_verdicts_that_were_worked_out_by_hand(sample):
    worked = about(sample)
    bundle = (sample / "bundle.json").read_bytes()
    assessment = nelm_fhir.assess(bundle, as_of=str(worked["as_of"]))
    verdicts = assessment.verdicts
    assert {v.set: str(v.verdict) for v in verdicts} == worked["expected"]
    assert {d for v in verdicts for d in v.deciding} == set(worked["deciding"])
    earliest = {v.set: str(v.earliest) for v in verdicts if v.earliest}
    assert earliest == worked.get("earliest", {})
    for key in ("references", "surveillance"):
        if key in worked:
            assert list(getattr(assessment, key)) == worked[key]


WITH_OVERLAY = [sample for sample in SAMPLES if "overlay" in about(sample)]


@pytest.mark.parametrize("sample", WITH_OVERLAY, ids=lambda sample: sample.name)
def test_with_its_overlay_a_sample_gives_the_verdicts_that_were_worked_out_by_hand(sample):
    worked = about(sample)
    overlay = ROOT / "mappings" / "overlays" / worked["overlay"]
    bundle = (sample / "bundle.json").read_bytes()
    assessment = nelm_fhir.assess(bundle, as_of=str(worked["as_of"]), overlays=[overlay])
    found = {v.set: str(v.verdict) for v in assessment.verdicts}
    assert found == worked["expected_with_overlay"]
    assert set(found.values()) == {"criteria-met", "criteria-not-met"}
    assert set(worked["expected"].values()) == {"indeterminate"}


def test_the_example_overlay_is_shown_by_a_sample():
    assert [sample.name for sample in WITH_OVERLAY] == ["local-codes"]


def test_there_are_at_least_six_samples_in_two_styles():
    assert len(SAMPLES) >= 6
    assert len({about(sample)["style"] for sample in SAMPLES}) >= 2
