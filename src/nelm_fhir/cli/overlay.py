"""`nelm overlay`: make the overlay of a hospital from a coverage report, check it, test it."""

from pathlib import Path
from typing import Final

import click

from nelm_fhir.assessment.sentences import counted
from nelm_fhir.cli import loading
from nelm_fhir.cli.exits import VERDICT_FOUND
from nelm_fhir.cli.options import FILE
from nelm_fhir.cli.output import width, write_text
from nelm_fhir.cli.pages.overlay import check_page, made_page, trial_page
from nelm_fhir.cli.records import bytes_of
from nelm_fhir.core.codes import Code
from nelm_fhir.coverage.remedies import remedy
from nelm_fhir.coverage.review import Doubt, doubts
from nelm_fhir.coverage.scaffold import scaffold
from nelm_fhir.coverage.stored import stored
from nelm_fhir.coverage.trial import trial
from nelm_fhir.errors import KnowledgeError
from nelm_fhir.knowledge.cases import worked_cases
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.knowledge.files import overlay_files
from nelm_fhir.knowledge.overlay import NAME

FOLDERS: Final = click.argument(
    "folders",
    nargs=-1,
    required=True,
    metavar="FOLDER...",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)


@click.group()
def command() -> None:
    """Make, check and test the overlay of a hospital."""


@command.command(short_help="Make a FOLDER from a coverage report; it maps nothing yet.")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--from",
    "report",
    required=True,
    type=FILE,
    help="What `nelm coverage --format json` wrote.",
)
@click.option("--name", help="Name of the overlay; without it that of the folder.")
@click.option("--force", is_flag=True, help="Replace files that are there already.")
def new(folder: Path, report: str, name: str | None, force: bool) -> None:
    """Make the overlay FOLDER from a coverage report.

    Every code that nobody maps and that has a suggestion stands in a ConceptMap without target, the
    suggestion in its comment. The folder loads as it is and changes no verdict.
    """
    called = name or folder.resolve().name
    if not NAME.fullmatch(called):
        raise click.BadParameter("may hold letters, digits and hyphens only.", param_hint="--name")
    if folder.is_dir() and any(folder.iterdir()) and not force:
        raise click.UsageError(f"{folder} is not empty. Give another folder, or --force.")
    files = scaffold(stored(bytes_of(report)), called, loading.load())
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in files.items():
        (folder / file).write_text(text, encoding="utf-8")
    write_text(lambda color: made_page(str(folder), list(files), width(), color=color))


@command.command(short_help="Find all faults, and what loads but will not work.")
@FOLDERS
@click.option(
    "--against",
    type=FILE,
    help="Coverage report (JSON), best made with the overlay; mapped codes it lacks are told.",
)
def check(folders: tuple[Path, ...], against: str | None) -> None:
    """Find every fault of overlays, and what loads but will not do what it seems to.

    Told are faults with file, key and remedy, and as warnings: codes still without target, maps
    that aim at a whole list, and, with --against, codes that are never seen.
    """
    seen = stored(bytes_of(against)).seen if against else None
    found = _doubts(folders, seen)
    try:
        catalogue = loading.load(folders)
    except KnowledgeError as error:
        if found:
            write_text(lambda color: check_page(None, found, width(), color=color))
        raise _with_remedies(error) from None
    write_text(lambda color: check_page(catalogue, found, width(), color=color))


@command.command(short_help="Run all worked cases with it, and tell what it changes.")
@FOLDERS
@click.option("--fail-on-change", is_flag=True, help="End with exit code 1 if a case changes.")
@click.pass_context
def test(ctx: click.Context, folders: tuple[Path, ...], fail_on_change: bool) -> None:
    """Run all worked cases with overlays, and tell what they change and why.

    An overlay that only maps codes changes none. A change that no option and no stricter freshness
    explains is an error.
    """
    shipped, overlaid = loading.load(), loading.load(folders)
    found = trial(worked_cases(), shipped, overlaid)
    write_text(lambda color: trial_page(found, overlaid, width(), color=color))
    if found.unexplained:
        raise KnowledgeError(
            f"{counted(len(found.unexplained), 'worked case')} changed without a setting of the"
            " overlay that explains it.",
            "Report this: an overlay must not change the criteria.",
            tuple(str(failure) for change in found.unexplained for failure in change.failures),
        )
    if found.changes and fail_on_change:
        ctx.exit(VERDICT_FOUND)


def _doubts(folders: tuple[Path, ...], seen: frozenset[Code] | None) -> list[Doubt]:
    shipped: Catalogue = loading.load()
    return [doubt for folder in folders for doubt in doubts(*overlay_files(folder), shipped, seen)]


def _with_remedies(error: KnowledgeError) -> KnowledgeError:
    """Return the same error, what to do below each fault that does not say it itself."""
    lines = []
    for fault in error.faults:
        lines.append(fault)
        if told := remedy(fault):
            lines.append(f"  → {told}")
    return KnowledgeError(error.message, error.remedy, tuple(lines))
