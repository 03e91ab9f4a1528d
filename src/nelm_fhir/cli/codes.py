"""`nelm codes`: which codes are read as what, and where a code comes from."""

from pathlib import Path

import click

from nelm_fhir.cli import loading
from nelm_fhir.cli.exits import unknown_word
from nelm_fhir.cli.options import OVERLAYS, completing
from nelm_fhir.cli.output import width, write_text
from nelm_fhir.cli.pages.codes import members_page
from nelm_fhir.core.codes import Code
from nelm_fhir.knowledge.codes import CodeTables, Member


@click.group()
def command() -> None:
    """Show which codes are read, and where a code comes from."""


@command.command(short_help="List the elements, or the codes of one ELEMENT.")
@click.argument(
    "element",
    required=False,
    shell_complete=completing(lambda: loading.load().codes.groups),
)
@OVERLAYS
def show(element: str | None, overlays: tuple[Path, ...]) -> None:
    """List the codes of an ELEMENT (ki67, liver-metastasis ...); without one, all elements."""
    tables = loading.load(overlays).codes
    groups = tables.groups
    if element is None:
        for group in groups:
            click.echo(group)
        return
    if element not in groups:
        raise unknown_word("ELEMENT", element, list(groups))
    members = list(tables.members(element))
    write_text(lambda color: members_page(element, members, width(), color=color))


@command.command()
@click.argument("code")
@OVERLAYS
def origin(code: str, overlays: tuple[Path, ...]) -> None:
    """Show where a CODE comes from and what it stands for.

    CODE is system|code with the system as URI or as a name that records use for it, or a code
    alone; then it is looked for in all systems.
    """
    tables = loading.load(overlays).codes
    members = _named(tables, code)
    if not members:
        click.echo(f"{code} stands in no list: it is passed over and counted.")
        return
    write_text(lambda color: members_page(code, members, width(), color=color))


def _named(tables: CodeTables, text: str) -> list[Member]:
    system, bar, code = text.rpartition("|")
    if not bar:
        systems = sorted({member.code.system for member in tables.listed})
        found = [m for system in systems for m in tables.origin(Code(system, code))]
        return list(dict.fromkeys(found))
    normalized = tables.normalize(system, code)
    return [] if normalized is None else list(tables.origin(normalized))
