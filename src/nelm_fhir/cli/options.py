"""Options that several commands share: which record, for which day, with which knowledge."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import click

from nelm_fhir import pipeline
from nelm_fhir.cli.clock import today
from nelm_fhir.cli.option_groups import Command, with_options
from nelm_fhir.cli.records import Request

Completion = Callable[[click.Context, click.Parameter, str], list[str]]


class Day(click.ParamType[date]):
    """A full date, YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the date; a TOML date of nelm.toml is one already."""
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a full date; write YYYY-MM-DD.", param, ctx)


class Moment(click.ParamType[datetime]):
    """A moment with its time zone, as FHIR writes an instant."""

    name = "moment"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Return the moment; without a time zone it is refused."""
        try:
            moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            self.fail(f"{str(value)!r} is no moment; write YYYY-MM-DDThh:mm:ss+hh:mm.", param, ctx)
        return moment


def completing(known: Callable[[], Iterable[str]]) -> Completion:
    """Return what lets a shell complete a word out of those that are known."""

    def words(_ctx: click.Context, _param: click.Parameter, begun: str) -> list[str]:
        return [word for word in known() if word.startswith(begun)]

    return words


DAY: Final = Day()
MOMENT: Final = Moment()
FILE: Final = click.Path(exists=True, dir_okay=False, allow_dash=True)
FILES: Final = click.Path(allow_dash=True)
"""One of several files: what is wrong with it is said in its place among the results."""
OVERLAYS: Final = click.option(
    "--overlay",
    "overlays",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of a hospital's overlay; may be given several times.",
)
LANGUAGE: Final = click.option(
    "--language",
    type=click.Choice(["en", "de"]),
    default="en",
    show_default=True,
    help="Language of --format html and facts; the other forms are in English.",
)
OUTPUT: Final = click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write to this file instead of stdout.",
)
SWITCHES: Final = click.option(
    "--option",
    "options",
    multiple=True,
    metavar="NAME",
    shell_complete=completing(lambda: pipeline.load().known_options),
    help="Turn on a switch that the rules leave to the center (la_fe_ki67_up_to_20).",
)
_RECORD: Final = (
    click.option("--as-of", type=DAY, help="Day of the judgment, YYYY-MM-DD; without it today."),
    click.option("--subject", help="The patient (Patient/ID), where a record holds several."),
    OVERLAYS,
    SWITCHES,
    click.option(
        "--profile", "is_profile", is_flag=True, help="The input is a candidate profile, not FHIR."
    ),
    click.option(
        "--strict", is_flag=True, help="Refuse input or output that does not validate as FHIR R4."
    ),
)
SETS: Final = click.option(
    "--set",
    "sets",
    multiple=True,
    metavar="ID",
    shell_complete=completing(lambda: pipeline.load().sets),
    help="Judge this criteria set only (nelm criteria list); may be given several times.",
)


def record_options(command: Command) -> Command:
    """Give a command the options that say which record is read and how."""
    return with_options(command, _RECORD)


def request_of(values: dict[str, Any]) -> Request:
    """Take the record options out of a command's values and return what they ask for."""
    names = ("as_of", "sets", "subject", "overlays", "options", "is_profile", "strict")
    chosen = {name: values.pop(name) for name in names if name in values}
    return Request(today=today(), **chosen)
