"""`nelm explain`: one record, its facts with their evidence, and every criterion in a sentence."""

from typing import Any, Final

import click

from nelm_fhir.cli.options import FILE, OUTPUT, SETS, record_options, request_of
from nelm_fhir.cli.output import width, write_text
from nelm_fhir.cli.pages.explanation import explanation_page
from nelm_fhir.cli.pages.view import View
from nelm_fhir.cli.records import Records

EXAMPLES: Final = """\b
Examples:
  nelm explain bundle.json --as-of 2026-06-01 --set optn
"""


@click.command(epilog=EXAMPLES)
@click.argument("file", type=FILE)
@record_options
@SETS
@OUTPUT
def command(file: str, **values: Any) -> None:
    """Show why each criterion is met or not, with its evidence.

    First the facts of the record, each once: resource and version, element, text as recorded, how
    its code matched, what was set aside. Then by set, the deciding criteria first: what was found
    and in which facts, what would settle or change it, the words of the publication.
    """
    output = values["output"]
    records = Records(request_of(values))
    assessment = records.judge(records.only(file))
    today = records.request.as_of is None and not records.request.is_profile

    def page(color: bool) -> str:
        return explanation_page(assessment, records.catalogue, View(width(), color, today=today))

    write_text(page, output)
