"""The options that say whether results are written to the server, how, and with which ledger."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from nelm_fhir.cli.option_groups import Command, with_options
from nelm_fhir.core.codes import Code, Coding

BUNDLE_FILE: Final = "bundle-file"
NONE: Final = "none"
STRATEGIES: Final = (
    *("risk-assessment", "observation", "document-reference", "communication", "basic"),
    *(BUNDLE_FILE, NONE),
)


class SiteCode(click.ParamType[Coding]):
    """A code of the site, as `SYSTEM|CODE` or `SYSTEM|CODE|DISPLAY`."""

    name = "code"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Coding:
        """Return the code; one without a system is refused."""
        if isinstance(value, Coding):
            return value
        system, _, rest = str(value).partition("|")
        code, _, display = rest.partition("|")
        if not system or not code:
            self.fail(f"{str(value)!r} is no code; write SYSTEM|CODE.", param, ctx)
        return Coding(Code(system, code), display or None)


_CODES: Final = (
    click.option(
        "--category",
        type=SiteCode(),
        metavar="SYSTEM|CODE",
        help="Category of results that are Observations; without it survey.",
    ),
    click.option(
        "--document-type",
        type=SiteCode(),
        metavar="SYSTEM|CODE",
        help="Type of results that are documents, beside our own.",
    ),
)
_OPTIONS: Final = (
    click.option(
        "--write",
        is_flag=True,
        help="Write the results to the server the records come from; without it nothing is.",
    ),
    click.option(
        "--dry-run",
        is_flag=True,
        help="Print the exact Bundle that --write would send, and send nothing.",
    ),
    click.option(
        "--strategy",
        type=click.Choice(STRATEGIES),
        help="What carries a result; without it the first that the server takes.",
    ),
    click.option(
        "--ledger",
        "ledger_path",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Ledger of what was written (nelm ledger); --write needs one.",
    ),
    *_CODES,
)


@dataclass(frozen=True, slots=True)
class SiteCodes:
    """What the site calls results that are Observations, and those that are documents."""

    category: Coding | None = None
    document_type: Coding | None = None

    def __iter__(self) -> Iterator[str]:
        """Yield those that were given, as they are written in an option."""
        for one in (self.category, self.document_type):
            if one is not None:
                yield "|".join(filter(None, (*one.code, one.display)))


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be done with results: `sends` writes them, otherwise the Bundle is printed."""

    sends: bool
    strategy: str | None
    ledger: Path | None
    codes: SiteCodes


def code_options(command: Command) -> Command:
    """Give a command the options that say what the site calls results."""
    return with_options(command, _CODES)


def codes_of(values: dict[str, Any]) -> SiteCodes:
    """Take what the site calls results out of a command's values."""
    return SiteCodes(values.pop("category"), values.pop("document_type"))


def writing_options(command: Command) -> Command:
    """Give a command the options that write results."""
    return with_options(command, _OPTIONS)


def writing_of_service(command: Command) -> Command:
    """Give a command those of the options that a service needs, whose ledger is its own."""
    write, _dry_run, strategy, _ledger, *codes = _OPTIONS
    for option in reversed((write, strategy, *codes)):
        command = option(command)
    return command


def wish_of(values: dict[str, Any], *, from_server: bool) -> Wish | None:
    """Take the options out of a command's values; None where nothing is to be written.

    `from_server`: the records come from a server. Only there it is certain that the patient of the
    record is the patient of that server.
    """
    write, dry_run = values.pop("write"), values.pop("dry_run")
    strategy, ledger = values.pop("strategy"), values.pop("ledger_path")
    codes = codes_of(values)
    if not write and not dry_run:
        return None
    if write and dry_run:
        raise click.UsageError("--write sends, --dry-run only shows: choose one.")
    if not from_server:
        raise click.UsageError(
            "Results are written to the server that the record was read from: give --server with "
            "--patient. For files there is --format fhir."
        )
    if strategy == NONE:
        return None
    if write and strategy != BUNDLE_FILE and ledger is None:
        raise click.UsageError("--write needs --ledger FILE: it keeps results from doubling.")
    sends = write and strategy != BUNDLE_FILE
    return Wish(sends, strategy, ledger, codes)
