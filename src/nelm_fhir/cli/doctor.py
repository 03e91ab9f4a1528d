"""`nelm doctor`: whether this installation can do its work, with what to do where it cannot."""

import platform
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import click

from nelm_fhir import pipeline
from nelm_fhir.assessment.sentences import counted
from nelm_fhir.cli import loading
from nelm_fhir.cli.exits import Refused
from nelm_fhir.cli.options import OVERLAYS
from nelm_fhir.cli.output import width, write_text
from nelm_fhir.cli.page import Page
from nelm_fhir.cli.settings import FILE_NAME
from nelm_fhir.core.program import PROGRAM
from nelm_fhir.errors import KnowledgeError, NelmError
from nelm_fhir.knowledge.files import samples

NEEDED: Final = ("click", "fhir.resources", "msgspec", "orjson", "pydantic", "rich")
OLDEST: Final = (3, 11)
SAMPLE_DAY: Final = date(2026, 6, 1)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `remedy` is empty where it is well."""

    what: str
    found: str
    remedy: str = ""


@click.command()
@OVERLAYS
def command(overlays: tuple[Path, ...]) -> None:
    """Check that this installation can do its work.

    Looked at are the program, its libraries, the knowledge with overlays, and a sample.
    """
    findings = [
        finding
        for look in (_program, _libraries, lambda: _knowledge(overlays), _samples, _terminal)
        for finding in look()
    ]
    write_text(lambda color: _page(findings, color=color))
    wrong = [finding for finding in findings if finding.remedy]
    if wrong:
        raise Refused(KnowledgeError(f"{counted(len(wrong), 'thing')} to put right, see above."))


def _page(findings: Sequence[Finding], *, color: bool) -> str:
    page = Page(width(), color=color)
    for one in findings:
        mark = ("✗", "red") if one.remedy else ("✓", "green")
        found = f"{one.what}: {one.found}"
        page.entries([(mark, "", "\n".join(part for part in (found, one.remedy) if part))])
    return page.text()


def _program() -> Iterator[Finding]:
    yield Finding("Program", PROGRAM)
    old = sys.version_info < OLDEST
    yield Finding(
        "Python", platform.python_version(), "Install Python 3.11 or newer." if old else ""
    )


def _libraries() -> Iterator[Finding]:
    for name in NEEDED:
        try:
            yield Finding(name, version(name))
        except PackageNotFoundError:
            yield Finding(name, "missing", f"Install it: pip install {name}")


def _knowledge(overlays: tuple[Path, ...]) -> Iterator[Finding]:
    try:
        catalogue = loading.load(overlays)
    except KnowledgeError as error:
        faults = "".join(f"\n  {fault}" for fault in error.faults)
        yield Finding("Knowledge", f"{error.message}{faults}", error.remedy or "Correct the files.")
        return
    yield Finding("Criteria sets", ", ".join(catalogue.sets))
    yield Finding(
        "Codes", f"{len(catalogue.codes.listed)} lines in {len(catalogue.codes.groups)} lists"
    )
    for overlay in catalogue.overlays:
        yield Finding("Overlay", f"{overlay.name} {overlay.version}")
    yield Finding("Catalogue", catalogue.digest)


def _samples() -> Iterator[Finding]:
    """Judge a sample: the whole line once, from bytes to verdicts."""
    try:
        name, folder = next(iter(samples().items()))
        catalogue = loading.load()
        read = pipeline.read_one((folder / "bundle.json").read_bytes(), catalogue, as_of=SAMPLE_DAY)
        verdicts = pipeline.judge(read, catalogue).verdicts
    except (NelmError, OSError, StopIteration) as error:
        yield Finding("Sample", type(error).__name__, "Install the package again.")
        return
    yield Finding("Sample", f"{name} judged against {len(verdicts)} criteria sets")


def _terminal() -> Iterator[Finding]:
    encoding = getattr(sys.stdout, "encoding", None) or "unknown"
    yield Finding("Output", f"{encoding}, {width()} columns")
    there = Path(FILE_NAME).is_file()
    yield Finding("Settings", FILE_NAME if there else f"no {FILE_NAME} in this folder")
