"""Outside judges find no fault in the samples, nor in what is written from them."""

import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.peers.judges import HapiValidator, Judge, MedplumValidator, R4BModels
from tests.peers.test_written_resources import grave, of_our_profile
from tests.unit.writers.written import SENDING, carried_by, catalogue

from nelm_fhir.pipeline import judge, read_one
from nelm_fhir.writers.fhir_json import fhir_json

SAMPLES = sorted((Path(__file__).parents[2] / "sample_bundles").glob("*/bundle.json"))
NAMES = [path.parent.name for path in SAMPLES]


def written(sample: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        (sample.parent / "expected" / "risk-assessments.json").read_bytes()
    )
    return found


@pytest.mark.parametrize("sample", SAMPLES, ids=NAMES)
def test_fhir_resources_finds_no_fault(sample: Path, r4b_models: R4BModels) -> None:
    for bundle in (written(sample), json.loads(sample.read_bytes())):
        for entry in bundle["entry"]:
            assert r4b_models.errors(entry["resource"]) == []


@pytest.mark.peer
@pytest.mark.parametrize("sample", SAMPLES, ids=NAMES)
def test_hapi_finds_no_fault_in_what_is_written(
    sample: Path, hapi_validator: HapiValidator
) -> None:
    assert grave(hapi_validator.issues(of_our_profile(written(sample)))) == []


@pytest.mark.peer
@pytest.mark.parametrize("sample", SAMPLES, ids=NAMES)
def test_medplum_finds_no_fault_in_what_is_written(
    sample: Path, medplum_validator: MedplumValidator
) -> None:
    assert medplum_validator.errors(written(sample)) == []


@pytest.mark.peer
@pytest.mark.parametrize("sample", SAMPLES, ids=NAMES)
def test_every_judge_accepts_the_results_of_a_sample_in_every_carrier(
    sample: Path, judges: tuple[Judge, ...]
) -> None:
    about = tomllib.loads(sample.with_name("sample.toml").read_text())
    as_of = date.fromisoformat(about["as_of"])
    read = read_one(sample.read_bytes(), catalogue(), as_of=as_of)
    assessment = judge(read, catalogue())
    for strategy in SENDING:
        for one in carried_by(strategy, assessment, test_data=read.test_data):
            for outside in judges:
                assert outside.errors(fhir_json(one)) == [], strategy.name
