"""`nelm candidates`: which patients of a FHIR server have a neuroendocrine tumor."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import click

from nelm_fhir.assessment.json_form import as_bytes
from nelm_fhir.assessment.sentences import counted
from nelm_fhir.cli import loading
from nelm_fhir.cli.options import OUTPUT, OVERLAYS
from nelm_fhir.cli.output import write_bytes
from nelm_fhir.cli.server_options import needed_server, server_options

EXAMPLES: Final = """\b
Examples:
  nelm candidates --server https://ehr.example/fhir > patients.txt
  nelm assess --server https://ehr.example/fhir --patients patients.txt
"""


@click.command(epilog=EXAMPLES)
@server_options
@OVERLAYS
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(["lines", "json"]),
    default="lines",
    show_default=True,
    help="json tells what was counted, too.",
)
@OUTPUT
def command(overlays: Sequence[Path], form: str, output: Path | None, **values: Any) -> None:
    """Find who has a neuroendocrine tumor on a FHIR server.

    Searched are Conditions with a code of the shipped list (nelm codes show neuroendocrine) or of
    an overlay; void and refuted ones count for nobody. Patients whose tumor shows only in
    histology, in an Observation, in a plain site code or in text are not found this way: give their
    ids with --patients where records are judged.
    """
    from nelm_fhir.exchange.candidates import Tally, candidates  # noqa: PLC0415 - help without it
    from nelm_fhir.exchange.client import Client  # noqa: PLC0415 - as above

    catalogue = loading.load(overlays)
    tally = Tally()
    with Client(needed_server(values)) as client:
        found = list(candidates(client, catalogue, tally))
    if form == "json":
        write_bytes(as_bytes({"patients": found, **asdict(tally)}, indent=True), output)
    else:
        write_bytes("".join(f"{name}\n" for name in found).encode(), output)
    click.echo(_told(len(found), tally.conditions, tally.without_patient), err=True)


def _told(patients: int, conditions: int, without: int) -> str:
    told = f"{counted(patients, 'patient')} by {counted(conditions, 'Condition')}."
    if not without:
        return told
    return f"{told} {counted(without, 'Condition')} without a patient of this server."
