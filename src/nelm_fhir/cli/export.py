"""`nelm export`: a bulk export of a FHIR server into a folder that `nelm batch` reads."""

import sys
from pathlib import Path
from typing import Any, Final

import click

from nelm_fhir.assessment.sentences import counted
from nelm_fhir.cli.server_options import needed_server, server_options

LAST: Final = "last"
EXAMPLES: Final = """\b
Examples:
  nelm export --server https://ehr.example/fhir --group nets --output export
  nelm export --server https://ehr.example/fhir --group nets --output export --since last
  nelm batch export --output results
"""


@click.command(epilog=EXAMPLES)
@server_options
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    metavar="DIR",
    help="Folder of the export; each further export stands beside the ones before.",
)
@click.option("--group", default="", metavar="ID", help="Only the patients of this Group.")
@click.option("--system", is_flag=True, help="Everything the server has, not only patients.")
@click.option(
    "--type",
    "types",
    multiple=True,
    metavar="TYPE",
    help="Resource type, repeatable; without it all types that are read.",
)
@click.option(
    "--type-filter",
    "filters",
    multiple=True,
    metavar="SEARCH",
    help="Search that narrows one type, repeatable; what it leaves out stays unknown.",
)
@click.option(
    "--since",
    default="",
    metavar="INSTANT",
    help="Only what changed since; 'last' is the moment of the last export in the folder.",
)
@click.option("--until", default="", metavar="INSTANT", help="Only what changed before.")
@click.option(
    "--kick-off",
    "method",
    type=click.Choice(["auto", "get", "post"]),
    default="auto",
    show_default=True,
    help="How it is asked for: STU 1 to 3 know GET, 4.0 knows only POST.",
)
@click.option(
    "--poll-at-most",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Ask for the state at least this often, whatever the server asks for.",
)
@click.option("--fresh", is_flag=True, help="Leave an export that is under way, start a new one.")
def command(output: Path, **values: Any) -> None:
    """Export many patients' resources from a FHIR server.

    An interrupted export goes on with the same command. Files the server reports as deleted, and
    its own problems, are kept, too.
    """
    from nelm_fhir.exchange.client import Client  # noqa: PLC0415 - help starts without the network
    from nelm_fhir.exchange.export.run import Manner, export, last_moment  # noqa: PLC0415 - as above

    manner = Manner(_pacing(values.pop("poll_at_most")), values.pop("method"), _progress)
    fresh = values.pop("fresh")
    with Client(needed_server(values, bulk=True)) as client:
        if values["since"] == LAST:
            values["since"] = last_moment(output, client)
        done = export(client, _wanted(**values), output, manner, fresh=fresh)
    lines = sum(one.lines for one in done.files)
    files, read = counted(len(done.files), "file"), counted(lines, "line")
    click.echo(f"{files} with {read} in {output / done.folder}, as of {done.transaction_time}.")


def _wanted(
    group: str,
    types: tuple[str, ...],
    filters: tuple[str, ...],
    since: str,
    until: str,
    *,
    system: bool,
) -> Any:
    from nelm_fhir.exchange.export import request  # noqa: PLC0415 - as above

    if group and system:
        raise click.UsageError("--group and --system are two different exports: choose one.")
    level = request.GROUP if group else request.SYSTEM if system else request.ALL_PATIENTS
    return request.ExportRequest(level, group, types or _read(), since, until, filters)


def _read() -> tuple[str, ...]:
    """Return every type that the mappers read, and that of the patient."""
    from nelm_fhir.cli import loading  # noqa: PLC0415 - only where no type is named
    from nelm_fhir.mappers.registry import Wanted  # noqa: PLC0415 - as above

    return tuple(sorted({"Patient", *Wanted(loading.load().codes).types}))


def _pacing(at_most: float | None) -> Any:
    from nelm_fhir.exchange.export.polling import Pacing  # noqa: PLC0415 - as above

    if at_most is None:
        return Pacing()
    return Pacing(first=min(Pacing().first, at_most), longest=at_most, asked=at_most)


def _progress(here: int, of: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{here} of {counted(of, 'file')}", err=True, nl=here == of)
