"""`nelm assess`: records in, from files or a server; verdicts out."""

import logging
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, Final

import click
from click.core import ParameterSource

from nelm_fhir.assessment.json_form import as_bytes, error_line
from nelm_fhir.assessment.result import Verdict
from nelm_fhir.cli.clock import now
from nelm_fhir.cli.exits import DONE, SOME_NOT_ASSESSED, VERDICT_FOUND
from nelm_fhir.cli.options import (
    FILE,
    FILES,
    LANGUAGE,
    MOMENT,
    OUTPUT,
    SETS,
    record_options,
    request_of,
)
from nelm_fhir.cli.output import write_all
from nelm_fhir.cli.patients import PATIENT, PATIENTS, patients_of
from nelm_fhir.cli.records import Found, Records, Request
from nelm_fhir.cli.render import FORMATS, OF_ONE, Form, Judged, Result, Run, Unusable, render
from nelm_fhir.cli.server_options import needed_server, server_options
from nelm_fhir.cli.server_records import of_server
from nelm_fhir.cli.write_options import wish_of, writing_options
from nelm_fhir.cli.write_results import ResultsBack, results_back
from nelm_fhir.errors import NelmError
from nelm_fhir.events import Event, event

Refusal = Callable[[str, NelmError], Unusable]
VERDICTS: Final = [str(verdict) for verdict in Verdict]


def _one_is_there(
    ctx: click.Context, param: click.Parameter, files: tuple[str, ...]
) -> tuple[str, ...]:
    """Refuse the name of a single file that is none; among several it costs only its own line."""
    if len(files) == 1:
        FILE.convert(files[0], param, ctx)
    return files


EXAMPLES: Final = """\b
Examples:
  nelm assess bundle.json --as-of 2026-06-01
  nelm assess bundle.json --set optn --set esmo-2020 --format json
  nelm assess *.json > results.ndjson
  nelm assess bundle.json --format html --language de --output report.html
  nelm assess --server https://ehr.example/fhir --patient 123 --format json
  nelm assess --server https://ehr.example/fhir --patients ids.txt --dry-run
  nelm assess --server https://ehr.example/fhir --patients ids.txt --write --ledger nelm.sqlite
"""


@click.command(epilog=EXAMPLES)
@click.argument("files", type=FILES, nargs=-1, metavar="[FILE...]", callback=_one_is_there)
@server_options
@PATIENT
@PATIENTS
@writing_options
@record_options
@SETS
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="Without it: table for one record, ndjson for several; html shows one record.",
)
@LANGUAGE
@click.option(
    "--bundle",
    type=click.Choice(["transaction", "collection"]),
    default="transaction",
    show_default=True,
    help="Type of the Bundle of --format fhir.",
)
@click.option(
    "--recorded",
    type=MOMENT,
    metavar="MOMENT",
    help="Moment of writing of --format fhir, as 2026-06-01T12:00:00+00:00; without it now.",
)
@click.option(
    "--fail-on",
    type=click.Choice(VERDICTS),
    multiple=True,
    help="End with exit code 1 if a judged set has this verdict; may be given several times.",
)
@OUTPUT
@click.option(
    "-v", "--verbose", is_flag=True, help="Name every issue, every unused resource, all citations."
)
@click.pass_context
def command(ctx: click.Context, /, files: tuple[str, ...], **values: Any) -> None:
    """Judge records against the criteria sets.

    FILE is a FHIR R4 Bundle, a list of resources, NDJSON, or - for stdin; with --profile a
    candidate profile. All of it may be packed with gzip. Each file is one record; an NDJSON stream
    of Bundles holds one per line. Several records give one line of JSON each, in the order they
    came in.

    With --server and --patient or --patients the records are read from a FHIR server, each whole or
    not at all. With --write the results go back there, each once, and never over something newer or
    over what people confirmed without saying so; without it nothing is written.
    """
    if values["verbose"]:
        logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    patients = patients_of(values)
    _check_source(ctx, files, patients)
    wish = wish_of(values, from_server=patients is not None)
    records = Records(request_of(values))
    server = None if patients is None else needed_server(values)
    if server is not None:
        _check_asked(records.request)
        source = of_server(records, server, patients or ())
    else:
        source = records.of_files(files)
    found, several = _looked_ahead(source, several=len(files) + len(patients or ()) > 1)
    with results_back(wish, server, records, values["recorded"]) as back:
        ending = _Ending(set(values["fail_on"]), back, several=several)
        if wish is not None and not wish.sends:
            write_all(ending.bundles(found, records), values["output"])
        else:
            run = _run(values, records, ending.refused, several=several)
            render(ending.results(found, records), run, values["output"])
    ctx.exit(ending.code)


