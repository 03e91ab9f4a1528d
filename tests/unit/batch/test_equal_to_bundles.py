"""A patient judged from an export has the verdicts of the same record as one Bundle."""

import json

import pytest
from tests.bench.export_data import export_lines
from tests.unit.batch.populations import AS_OF, SAMPLES, catalogue, judged, verdicts, write

from nelm_fhir import pipeline
from nelm_fhir.assessment.json_form import to_json
from nelm_fhir.knowledge.cases import VIGNETTES, worked_cases
from nelm_fhir.knowledge.style_reading import load_styles
from nelm_fhir.profile.record_format import CandidateProfile
from nelm_fhir.writers.fhir_json import fhir_json


def alone(bundle):
    read = pipeline.read_one(bundle, catalogue(), as_of=AS_OF)
    told = to_json(pipeline.judge(read, catalogue()))
    return {one["set"]: one["verdict"] for one in told["verdicts"]}


def samples():
    return {path.parent.name: path.read_bytes() for path in SAMPLES.glob("*/bundle.json")}


def vignettes(turn):
    """Return every vignette as a record; `turn` says with which style the first begins."""
    cases = [case for case in worked_cases() if case.file == VIGNETTES]
    styles = list(load_styles())
    return {
        f"vignette-{number}": fhir_json(
            pipeline.to_record(
                CandidateProfile.from_record(case.record),
                catalogue(),
                style=styles[(number + turn) % len(styles)],
                noise=3,
                seed=number,
                validated=False,
            )
        )
        for number, case in enumerate(cases)
    }


def exported(bundles, folder):
    """Write the resources of all Bundles, as a server would, over five files."""
    lines = [
        line for name, bundle in bundles.items() for line in export_lines(json.loads(bundle), name)
    ]
    for number in range(5):
        write(folder / f"{number}.ndjson", lines[number::5])
    return folder


def test_every_sample_has_the_verdicts_of_its_bundle(tmp_path):
    bundles = samples()
    counts, outcomes = judged(exported(bundles, tmp_path / "in"), tmp_path)
    assert {f"Patient/{name}": alone(text) for name, text in bundles.items()} == {
        name: verdicts(one) for name, one in outcomes.items()
    }
    assert counts.is_whole


SLOW = [pytest.param(turn, marks=pytest.mark.slow) for turn in range(1, len(load_styles()))]


@pytest.mark.parametrize("turn", [0, *SLOW])
def test_every_vignette_has_the_verdicts_of_its_bundle(turn, tmp_path):
    bundles = vignettes(turn)
    counts, outcomes = judged(exported(bundles, tmp_path / "in"), tmp_path)
    for name, outcome in outcomes.items():
        assert verdicts(outcome) == alone(bundles[name.removeprefix("Patient/")])
    assert counts.judged + counts.passed_over == len(bundles)
    assert counts.judged > len(bundles) // 2
