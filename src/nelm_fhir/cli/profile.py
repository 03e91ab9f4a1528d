"""`nelm profile`: the candidate profile that a record gives, for people and for `--profile`."""

from typing import Any, Final

import click

from nelm_fhir.assessment.json_form import as_bytes
from nelm_fhir.cli.options import FILE, OUTPUT, record_options, request_of
from nelm_fhir.cli.output import width, write_bytes, write_text
from nelm_fhir.cli.pages.profile import profile_page
from nelm_fhir.cli.records import Records

EXAMPLES: Final = """\b
Examples:
  nelm profile bundle.json --as-of 2026-06-01 --format table
  nelm profile bundle.json --output profile.json
  nelm assess --profile profile.json
"""


@click.command(epilog=EXAMPLES)
@click.argument("file", type=FILE)
@record_options
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(["json", "table"]),
    default="json",
    show_default=True,
    help="json can be given back with --profile.",
)
@OUTPUT
def command(file: str, form: str, **values: Any) -> None:
    """Show the candidate profile that a record gives.

    Every value with the resource it rests on; what is unknown with the reason.
    """
    output = values["output"]
    records = Records(request_of(values))
    read = records.only(file)
    record = read.profile.to_record()
    if form == "json":
        write_bytes(as_bytes(record, indent=True), output)
        return
    subject = records.request.subject or read.origin.subject.reference
    reasons, notice = records.catalogue.texts.reasons, records.catalogue.texts.notice
    write_text(
        lambda color: profile_page(record, subject, reasons, notice, width(), color=color), output
    )
