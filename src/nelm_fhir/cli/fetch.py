"""`nelm fetch`: the record of one patient from a FHIR server, as one Bundle."""

from typing import Any, Final

import click

from nelm_fhir.assessment.sentences import counted
from nelm_fhir.cli.options import OUTPUT
from nelm_fhir.cli.output import write_bytes
from nelm_fhir.cli.patients import named
from nelm_fhir.cli.server_options import needed_server, server_options

EXAMPLES: Final = """\b
Examples:
  nelm fetch --server https://ehr.example/fhir --patient 123 --output record.json
  nelm assess record.json
"""


@click.command(epilog=EXAMPLES)
@server_options
@click.option(
    "--patient",
    required=True,
    metavar="ID",
    callback=lambda _ctx, _param, text: named(text),
    help="The id of the patient on the server, or Patient/ID.",
)
@OUTPUT
def command(patient: str, **values: Any) -> None:
    """Fetch one patient's record from a FHIR server.

    The Bundle holds all that the server has of the patient and of those merged with them, and what
    that refers to; what the server does not have is counted on stderr. If anything else could not
    be read, there is no Bundle: a part of a record is never taken for the whole.
    """
    from nelm_fhir.exchange.client import Client  # noqa: PLC0415 - help starts without the network
    from nelm_fhir.exchange.patient_record import fetch_record  # noqa: PLC0415 - as above

    output = values.pop("output")
    with Client(needed_server(values)) as client:
        found = fetch_record(client, patient)
    write_bytes(found.bundle + b"\n", output)
    lost = counted(len(found.unresolved), "reference")
    click.echo(f"{counted(found.resources, 'resource')}, {lost} to what is not there.", err=True)
