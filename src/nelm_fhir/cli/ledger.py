"""`nelm ledger`: what was written, compared with the server, mended, and deleted when it is old."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from msgspec.structs import asdict

from nelm_fhir.assessment.json_form import as_bytes
from nelm_fhir.cli.clock import now
from nelm_fhir.cli.exits import VERDICT_FOUND
from nelm_fhir.cli.ledger_rows import finding_row, result_row, run_rows
from nelm_fhir.cli.options import DAY
from nelm_fhir.cli.output import width, write_bytes, write_text
from nelm_fhir.cli.pages.ledger import contents_page, differences_page, purged_page
from nelm_fhir.cli.server_options import needed_server, server_options
from nelm_fhir.ledger.holds import alarms
from nelm_fhir.ledger.purge import purge as purge_before
from nelm_fhir.ledger.results import every
from nelm_fhir.ledger.store import Ledger

if TYPE_CHECKING:
    from nelm_fhir.exchange.client import Client

LEDGER: Final = click.option(
    "--ledger",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    metavar="FILE",
    help="The ledger, a SQLite file.",
)
FORM: Final = click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="A page for people, or one JSON object.",
)


@click.group()
def command() -> None:
    """Show, compare, mend and shorten the ledger of results.

    It holds answers about patients: keep it where you keep records, on a local disk.
    """


@command.command(short_help="Show results, runs and alarms.")
@LEDGER
@FORM
@click.option("--patient", "patients", multiple=True, metavar="ID", help="Of this patient only.")
def show(path: Path, form: str, patients: tuple[str, ...]) -> None:
    """Show the results of a ledger and how they stand, its runs, and where an alarm stands."""
    names = [name if "/" in name else f"Patient/{name}" for name in patients]
    with Ledger.open(path, exclusive=False) as ledger:
        results = [result_row(result) for result in every(ledger, names)]
        runs = [] if names else run_rows(ledger)
        held = [dict(row) for row in alarms(ledger) if not names or row["patient"] in names]
    if form == "json":
        write_bytes(as_bytes({"results": results, "runs": runs, "alarms": held}, indent=True))
    else:
        write_text(lambda color: contents_page(results, runs, held, width(), color=color))


@command.command(short_help="Compare the ledger with the server.")
@LEDGER
@server_options
@FORM
@click.option(
    "--fail-on-difference", is_flag=True, help="End with exit code 1 if anything differs."
)
@click.pass_context
def verify(ctx: click.Context, /, path: Path, fail_on_difference: bool, **values: Any) -> None:
    """Compare the ledger with the server that results were written to, and change nothing.

    Told is what is missing there, stands there more than once, was changed, is in doubt, or is not
    known to the ledger.
    """
    form = values.pop("form")
    with _both(path, values, exclusive=False) as (client, ledger):
        from nelm_fhir.exchange.writing.review import compared, places  # noqa: PLC0415 - as below

        found = [
            finding_row(one)
            for place in places(client, ledger)
            for one in compared(client, ledger, place)
        ]
    _tell(found, form)
    if found and fail_on_difference:
        ctx.exit(VERDICT_FOUND)


@command.command(short_help="Mend the ledger after what the server says.")
@LEDGER
@server_options
@FORM
def repair(path: Path, **values: Any) -> None:
    """Mend the ledger: learn ids and versions again, settle what is in doubt.

    Nothing is written to the server. What is lost there is written again by the next run; doubles
    are left to people, and once they are gone this ends their alarm.
    """
    form = values.pop("form")
    with _both(path, values, exclusive=True) as (client, ledger):
        from nelm_fhir.exchange.writing.review import places, repaired  # noqa: PLC0415 - as below

        found = [
            finding_row(one, done)
            for place in places(client, ledger)
            for one, done in repaired(client, ledger, place, now())
        ]
    _tell(found, form)


@command.command(short_help="Delete what was judged before a day.")
@LEDGER
@FORM
@click.option("--before", type=DAY, required=True, metavar="DATE", help="YYYY-MM-DD.")
def purge(path: Path, form: str, before: date) -> None:
    """Delete runs, patients and results that were judged as of a day before DATE, for good.

    The server is not touched. What is still in doubt there stays in the ledger.
    """
    if not path.is_file():
        raise click.BadParameter(f"there is no ledger at {path}.", param_hint="--ledger")
    with Ledger.open(path, exclusive=True) as ledger:
        counts = asdict(purge_before(ledger, before))
    if form == "json":
        write_bytes(as_bytes(counts, indent=True))
    else:
        write_text(lambda color: purged_page(counts, width(), color=color))


@contextmanager
def _both(
    path: Path, values: dict[str, Any], *, exclusive: bool
) -> Iterator[tuple["Client", Ledger]]:
    """Open a ledger that is there, and the server."""
    server = needed_server(values)
    if not path.is_file():
        raise click.BadParameter(f"there is no ledger at {path}.", param_hint="--ledger")
    from nelm_fhir.exchange.client import Client  # noqa: PLC0415 - only where a server is asked

    with Ledger.open(path, exclusive=exclusive) as ledger, Client(server) as client:
        yield client, ledger


def _tell(found: list[dict[str, Any]], form: str) -> None:
    if form == "json":
        write_bytes(as_bytes({"differences": found}, indent=True))
    else:
        write_text(lambda color: differences_page(found, width(), color=color))
