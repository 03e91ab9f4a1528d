"""`nelm make-bundle`: a profile in, the record of a hospital out."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.cli.run import MEETS_ALL, SAMPLES, nelm, process

from nelm_fhir.knowledge.style_reading import load_styles

DAY = "2026-06-01"
PAST = str(SAMPLES / "treated-node-re-included" / "bundle.json")
HTEST = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}
STYLES = sorted(load_styles())


@pytest.fixture
def profile(tmp_path: Path) -> str:
    """The path of the profile of a sample."""
    path = tmp_path / "profile.json"
    assert nelm("profile", PAST, "--as-of", DAY, "-o", str(path)).exit_code == 0
    return str(path)


def made(*arguments: str) -> dict[str, Any]:
    done = nelm("make-bundle", *arguments)
    assert (done.exit_code, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def verdicts(*arguments: str) -> dict[str, str]:
    done = nelm("assess", *arguments, "--format", "json")
    return {one["set"]: one["verdict"] for one in json.loads(done.stdout)["verdicts"]}


# --- what comes out -------------------------------------------------------------------------------


@pytest.mark.parametrize("style", STYLES)
def test_every_resource_is_of_a_patient_tagged_as_test_data(style: str, profile: str):
    found = [entry["resource"] for entry in made(profile, "--style", style)["entry"]]
    patients = [one for one in found if one["resourceType"] == "Patient"]
    assert len(patients) == 1
    assert {tag["code"] for tag in patients[0]["meta"]["tag"]} == {"HTEST"}


@pytest.mark.parametrize("style", [name for name in STYLES if name != "messy"])
def test_the_record_is_judged_as_the_profile_is(style: str, profile: str, tmp_path: Path):
    path = str(tmp_path / "made.json")
    done = nelm("make-bundle", profile, "--style", style, "--noise", "40", "-o", path)
    assert (done.exit_code, done.stdout) == (0, "")
    judged = verdicts(path, "--as-of", DAY)
    assert judged == verdicts("--profile", profile)
    assert {"criteria-met", "criteria-not-met"} <= set(judged.values())


def test_noise_is_that_many_resources_more(profile: str):
    plain = made(profile, "--style", "plain")
    noisy = made(profile, "--style", "plain", "--noise", "57")
    assert len(noisy["entry"]) == len(plain["entry"]) + 57


def test_the_same_seed_gives_the_same_bytes_in_any_process(profile: str):
    arguments = ("make-bundle", profile, "--style", "mii", "--noise", "30", "--seed", "7")
    first = process(*arguments, PYTHONHASHSEED="1")
    again = process(*arguments, PYTHONHASHSEED="2")
    assert first.returncode == 0, first.stderr
    assert first.stdout == again.stdout


def test_another_seed_gives_another_record(profile: str):
    arguments = (profile, "--style", "mii", "--noise", "30")
    assert made(*arguments, "--seed", "7") != made(*arguments, "--seed", "8")


# --- in and out -----------------------------------------------------------------------------------


def test_the_profile_may_come_through_a_pipe(profile: str):
    text = Path(profile).read_text("utf-8")
    piped = nelm("make-bundle", "-", "--style", "nl", input=text)
    assert json.loads(piped.stdout) == made(profile, "--style", "nl")


def test_a_written_file_comes_with_the_command_that_judges_it(profile: str, tmp_path: Path):
    path = tmp_path / "a record.json"
    done = nelm("make-bundle", profile, "--style", "plain", "-o", str(path))
    assert done.stderr == f"Now try:\n  nelm assess '{path}' --as-of {DAY}\n"
    assert json.loads(path.read_bytes())["resourceType"] == "Bundle"


def test_the_switches_of_the_profile_stand_in_that_command(profile: str, tmp_path: Path):
    record = json.loads(Path(profile).read_bytes())
    name = next(iter(record["options"]))
    record["options"][name] = True
    Path(profile).write_text(json.dumps(record), "utf-8")
    done = nelm("make-bundle", profile, "--style", "plain", "-o", str(tmp_path / "made.json"))
    assert done.stderr.endswith(f"--as-of {DAY} --option {name}\n")


# --- what is refused ------------------------------------------------------------------------------


def test_a_profile_that_breaks_its_schema_is_refused_with_the_place(profile: str):
    record = json.loads(Path(profile).read_bytes())
    record["liver"]["distribution"] = "somewhere"
    Path(profile).write_text(json.dumps(record), "utf-8")
    done = nelm("make-bundle", profile, "--style", "plain")
    assert (done.exit_code, done.stdout) == (10, "")
    assert "liver.distribution" in done.stderr
    assert "somewhere" not in done.stderr


def test_a_bundle_is_no_profile(tmp_path: Path):
    path = tmp_path / "made.json"
    done = nelm("make-bundle", MEETS_ALL, "--style", "plain", "-o", str(path))
    assert (done.exit_code, done.stdout) == (10, "")
    assert "turn it into a profile first: `nelm profile`" in done.stderr
    assert not path.exists()


def test_an_unknown_style_names_the_nearest(profile: str):
    done = nelm("make-bundle", profile, "--style", "mcod")
    assert done.exit_code == 2
    assert "mcode" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [("--style", "plain", "--noise", "-1"), ("--style", "plain", "--seed", "x"), ()],
    ids=" ".join,
)
def test_wrong_usage_is_refused(arguments: tuple[str, ...], profile: str):
    assert nelm("make-bundle", profile, *arguments).exit_code == 2


# --- help -----------------------------------------------------------------------------------------


def test_the_help_shows_examples_and_names_every_style():
    shown = nelm("make-bundle", "--help").stdout
    assert "nelm make-bundle profile.json --style mii --noise 100 --output german.json" in shown
    for style in STYLES:
        assert f"{style:5} " in shown
