"""`nelm coverage`: what many records hold of the data elements, and which codes nobody maps."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import click

from nelm_fhir.assessment.json_form import as_bytes
from nelm_fhir.assessment.sentences import counted
from nelm_fhir.cli import loading
from nelm_fhir.cli.clock import today
from nelm_fhir.cli.exits import SOME_NOT_ASSESSED, error_text
from nelm_fhir.cli.options import DAY, OUTPUT, OVERLAYS
from nelm_fhir.cli.output import width, write_bytes, write_text
from nelm_fhir.cli.pages.coverage import coverage_page
from nelm_fhir.cli.pages.view import View
from nelm_fhir.cli.records import STDIN, bytes_of
from nelm_fhir.coverage.form import Json, to_json
from nelm_fhir.coverage.html import page
from nelm_fhir.coverage.reading import Reader
from nelm_fhir.coverage.tally import Tally
from nelm_fhir.errors import InputError, NotABundle
from nelm_fhir.events import Event, event
from nelm_fhir.knowledge.catalogue import Catalogue

ENDINGS: Final = tuple(
    f".{kind}{packed}" for kind in ("json", "jsonl", "ndjson") for packed in ("", ".gz")
)
PATHS: Final = click.Path(exists=True, allow_dash=True)
EXAMPLES: Final = """\b
Examples:
  nelm coverage exports/ --as-of 2026-06-30
  nelm coverage exports/ --format json -o coverage.json
  nelm coverage exports/ --format html -o coverage.html
  nelm coverage exports/ --overlay our-hospital
"""


@click.command(epilog=EXAMPLES)
@click.argument("paths", type=PATHS, nargs=-1, required=True, metavar="FILE|FOLDER...")
@click.option("--as-of", type=DAY, help="Day of the judgment, YYYY-MM-DD; without it today.")
@OVERLAYS
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(["table", "json", "html"]),
    default="table",
    show_default=True,
    help="json is what `nelm overlay new` takes; html is one page without script.",
)
@OUTPUT
@click.option("-v", "--verbose", is_flag=True, help="Show every code and how it was coded.")
@click.pass_context
def command(
    ctx: click.Context, /, paths: tuple[str, ...], overlays: tuple[Path, ...], **values: Any
) -> None:
    """Show what records hold, and which codes near it nobody maps.

    FILE is a FHIR R4 Bundle, a list of resources, NDJSON, or - for stdin; of a FOLDER every .json,
    .ndjson and .jsonl file in it and below is read. All of it may be packed with gzip (.json.gz).
    Every Bundle is one record; what cannot be read never costs the others.

    The result can be mailed: it holds counts and codes, no ids, dates, texts or file names, and no
    count from 1 to 4.
    """
    catalogue = loading.load(overlays)
    counting = _Counting(Reader(catalogue, values["as_of"] or today()))
    counting.all(paths)
    report = to_json(counting.tally, catalogue, counting.reader.known)
    _write(report, catalogue, **values)
    if counting.tally.refused:
        ctx.exit(SOME_NOT_ASSESSED)


class _Counting:
    """Reads inputs one after the other and counts; an input of no use is told on stderr."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.tally = Tally()
        self._passed_over = 0

    def all(self, paths: tuple[str, ...]) -> None:
        """Count everything; the error of a single input that is alone ends the run."""
        inputs = list(_inputs(paths))
        for number, (name, in_folder) in enumerate(inputs, start=1):
            for error in self._errors(name):
                if in_folder and isinstance(error, NotABundle):
                    self._passed_over += 1
                    continue
                if len(inputs) == 1 and not self.tally.records:
                    raise error
                self._refuse(number, len(inputs), error)
        if self._passed_over:
            click.echo(
                f"{counted(self._passed_over, 'file')} of the folders: no records, passed over.",
                err=True,
            )

    def _errors(self, name: str) -> Iterator[InputError]:
        try:
            data = bytes_of(name)
        except InputError as error:
            yield error
            return
        for seen in self.reader.records(data):
            if isinstance(seen, InputError):
                yield seen
            else:
                self.tally.add(seen)

    def _refuse(self, number: int, several: int, error: InputError) -> None:
        """Say which input it was by its place: a file's name may be that of a patient."""
        self.tally.refuse(type(error).__name__)
        event(Event.RECORD_REFUSED, exit_code=error.exit_code)
        click.echo(f"Input {number} of {several}, in order of name. {error_text(error)}", err=True)


def _inputs(paths: tuple[str, ...]) -> Iterator[tuple[str, bool]]:
    """Yield the name of every input, and whether it only lies in a folder that was given."""
    for name in paths:
        folder = Path(name)
        if name == STDIN or not folder.is_dir():
            yield name, False
            continue
        for file in sorted(folder.rglob("*")):
            if file.name.lower().endswith(ENDINGS) and file.is_file():
                yield str(file), True


def _write(report: Json, catalogue: Catalogue, **values: Any) -> None:
    systems, output = catalogue.codes.systems, values["output"]

    def table(color: bool) -> str:
        view = View(width(), color=color, verbose=values["verbose"])
        return coverage_page(report, systems, view)

    if values["form"] == "json":
        write_bytes(as_bytes(report, indent=True), output)
    elif values["form"] == "html":
        write_bytes(page(report, systems).encode(), output)
    else:
        write_text(table, output)
