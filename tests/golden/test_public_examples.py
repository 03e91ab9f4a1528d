"""Resources that others published are read without a crash; the outcome stands in a golden table.

The files are not part of the project. They are looked for in `shared/examples` beside the checkout
or in the folder that NELM_EXAMPLES names; without them the test skips.
"""

import os
from datetime import date
from pathlib import Path

import pytest

from nelm_fhir import pipeline
from nelm_fhir.errors import InputError

ROOT = Path(__file__).parents[2]
EXAMPLES = Path(os.environ.get("NELM_EXAMPLES", ROOT.parent / "shared" / "examples"))
GOLDEN = Path(__file__).with_name("public_examples.txt")
AS_OF = date(2026, 6, 1)
pytestmark = pytest.mark.skipif(
    not EXAMPLES.is_dir(),
    reason=f"THE PUBLIC EXAMPLE FILES ARE MISSING: no folder {EXAMPLES.name}; set NELM_EXAMPLES",
)


def outcomes():
    catalogue = pipeline.load()
    for path in sorted(EXAMPLES.rglob("*.json")):
        name = path.relative_to(EXAMPLES).as_posix()
        for read in pipeline.read_all(path.read_bytes(), catalogue, as_of=AS_OF):
            yield f"{name}\n    {described(read, catalogue)}"


def described(read, catalogue):
    if isinstance(read, InputError):
        return f"{type(read).__name__}: {read.message}"
    counts = read.origin.counts
    parts = [
        ("read", counts.read),
        ("passed over", counts.passed_over),
        ("unusable", counts.unusable),
    ]
    words = [f"{name}: {listed(part)}" for name, part in parts if part]
    issues = sorted({issue.kind for issue in read.origin.issues})
    verdicts = sorted({str(v.verdict) for v in pipeline.judge(read, catalogue).verdicts})
    return "\n    ".join(
        [*words, f"issues: {', '.join(issues) or 'none'}", f"verdicts: {', '.join(verdicts)}"]
    )


def listed(counts):
    return ", ".join(f"{name} {number}" for name, number in sorted(counts.items()))


def test_every_public_example_is_read_and_what_was_not_used_is_counted():
    found = "\n".join(outcomes()) + "\n"
    if os.environ.get("NELM_UPDATE_GOLDEN") == "1":
        GOLDEN.write_text(found)
    assert found == GOLDEN.read_text()


def test_no_public_example_meets_any_criteria_set():
    assert "criteria-met" not in GOLDEN.read_text()
