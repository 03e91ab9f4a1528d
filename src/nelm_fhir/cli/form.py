"""`nelm form`: the form of the tumor board, what of it matters for one record, and its answers."""

from typing import Any, Final

import click

from nelm_fhir.cli import loading
from nelm_fhir.cli.options import FILE, OUTPUT, SETS, record_options, request_of
from nelm_fhir.cli.output import width, write_bytes, write_text
from nelm_fhir.cli.pages.form import form_page
from nelm_fhir.cli.records import Records, bytes_of
from nelm_fhir.form.questions import questions
from nelm_fhir.form.restated import restated
from nelm_fhir.writers.bundle_kind import Kind
from nelm_fhir.writers.fhir_json import fhir_json
from nelm_fhir.writers.questionnaire import questionnaire

EXAMPLES: Final = """\b
Examples:
  nelm form -o form.json
  nelm form bundle.json --missing --as-of 2026-06-01 --format table
  nelm form bundle.json --missing --set optn --set esmo-2020 -o questions.json
  nelm form --answers response.json --as observations --type transaction
"""


@click.command(epilog=EXAMPLES)
@click.argument("file", type=FILE, required=False)
@click.option(
    "--missing", is_flag=True, help="Only what would change a verdict of the record in FILE."
)
@click.option("--answers", type=FILE, metavar="RESPONSE", help="Completed answers to the form.")
@click.option(
    "--as",
    "restate",
    type=click.Choice(["observations"]),
    help="What the answers are written as; Observations if not given.",
)
@click.option(
    "--type",
    "kind",
    type=click.Choice(["collection", "transaction"]),
    default="collection",
    show_default=True,
    help="Type of the Bundle of Observations.",
)
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(["json", "table"]),
    default="json",
    show_default=True,
    help="table lists the questions for people.",
)
@record_options
@SETS
@OUTPUT
def command(file: str | None, **values: Any) -> None:
    """Write the tumor board's form, or its answers as Observations.

    Without options the whole Questionnaire. With --missing only the questions whose answer would
    change a verdict of the record in FILE, alone or together with other lacking answers; found by
    judging the record with every answer. With --answers the completed QuestionnaireResponse as
    attested Observations that are derived from it.
    """
    _check_usage(file, values)
    if values["answers"]:
        _write_answers(values)
    else:
        _write_form(file, values)


def _check_usage(file: str | None, values: dict[str, Any]) -> None:
    if values["answers"] and (file or values["missing"] or values["form"] != "json"):
        raise click.UsageError("--answers stands alone: it takes no FILE, --missing or table.")
    if values["missing"] and not file:
        raise click.UsageError("--missing needs a record: nelm form FILE --missing.")
    if values["restate"] and not values["answers"]:
        raise click.UsageError(
            "--as needs answers: nelm form --answers RESPONSE --as observations."
        )


def _write_form(file: str | None, values: dict[str, Any]) -> None:
    output, form = values["output"], values["form"]
    is_whole = not values["missing"]
    records = Records(request_of(values))
    catalogue = records.catalogue
    asked = None
    if file is not None and not is_whole:
        asked = questions(records.only(file).profile, catalogue, records.request.sets)
    found = questionnaire(catalogue.form, catalogue.attested, asked)
    if form == "json":
        write_bytes(fhir_json(found, indent=True) + b"\n", output)
    else:
        write_text(lambda color: form_page(found, catalogue.attested, width(), color=color), output)


def _write_answers(values: dict[str, Any]) -> None:
    kind: Kind = values["kind"]
    catalogue = loading.load(values["overlays"])
    found = restated(bytes_of(values["answers"]), catalogue, kind=kind)
    for place in found.strangers:
        click.echo(f"Not in the form, and left out: QuestionnaireResponse.{place}", err=True)
    write_bytes(fhir_json(found.bundle, indent=True) + b"\n", values["output"])
