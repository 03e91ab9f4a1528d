"""`nelm batch`: a whole population in, a worklist and everything beside it out."""

import logging
from collections.abc import Collection
from pathlib import Path
from typing import Any, Final

import click

from nelm_fhir.assessment.sentences import counted
from nelm_fhir.batch.job import Ended, Job
from nelm_fhir.batch.outputs.files import DEAD_LETTERS, LEDGER, WORKLIST_PAGE, Folder
from nelm_fhir.batch.outputs.run_line import Overlay, Request
from nelm_fhir.cli import loading
from nelm_fhir.cli.batch_server import ENGINE as LIVE
from nelm_fhir.cli.batch_server import Live, judged_live, live_of, population_options
from nelm_fhir.cli.clock import now, today
from nelm_fhir.cli.engines import EMBEDDED, ENGINES, Population
from nelm_fhir.cli.exits import DONE, SOME_NOT_ASSESSED
from nelm_fhir.cli.options import DAY, OVERLAYS, SETS, SWITCHES
from nelm_fhir.cli.progress import shown
from nelm_fhir.cli.records import check_words
from nelm_fhir.cli.source_name import SourceName
from nelm_fhir.events import Event, event
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.ledger.store import Ledger

EXAMPLES: Final = """\b
Examples:
  nelm batch export/ --output results --as-of 2026-06-30
  nelm batch export/ --output results --set optn --set esmo-2020
  nelm batch bundles.ndjson.gz --output results --overlay our-hospital
  nelm batch s3://registry/export --output results
  nelm batch --server https://ehr.example/fhir --output results --write
"""


@click.command(epilog=EXAMPLES)
@click.argument(
    "source",
    type=SourceName(),
    required=False,
    metavar="[SOURCE]",
)
@population_options
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    metavar="DIR",
    help="Folder for the results, made if need be; nothing is written outside of it.",
)
@click.option("--as-of", type=DAY, help="Day of the judgment, YYYY-MM-DD; without it today.")
@SETS
@OVERLAYS
@SWITCHES
@click.option(
    "--engine",
    type=click.Choice(list(ENGINES)),
    default=EMBEDDED,
    show_default=True,
    help="What judges the patients; the results are the same. spark needs nelm-fhir[spark].",
)
@click.option(
    "--ledger",
    type=click.Path(dir_okay=False, path_type=Path),
    help=f"Where the runs are kept; without it {LEDGER} in DIR.",
)
@click.option("--fresh", is_flag=True, help="Judge everybody again, whatever is done already.")
@click.option(
    "--keep-input",
    is_flag=True,
    help=f"Put the records that could not be assessed into {DEAD_LETTERS}.",
)
@click.option("-v", "--verbose", is_flag=True, help="Log what is done, in numbers.")
@click.pass_context
def command(ctx: click.Context, /, **values: Any) -> None:
    """Judge a whole population and write a worklist.

    SOURCE is a folder or file of FHIR R4: a bulk export in any layout, bundles, NDJSON, all of it
    packed with gzip or not; or the address of such a place in an object store (s3://, gs://,
    abfs://; needs nelm-fhir[cloud]). Patients without any neuroendocrine finding are counted, not
    judged.

    With --server in its place the records are read from a FHIR server, each whole or not at all:
    those of the candidates (nelm candidates), of --patients or of --group. With --write the results
    go back there, and those that rest on what is void by now are taken back; they are kept track of
    in the ledger.

    DIR gets worklist.html, .ndjson, .csv (and .parquet where pyarrow is installed), changes since
    the last run, a summary, RiskAssessments, profiles, and a letter for each patient who could not
    be assessed. A run that was asked before with the same input writes nothing; one that was
    interrupted goes on where it was.
    """
    if values["verbose"]:
        logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    catalogue = loading.load(values["overlays"])
    check_words("--set", values["sets"], list(catalogue.sets))
    check_words("--option", values["options"], list(catalogue.known_options))
    live = live_of(values)
    if live is None:
        _apart(values["source"], values["output"])
    with Folder.open(values["output"]) as folder:
        path = values["ledger"] or folder.path / LEDGER
        with Ledger.open(path, exclusive=True) as ledger:
            ended = _run(Job(ledger, folder, catalogue, now), values, live)
    _tell(ended, values["output"], is_live=live is not None)
    ctx.exit(DONE if ended.is_whole else SOME_NOT_ASSESSED)


