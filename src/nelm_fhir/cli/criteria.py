"""`nelm criteria`: the criteria sets as data, and whether they hold."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from nelm_fhir.assessment.sentences import counted
from nelm_fhir.cli import loading
from nelm_fhir.cli.exits import unknown_word
from nelm_fhir.cli.options import OVERLAYS, completing
from nelm_fhir.cli.output import width, write_text
from nelm_fhir.cli.pages.criteria import body_page, list_page, set_page
from nelm_fhir.errors import KnowledgeError
from nelm_fhir.evaluator.cases import Report, run_cases
from nelm_fhir.knowledge.answer_words import answer_words
from nelm_fhir.knowledge.cases import worked_cases
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.knowledge.criteria import CriteriaSet
from nelm_fhir.knowledge.files import samples
from nelm_fhir.knowledge.page_words import check_translated
from nelm_fhir.writers.questionnaire import questionnaire


@click.group()
def command() -> None:
    """List, show, test and check the criteria sets."""


@command.command("list")
@OVERLAYS
def list_sets(overlays: tuple[Path, ...]) -> None:
    """List the criteria sets with version and citation."""
    catalogue = loading.load(overlays)
    write_text(lambda color: list_page(catalogue, width(), color=color))


@command.command(short_help="Show the criteria of a SET, or one CRITERION of it.")
@click.argument("set_id", metavar="SET", shell_complete=completing(lambda: _names(loading.load())))
@click.argument("criterion", required=False)
@OVERLAYS
def show(set_id: str, criterion: str | None, overlays: tuple[Path, ...]) -> None:
    """Show the criteria of a SET, or one CRITERION: text, limit, quote, source.

    SET may also be a body that has notes and no verdict of its own (nanets, uk).
    """
    catalogue = loading.load(overlays)
    body = next((one for one in catalogue.bodies if one.id == set_id), None)
    if body is not None and criterion is None:
        write_text(lambda color: body_page(body, catalogue, width(), color=color))
        return
    chosen = _set(catalogue, set_id)
    ids = [one.id for one in chosen.criteria]
    if criterion is not None and criterion not in ids:
        raise unknown_word("CRITERION", criterion, ids)
    write_text(lambda color: set_page(chosen, criterion, catalogue, width(), color=color))


@command.command()
@OVERLAYS
def test(overlays: tuple[Path, ...]) -> None:
    """Run all worked cases, the vignettes among them."""
    report = run_cases(worked_cases(), loading.load(overlays))
    _tell(report.failures, report)
    click.echo(f"{counted(report.cases, 'worked case')}: all of them hold.")


@command.command()
@OVERLAYS
def check(overlays: tuple[Path, ...]) -> None:
    """Check the files, run all cases, and look for what no case reaches.

    Refused are: any fault of a file, a word that a language lacks, a case that does not hold, a
    status that a criterion can have and no case brings it to, a limit without a case exactly on it.
    """
    catalogue = loading.load(overlays)
    check_translated(_elsewhere(catalogue))
    report = run_cases(worked_cases(), catalogue)
    _tell([*report.failures, *report.unreached], report)
    click.echo(
        f"{len(catalogue.sets)} criteria sets, {report.cases} worked cases: all of them hold, "
        f"every status and every limit is reached.\nCatalogue {catalogue.digest}"
    )


def _elsewhere(catalogue: Catalogue) -> dict[str, Collection[str]]:
    """Return what pages translate of what stands in English in other files, by table."""
    form = questionnaire(catalogue.form, catalogue.attested)
    return {
        "asked": set(_asked(form)),
        "answer": answer_words(),
        "option": catalogue.known_options,
        "sample": samples(),
    }


def _asked(item: Mapping[str, Any]) -> Iterator[str]:
    for one in item.get("item", ()):
        yield one["text"]
        yield from _asked(one)


def _names(catalogue: Catalogue) -> list[str]:
    """Return what can be shown: criteria sets, then bodies that have notes only."""
    return [*catalogue.sets, *(body.id for body in catalogue.bodies)]


def _set(catalogue: Catalogue, set_id: str) -> CriteriaSet:
    if set_id not in catalogue.sets:
        raise unknown_word("SET", set_id, _names(catalogue))
    return catalogue.sets[set_id]


def _tell(faults: Sequence[object], report: Report) -> None:
    if faults:
        raise KnowledgeError(
            f"{counted(len(faults), 'fault')} in {counted(report.cases, 'worked case')}:",
            "Correct the criteria or the cases.",
            tuple(str(fault) for fault in faults),
        )
