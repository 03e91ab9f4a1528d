"""Outside judges find no fault in the records that we write in the styles of hospitals.

Profiles and extensions of mCODE and of a local laboratory are not loaded; the judge can only say
that it does not know them. What stands in them, and everything else, it holds to FHIR R4.
"""

from datetime import date
from typing import Any

import pytest
from tests.peers.judges import HapiValidator, Issue, MedplumValidator, R4BModels
from tests.peers.test_samples import NAMES, SAMPLES
from tests.peers.test_written_resources import grave
from tests.unit.assessment.made import catalogue

from nelm_fhir import pipeline
from nelm_fhir.knowledge.style_reading import load_styles
from nelm_fhir.writers.fhir_json import fhir_json

STYLES = sorted(load_styles())
DAY = date(2026, 6, 1)
NOISE = 25
OF_OTHERS = {"Extension_EXT_Unknown_NotHere", "VALIDATION_VAL_PROFILE_UNKNOWN_NOT_POLICY"}
"""The rules by which the judge says that it does not know a profile or an extension."""


@pytest.fixture(scope="module", params=SAMPLES, ids=NAMES)
def records(request: pytest.FixtureRequest) -> dict[str, str]:
    """The record of one sample as hospitals of every style would send it, as JSON text."""
    profile = pipeline.read_one(request.param.read_bytes(), catalogue(), as_of=DAY).profile
    return {style: _written(profile, style) for style in STYLES}


def _written(profile: Any, style: str) -> str:
    built = pipeline.to_record(
        profile, catalogue(), style=style, noise=NOISE, seed=len(style), validated=False
    )
    return fhir_json(built).decode()


def known(issues: list[Issue]) -> list[Issue]:
    return [issue for issue in issues if issue.id not in OF_OTHERS]


def test_fhir_resources_finds_no_fault_in_any_style(
    records: dict[str, str], r4b_models: R4BModels
) -> None:
    for style, record in records.items():
        assert r4b_models.errors(record) == [], style


@pytest.mark.peer
def test_hapi_finds_no_fault_in_any_style(
    records: dict[str, str], hapi_validator: HapiValidator
) -> None:
    for style, record in records.items():
        assert grave(known(hapi_validator.issues(record))) == [], style


@pytest.mark.peer
def test_medplum_finds_no_fault_in_any_style(
    records: dict[str, str], medplum_validator: MedplumValidator
) -> None:
    for style, record in records.items():
        assert medplum_validator.errors(record) == [], style


@pytest.mark.peer
def test_what_the_judge_does_not_know_is_never_ours(
    records: dict[str, str], hapi_validator: HapiValidator
) -> None:
    for style, record in records.items():
        strange = [one for one in hapi_validator.issues(record) if one.id in OF_OTHERS]
        assert not [one for one in strange if "nelm-fhir" in one.message], style
