"""`nelm samples`: fictional patients to try the program on."""

import shlex
import tomllib
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import click

from nelm_fhir.cli.exits import unknown_word
from nelm_fhir.cli.options import completing
from nelm_fhir.cli.output import width, write_text
from nelm_fhir.cli.page import DIM, HEADING, Page
from nelm_fhir.knowledge.files import samples

ABOUT = "sample.toml"


@click.group()
def command() -> None:
    """List the sample records, or copy one."""


@command.command("list")
def list_samples() -> None:
    """List the samples: what each shows, and the day to judge it for."""
    write_text(lambda color: _page(width(), color=color))


@command.command(short_help="Copy a sample, into a folder of its name or another.")
@click.argument("name", shell_complete=completing(samples))
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), required=False)
@click.option("--force", is_flag=True, help="Replace files that are there already.")
def copy(name: str, folder: Path | None, force: bool) -> None:
    """Copy a sample into FOLDER; without it, into a folder of its NAME here."""
    known = samples()
    if name not in known:
        raise unknown_word("NAME", name, list(known))
    target = folder or Path(name)
    if target.exists() and any(target.iterdir()) and not force:
        raise click.UsageError(f"{target} is not empty. Give another folder, or --force.")
    _copy(known[name], target)
    as_of = _about(known[name]).get("as_of", "YYYY-MM-DD")
    file = shlex.quote(str(target / "bundle.json"))
    click.echo(f"Copied to {target}. Now try:\n  nelm assess {file} --as-of {as_of}")


def _page(columns: int, *, color: bool) -> str:
    page = Page(columns, color=color)
    page.title("Samples: fictional patients")
    for name, folder in samples().items():
        about = _about(folder)
        page.space()
        page.line((name, HEADING), (f"  as of {about.get('as_of')}, {about.get('style')}", DIM))
        page.line(str(about.get("title", "")), indent=2)
    return page.text()


def _about(folder: Traversable) -> dict[str, Any]:
    file = folder / ABOUT
    return tomllib.loads(file.read_text("utf-8")) if file.is_file() else {}


def _copy(source: Traversable, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for entry in source.iterdir():
        if entry.is_dir():
            _copy(entry, target / entry.name)
        else:
            (target / entry.name).write_bytes(entry.read_bytes())
