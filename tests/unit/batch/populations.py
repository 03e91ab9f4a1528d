"""Small populations on disk, and what the embedded engine makes of them."""

import gzip
import json
from datetime import date
from functools import cache
from pathlib import Path

from tests.bench import data
from tests.bench.export_data import export_lines

from nelm_fhir import pipeline
from nelm_fhir.batch.embedded.engine import run
from nelm_fhir.batch.settings import Settings

AS_OF = date(2026, 6, 1)
SAMPLES = Path(__file__).parents[3] / "sample_bundles"
NET = "1187425009"
"""SNOMED CT: neuroendocrine tumor."""


@cache
def catalogue():
    return pipeline.load()


def settings(work, **more):
    return Settings(as_of=AS_OF, work=work, **{"workers": 1, **more})


def judged(source, work, *, finished=None, **more):
    """Run the engine; return its counts and the outcomes by patient."""
    found = {}

    def sink(outcomes, portion):
        for one in outcomes:
            assert one.patient not in found
            found[one.patient] = one

    counts = run(source, settings(work / "work", **more), sink, finished=finished)
    assert not (work / "work").exists()
    return counts, found


def verdicts(outcome):
    return {one["set"]: one["verdict"] for one in json.loads(outcome.assessment)["verdicts"]}


def sample(name="meets-all"):
    return (SAMPLES / name / "bundle.json").read_bytes()


def sample_lines(name="meets-all", patient=None):
    return list(export_lines(json.loads(sample(name)), patient))


def ordinary_lines(count):
    """Return the lines of patients without any neuroendocrine finding."""
    records = data.ordinary(catalogue(), count, 12).records
    return [
        line
        for number, record in enumerate(records)
        for line in export_lines(json.loads(record), f"ordinary-{number}")
    ]


def write(path, lines, *, end=b"\n"):
    path.parent.mkdir(parents=True, exist_ok=True)
    text = b"\n".join(lines) + (end if lines else b"")
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return path


def line(kind, identity, patient=None, **more):
    """Return one resource as a line."""
    subject = {"subject": {"reference": f"Patient/{patient}"}} if patient else {}
    return json.dumps({"resourceType": kind, "id": identity, **subject, **more}).encode()


def tumor(patient, name="tumor", **more):
    """Return a line that states a neuroendocrine tumor of the ileum."""
    coding = [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "C7A.012"}]
    confirmed = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
    return line(
        "Condition",
        f"{patient}-{name}",
        patient,
        verificationStatus={"coding": [{"system": confirmed, "code": "confirmed"}]},
        code={"coding": coding},
        **more,
    )