def _apart(source: Path | str, output: Path) -> None:
    """Refuse an output folder that would be read as input the next time."""
    if isinstance(source, Path) and output.resolve().is_relative_to(source.resolve()):
        raise click.BadParameter("The results cannot lie in SOURCE.", param_hint="--output")


def _run(job: Job, values: dict[str, Any], live: Live | None) -> Ended:
    values["as_of"] = values["as_of"] or today()
    if live is not None:
        request = _request(values, job.catalogue, live.told, live.fingerprint, LIVE)
        ended = judged_live(job, live, request, fresh=values["fresh"])
        event(Event.BATCH_ENDED, judged=ended.judged, failed=ended.failed)
        return ended
    population = Population(
        source=values["source"],
        output=job.folder.path,
        as_of=values["as_of"],
        sets=_in_order(values["sets"], job.catalogue),
        options=tuple(sorted(set(values["options"]))),
        overlays=values["overlays"],
        keep_input=values["keep_input"],
    )
    named, held = str(values["source"]), population.fingerprint()
    request = _request(values, job.catalogue, named, held, values["engine"])
    if not values["fresh"] and (done := job.done(request)):
        return done
    with shown() as watch:
        engine = ENGINES[values["engine"]](population, watch)
        ended = job.do(request, engine, fresh=values["fresh"])
    event(Event.BATCH_ENDED, judged=ended.judged, failed=ended.failed)
    return ended


def _in_order(wanted: Collection[str], catalogue: Catalogue) -> tuple[str, ...]:
    """Return the sets that are judged, all if none is named, in the order of the catalogue."""
    return tuple(name for name in catalogue.sets if name in wanted or not wanted)


def _request(
    values: dict[str, Any], catalogue: Catalogue, source: str, fingerprint: str, engine: str
) -> Request:
    return Request(
        source=source,
        fingerprint=fingerprint,
        as_of=values["as_of"],
        catalogue=catalogue.digest,
        sets=_in_order(values["sets"], catalogue),
        overlays=tuple(
            Overlay(str(folder), one.name, one.version)
            for folder, one in zip(values["overlays"], catalogue.overlays, strict=True)
        ),
        options=tuple(sorted(set(values["options"]))),
        engine=engine,
        keep_input=values["keep_input"],
    )


def _tell(ended: Ended, output: Path, *, is_live: bool) -> None:
    """Say how it ended, in counts."""
    if ended.repeated and is_live:
        click.echo("The same records have been judged already; no file was written.")
    elif ended.repeated:
        click.echo("The same input has been judged already; nothing was written.")
    else:
        click.echo(f"{counted(ended.judged, 'patient')} judged; see {output / WORKLIST_PAGE}.")
    if ended.failed:
        click.echo(
            f"{counted(ended.failed, 'patient')} not assessed; see {DEAD_LETTERS}.", err=True
        )
    if ended.unwritten:
        click.echo(
            f"Results of {counted(ended.unwritten, 'patient')} not written to the server; "
            f"see {DEAD_LETTERS}.",
            err=True,
        )
    if ended.counts.lost:
        click.echo(
            f"{counted(ended.counts.lost, 'line')} could not be read and belong to nobody known.",
            err=True,
        )
    if ended.counts.incomplete:
        files = counted(len(ended.counts.incomplete), "file")
        click.echo(f"{files} could not be read to the end; see run.json.", err=True)
