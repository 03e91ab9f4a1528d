"""Outside judges find no fault in the samples, nor in what is written from them."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.peers.judges import HapiValidator, MedplumValidator, R4BModels
from tests.peers.test_written_resources import grave, of_our_profile

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
