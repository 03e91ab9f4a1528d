"""The command line as the tests call it: in the same process, or as a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner, Result
from tests.unit.assessment.made import vignettes

from nelm_fhir.cli.main import cli
from nelm_fhir.profile.record_format import CandidateProfile

ROOT = Path(__file__).parents[3]
SAMPLES = ROOT / "sample_bundles"
MEETS_ALL = str(SAMPLES / "meets-all" / "bundle.json")
DISAGREE = str(SAMPLES / "sets-that-disagree" / "bundle.json")
DAY = ("--as-of", "2026-06-01")
NEW_PATIENT = {"resourceType": "Patient", "id": "nobody"}
EMPTY = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": NEW_PATIENT}]}


def nelm(*arguments: str, **options: object) -> Result:
    """Run a command in this process, 80 columns wide."""
    environment = {"COLUMNS": "80", **dict(options.pop("env", None) or {})}
    return CliRunner().invoke(cli, arguments, env=environment, prog_name="nelm", **options)


def process(*arguments: str, text: bytes = b"", **environment: str) -> subprocess.CompletedProcess:
    """Run a command as a process of its own, in a pipe."""
    return subprocess.run(
        [sys.executable, "-m", "nelm_fhir.cli.main", *arguments],
        input=text,
        capture_output=True,
        env={**os.environ, "COLUMNS": "80", **environment},
        check=False,
    )


def profile_file(folder: Path, case: str) -> str:
    """Write the record of a vignette as a profile and return its path."""
    record = CandidateProfile.from_record(vignettes()[case].record).to_record()
    path = folder / f"{case}.json"
    path.write_text(json.dumps(record), "utf-8")
    return str(path)


def stream_of(*bundles: str | bytes) -> bytes:
    """Return an NDJSON stream of the Bundles in these files, or of these lines."""
    lines = [
        one if isinstance(one, bytes) else json.dumps(json.loads(Path(one).read_bytes())).encode()
        for one in bundles
    ]
    return b"\n".join(lines) + b"\n"