def _check_source(ctx: click.Context, files: Sequence[str], patients: Sequence[str] | None) -> None:
    """Refuse both files and patients of a server, and neither."""
    if files and patients is not None:
        raise click.UsageError("Give files, or --server with --patient, not both.")
    named = ctx.get_parameter_source("server") is ParameterSource.COMMANDLINE
    if named and patients is None:
        raise click.UsageError("--server needs --patient or --patients.")
    if not files and patients is None:
        missing = next(param for param in ctx.command.params if param.name == "files")
        raise click.MissingParameter(ctx=ctx, param=missing, param_type="argument")


def _check_asked(request: Request) -> None:
    """Refuse what is said of files only."""
    if request.is_profile:
        raise click.UsageError("A server has records, no profiles: leave out --profile.")
    if request.subject is not None:
        raise click.UsageError("--patient says who is meant: leave out --subject.")


def _looked_ahead(found: Iterator[Found], *, several: bool) -> tuple[Iterator[Found], bool]:
    """Look ahead far enough to tell one record from several."""
    first = list(islice(found, 2))
    return chain(first, found), several or len(first) > 1


def _run(values: dict[str, Any], records: Records, refused: Refusal, *, several: bool) -> Run:
    form = Form(values["form"] or ("ndjson" if several else "table"))
    if several and form in OF_ONE:
        raise click.UsageError(
            f"--format {form} shows one record: give each record by itself, or choose ndjson."
        )
    return Run(
        form=form,
        catalogue=records.catalogue,
        several=several,
        bundle=values["bundle"],
        recorded=values["recorded"] or now(),
        verbose=values["verbose"],
        today=records.request.as_of is None and not records.request.is_profile,
        to_file=values["output"] is not None,
        language=values["language"],
        refused=refused,
    )


class _Ending:
    """Watches results pass by and remembers how the command has to end."""

    def __init__(self, unwanted: set[str], back: ResultsBack | None, *, several: bool) -> None:
        self._unwanted = unwanted
        self._back = back
        self._several = several
        self.code = DONE

    def results(self, found: Iterator[Found], records: Records) -> Iterator[Result]:
        """Yield each record's assessment or error; the error of a single record ends the run."""
        for record in found:
            try:
                judged = self._judged(record, records)
            except NelmError as error:
                if not self._several:
                    raise
                yield self.refused(record.source, error)
                continue
            if self._back is not None:
                self._back.write(record, judged.assessment)
            yield judged

    def bundles(self, found: Iterator[Found], records: Records) -> Iterator[bytes]:
        """Yield of each record the Bundle that would be sent, on a line, or its error."""
        for record in found:
            try:
                if self._back is not None:
                    judged = self._judged(record, records)
                    yield self._back.shown(record, judged.assessment)
            except NelmError as error:
                if not self._several:
                    raise
                yield as_bytes(error_line(record.source, self.refused(record.source, error).error))

    def refused(self, source: str, error: NelmError) -> Unusable:
        """Note that a record among several could not be assessed."""
        self.code = SOME_NOT_ASSESSED
        event(Event.RECORD_REFUSED, exit_code=error.exit_code)
        return Unusable(source, error)

    def _judged(self, record: Found, records: Records) -> Judged:
        read = record.usable()
        assessment = records.judge(read)
        verdicts = {str(verdict.verdict) for verdict in assessment.verdicts}
        if verdicts & self._unwanted and self.code == DONE:
            self.code = VERDICT_FOUND
        event(
            Event.RECORD_ASSESSED,
            sets=len(assessment.verdicts),
            resources=assessment.counts.total,
            issues=len(assessment.issues),
        )
        return Judged(record.source, assessment, read)
