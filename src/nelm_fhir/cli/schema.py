"""`nelm schema`: JSON Schema of what goes in with --profile and of everything that comes out."""

from collections.abc import Callable
from typing import Any, Final

import click

from nelm_fhir.assessment.json_form import as_bytes
from nelm_fhir.assessment.json_schema import result_schema
from nelm_fhir.batch.outputs.schema import (
    change_schema,
    letter_schema,
    run_schema,
    summary_schema,
    worklist_schema,
)
from nelm_fhir.cli.output import write_bytes
from nelm_fhir.coverage.schema import coverage_schema
from nelm_fhir.profile.record_format import CandidateProfile

SCHEMAS: Final[dict[str, Callable[[], dict[str, Any]]]] = {
    "profile": CandidateProfile.model_json_schema,
    "result": result_schema,
    "coverage": coverage_schema,
    "worklist": worklist_schema,
    "change": change_schema,
    "summary": summary_schema,
    "dead-letter": letter_schema,
    "run": run_schema,
}


@click.command()
@click.argument("name", type=click.Choice(list(SCHEMAS)))
def command(name: str) -> None:
    r"""Print the JSON Schema of what goes in or comes out.

    \b
    profile: what `nelm profile` gives and `nelm assess --profile` takes.
    result: what `nelm assess --format json` gives.
    coverage: what `nelm coverage --format json` gives and `nelm overlay new` takes.
    worklist, change, dead-letter: a line of these files of `nelm batch`.
    summary, run: these files of `nelm batch`.
    """
    write_bytes(as_bytes(SCHEMAS[name](), indent=True))
