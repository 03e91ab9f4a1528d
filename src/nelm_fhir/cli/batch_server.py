"""`nelm batch --server`: the population of a FHIR server, and its results back there.

In: what the options say. Out: whose records are judged (the candidates, a list of ids, the members
of a Group), and how the batch over them ended. With `--write` the candidates are joined by whoever
has results of ours there: what these rest on may have become void, and then they are taken back.
"""

import hashlib
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import click
from click.core import ParameterSource
from msgspec.structs import replace

from nelm_fhir.batch.job import Ended, Job, Sink, Tally
from nelm_fhir.batch.judging import Asked
from nelm_fhir.batch.outcome import Counts
from nelm_fhir.batch.outputs.run_line import Request
from nelm_fhir.batch.settings import Watcher
from nelm_fhir.cli.option_groups import Command, with_options
from nelm_fhir.cli.patients import PATIENTS, patients_of
from nelm_fhir.cli.progress import shown
from nelm_fhir.cli.server_options import needed_server, server_options
from nelm_fhir.cli.write_options import (
    BUNDLE_FILE,
    NONE,
    STRATEGIES,
    SiteCodes,
    code_options,
    codes_of,
)

if TYPE_CHECKING:
    from nelm_fhir.batch.from_server import Site
    from nelm_fhir.cli.write_results import ResultsBack
    from nelm_fhir.exchange.client import Client
    from nelm_fhir.exchange.server import Server

ENGINE: Final = "server"
_OPTIONS: Final = (
    server_options,
    PATIENTS,
    click.option("--group", metavar="ID", help="Of the server: the members of this Group."),
    click.option(
        "--write",
        is_flag=True,
        help="Write the results to the server the records come from; without it nothing is.",
    ),
    click.option(
        "--strategy",
        type=click.Choice([one for one in STRATEGIES if one not in {BUNDLE_FILE, NONE}]),
        help="What carries a result; without it the first that the server takes.",
    ),
    code_options,
)
_OURS: Final = (
    *("server", "patients_file", "group", "write", "strategy", "category", "document_type"),
)
"""Parameters that say nothing about a folder."""


@dataclass(frozen=True, slots=True)
class Live:
    """A population on a server; neither `listed` nor `group`: its candidates."""

    server: "Server"
    listed: tuple[str, ...] | None
    group: str | None
    write: bool
    strategy: str | None
    codes: SiteCodes

    @property
    def fingerprint(self) -> str:
        """What is asked for; what the server holds is known when it has been read."""
        which = [self.server.base, self.group or "", *(self.listed or ())]
        return hashlib.sha256("\n".join(which).encode()).hexdigest()

    @property
    def told(self) -> str:
        """How the run names its source."""
        which = f" {self.group}" if self.group else " --patients" if self.listed is not None else ""
        return f"{self.server.base}{which}"


def population_options(command: Command) -> Command:
    """Give a command the options that name a population on a server."""
    return with_options(command, _OPTIONS)


def live_of(values: dict[str, Any]) -> Live | None:
    """Take the options out of a command's values; None where the population lies in files."""
    if values["source"] is not None:
        _refuse_both()
        return None
    listed, group = patients_of(values), values.pop("group")
    write, strategy = values.pop("write"), values.pop("strategy")
    codes = codes_of(values)
    if listed is not None and group:
        raise click.UsageError("--patients and --group are two populations: choose one.")
    if (strategy or any(codes)) and not write:
        raise click.UsageError("--strategy, --category and --document-type need --write.")
    server = needed_server(values, bulk=True)
    names = None if listed is None else tuple(listed)
    return Live(server, names, _group(group), write, strategy, codes)


def _refuse_both() -> None:
    ctx = click.get_current_context()
    for name in _OURS:
        if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            raise click.UsageError("Give SOURCE, or --server and what belongs to it, not both.")


def _group(text: str | None) -> str | None:
    """Return `Group/ID`; raises click.BadParameter without the text."""
    from nelm_fhir.exchange.home import is_name  # noqa: PLC0415 - only where a server is asked

    if text is None:
        return None
    name = f"Group/{text.removeprefix('Group/')}"
    if not is_name(name):
        raise click.BadParameter("That is no id of a group.", param_hint="--group")
    return name


def judged_live(job: Job, live: Live, request: Request, *, fresh: bool) -> Ended:
    """Judge the population; raises ExchangeError where the server is gone, WriteRefused."""
    from nelm_fhir.batch import from_server  # noqa: PLC0415 - only where a server is asked
    from nelm_fhir.exchange.capability import Capability  # noqa: PLC0415 - as above
    from nelm_fhir.exchange.client import Client  # noqa: PLC0415 - as above

    with ExitStack() as stack:
        client = stack.enter_context(Client(live.server))
        watch = stack.enter_context(shown())
        offered = Capability.ask(client)
        write = _Write.to(client, offered, job, live) if live.write else None
        asked = Asked(request.as_of, request.sets, request.options)
        keep = request.keep_input
        site = from_server.Site(client, offered, job.catalogue, asked, write, keep_input=keep)
        written = write.strategy if write is not None else None
        codes = tuple(live.codes)
        request = replace(request, strategy=written, site_codes=codes, is_live=True)
        ended = job.do(request, _engine(site, live, watch), fresh=fresh)
    if write is not None:
        write.back.tell()
    return ended


def _engine(site: "Site", live: Live, watch: Watcher) -> Callable[..., Counts]:
    from nelm_fhir.batch import from_server  # noqa: PLC0415 - only where a server is asked

    def judge(sink: Sink, done: Mapping[str, Tally]) -> Counts:
        return from_server.run(site, _names(site, live), sink, finished=done, watch=watch)

    return judge


def _names(site: "Site", live: Live) -> list[str]:
    """Return whose records are judged; those come first who may have something to be taken back."""
    from nelm_fhir.exchange.candidates import candidates  # noqa: PLC0415 - as above
    from nelm_fhir.exchange.group import members  # noqa: PLC0415 - as above

    if live.listed is not None:
        return list(live.listed)
    if live.group is not None:
        found = members(site.client, live.group)
    else:
        found = list(candidates(site.client, site.catalogue))
    standing = site.write.standing if site.write is not None else frozenset[str]()
    return [*sorted(standing.difference(found)), *found]


@dataclass(frozen=True, slots=True)
class _Write:
    """Writes the results of one patient after the other."""

    back: "ResultsBack"
    strategy: str
    standing: frozenset[str]

    @classmethod
    def to(cls, client: "Client", offered: Any, job: Job, live: Live) -> "_Write":
        """Return what writes to a server; raises WriteRefused where it takes no results."""
        from nelm_fhir.cli.write_results import ResultsBack  # noqa: PLC0415 - only to write
        from nelm_fhir.exchange.writing.place import place_of  # noqa: PLC0415 - as above
        from nelm_fhir.ledger.results import IN_DOUBT, State, of_server  # noqa: PLC0415 - as above

        place = place_of(client.base, offered, live.strategy)
        back = ResultsBack(
            client, place, job.ledger, catalogue=job.catalogue, moment=None, codes=live.codes
        )
        rows = of_server(job.ledger, client.base)
        standing = {
            row.patient
            for row in rows
            if row.state in {State.WRITTEN, *IN_DOUBT} and row.strategy == place.strategy.name
        }
        return cls(back, place.strategy.name, frozenset(standing))

    def __call__(self, fetched: Any, read: Any, assessment: Any) -> Any:
        """Write the results of a record."""
        from nelm_fhir.cli.records import Found  # noqa: PLC0415 - only to write

        return self.back.write(Found(fetched.patient, read, fetched=fetched), assessment)
