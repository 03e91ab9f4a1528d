"""The wheel works by itself: built, installed where nothing else is, run from another folder."""

import json
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


def run(*command, **options):
    environment = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    done = subprocess.run(
        [str(part) for part in command],
        check=False,
        capture_output=True,
        env={**environment, "COLUMNS": "80", "NO_COLOR": "1"},
        **options,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def program(wheel, tmp_path_factory):
    """The command of an environment that holds the wheel, its locked dependencies, nothing else."""
    home = tmp_path_factory.mktemp("empty")
    venv.create(home / "env", with_pip=True)
    python = home / "env" / "bin" / "python"
    lock = ROOT / "requirements.lock"
    run(python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", lock, cwd=home)
    run(python, "-m", "pip", "install", "--quiet", "--no-deps", wheel, cwd=home)
    return home / "env" / "bin" / "nelm"


def test_the_wheel_carries_mappings_samples_and_types(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    assert "nelm_fhir/py.typed" in names
    assert "nelm_fhir/mappings/criteria/optn.toml" in names
    assert "nelm_fhir/sample_bundles/meets-all/bundle.json" in names
    assert not [name for name in names if name.startswith("tests/")]


def test_the_metadata_are_real(wheel):
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith("METADATA"))
        metadata = archive.read(name).decode()
    assert "Name: nelm-fhir\n" in metadata
    assert "License-Expression: Apache-2.0\n" in metadata
    assert "liver transplantation criteria" in metadata


def test_the_installed_command_judges_a_sample_from_another_folder(program, tmp_path):
    run(program, "samples", "copy", "meets-all", cwd=tmp_path)
    arguments = ["meets-all/bundle.json", "--as-of", "2026-06-01", "--format", "json"]
    form = json.loads(run(program, "assess", *arguments, cwd=tmp_path))
    expected = ROOT / "sample_bundles" / "meets-all" / "expected" / "assessment.json"
    assert form == json.loads(expected.read_bytes())


def test_the_installed_program_is_in_good_health(program, tmp_path):
    assert b"7 criteria sets" in run(program, "doctor", cwd=tmp_path)
    assert b"cases" in run(program, "criteria", "test", cwd=tmp_path)
