"""What was written stands in the record of the next run, and changes no judgment.

A server gives back what it was given: whatever carries the results, the profile read from a record
with them is the same as without.
"""

import json
import tomllib
from datetime import date
from pathlib import Path

import pytest
from tests.unit.writers.test_retraction import stored
from tests.unit.writers.written import NAMES, RECORDED, SENDING, carried_by, catalogue, withdrawn

from nelm_fhir.pipeline import judge, read_one
from nelm_fhir.writers.datatypes import Json
from nelm_fhir.writers.fhir_json import fhir_json
from nelm_fhir.writers.provenance import provenance
from nelm_fhir.writers.retraction import retracted
from nelm_fhir.writers.strategies import Strategy

SAMPLES = sorted((Path(__file__).parents[3] / "sample_bundles").glob("*/sample.toml"))


def with_results(bundle: Json, results: list[Json]) -> bytes:
    """The record with the results among its resources, first and last."""
    base = bundle["entry"][0]["fullUrl"].rsplit("/", 2)[0]
    base = base if base.startswith("http") else "https://example.org/fhir"
    entries = [
        {
            "fullUrl": f"{base}/{one['resourceType']}/w{n}",
            "resource": {**one, "id": f"w{n}"},
        }
        for n, one in enumerate(results)
    ]
    whole: Json = {**bundle, "entry": [*entries[:3], *bundle["entry"], *entries[3:]]}
    return fhir_json(whole)


@pytest.mark.parametrize("strategy", SENDING, ids=NAMES)
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.parent.name)
def test_a_record_with_our_results_is_judged_as_without(sample: Path, strategy: Strategy) -> None:
    as_of = date.fromisoformat(tomllib.loads(sample.read_text())["as_of"])
    text = (sample.parent / "bundle.json").read_bytes()
    before = judge(read_one(text, catalogue(), as_of=as_of), catalogue())
    results = carried_by(strategy, before)
    gone = [retracted(stored(one), withdrawn()) for one in results]
    told = provenance(results, before, RECORDED, targets=["RiskAssessment/1"])
    record = with_results(json.loads(text), [*results, *gone, told])
    after = judge(read_one(record, catalogue(), as_of=as_of), catalogue())
    assert after.input_digest == before.input_digest
    assert after.verdicts == before.verdicts
    assert after.issues == before.issues
