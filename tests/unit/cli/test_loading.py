"""What a command loads, and what it leaves alone: nothing here looks at a clock."""

import subprocess
import sys

import pytest
from tests.unit.cli.run import MEETS_ALL

NOT_TO_ASSESS = (
    "nelm_fhir.writers.patient_bundle.make",
    "nelm_fhir.knowledge.style_reading",
    "nelm_fhir.writers.bundle",
    "fhir",
    "requests",
)
RECORDS = "from datetime import date; from nelm_fhir.cli.records import Records, Request\n"


def told(program: str) -> str:
    """What a process of its own prints at the end."""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    return done.stdout.decode().splitlines()[-1]


def test_a_table_of_verdicts_imports_neither_the_generator_nor_the_writers():
    assert (
        told(
            "import sys; from nelm_fhir.cli.main import cli\n"
            f"cli(['assess', {MEETS_ALL!r}, '--as-of', '2026-06-01'], standalone_mode=False)\n"
            f"print([m for m in {NOT_TO_ASSESS!r} if m in sys.modules])"
        )
        == "[]"
    )


def test_the_collector_rests_while_the_program_loads_and_runs_when_records_come():
    assert (
        told(
            f"import gc; from nelm_fhir.cli import loading\n{RECORDS}"
            "loading.begin(); off = not gc.isenabled(); Records(Request(date(2026, 6, 1)))\n"
            "print(off, gc.isenabled(), gc.get_freeze_count() > 10_000)"
        )
        == "True True True"
    )


def test_the_collector_of_another_program_is_left_as_it_is():
    assert (
        told(
            f"import gc\n{RECORDS}Records(Request(date(2026, 6, 1)))\n"
            "print(gc.isenabled(), gc.get_freeze_count())"
        )
        == "True 0"
    )


@pytest.mark.parametrize("said", ["__all__", "one-of-mine"])
def test_no_plugin_of_the_environment_sees_a_record_unless_somebody_says_so(said: str):
    name = "PYDANTIC_DISABLE_PLUGINS"
    given = {} if said == "__all__" else {name: said}
    assert (
        told(
            f"import os; os.environ.pop({name!r}, None); os.environ.update({given!r})\n"
            f"from nelm_fhir.cli import loading; loading.begin(); print(os.environ[{name!r}])"
        )
        == said
    )
