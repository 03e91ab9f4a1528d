"""What some cases leave unreached: every status of a criterion, and every limit, by name."""

import os
from pathlib import Path

from tests.golden.questions import CASES, CATALOGUE

from nelm_fhir.evaluator.cases import run_cases

APPROVED = Path(__file__).parent / "unreached.txt"
SOME = ("V01", "V24")


def test_what_some_cases_leave_unreached_is_named():
    some = [case for case in CASES.values() if case.id in SOME or case.file == "shared-clocks.toml"]
    report = run_cases(some, CATALOGUE)
    assert (report.cases, report.failures) == (len(some), [])
    found = "".join(f"{line}\n" for line in report.unreached)
    if os.environ.get("NELM_UPDATE_GOLDEN") == "1":
        APPROVED.write_text(found)
    assert found == APPROVED.read_text()
