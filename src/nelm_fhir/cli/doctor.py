"""`nelm doctor`: whether this installation can do its work, with what to do where it cannot."""

import platform
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

import click

from nelm_fhir import pipeline
from nelm_fhir.assessment.sentences import counted
from nelm_fhir.cli import loading
from nelm_fhir.cli.exits import Refused
from nelm_fhir.cli.finding import Finding, write_findings
from nelm_fhir.cli.options import OVERLAYS
from nelm_fhir.cli.output import width, write_text
from nelm_fhir.cli.page import Page
from nelm_fhir.cli.server_options import server_of, server_options
from nelm_fhir.cli.settings import FILE_NAME
from nelm_fhir.core.program import PROGRAM
from nelm_fhir.errors import ExchangeError, KnowledgeError, NelmError
from nelm_fhir.knowledge.files import samples

NEEDED: Final = ("click", "fhir.resources", "msgspec", "orjson", "pydantic", "requests", "rich")
OPTIONAL: Final = {
    "PyJWT": "to sign in with a key",
    "stamina": "to ask a server again by itself",
    "pyarrow": "to write Parquet",
    "pyspark": "for more than one machine",
}
"""Libraries of the extras, and what each is for."""
OLDEST: Final = (3, 11)
SAMPLE_DAY: Final = date(2026, 6, 1)


@click.command()
@OVERLAYS
@server_options
def command(overlays: tuple[Path, ...], **values: Any) -> None:
    """Check that this installation can do its work.

    Looked at are the program, its libraries, the knowledge with overlays, and a sample. With
    --server also the server: whether it is reached, accepts our sign-in, and what it offers.
    """
    findings = [
        finding
        for look in (_program, _libraries, lambda: _knowledge(overlays), _samples, _terminal)
        for finding in look()
    ]
    of_server = list(_server(values))
    write_text(lambda color: _page(findings, of_server, color=color))
    wrong = [finding for finding in findings if finding.remedy]
    if wrong:
        raise Refused(KnowledgeError(f"{counted(len(wrong), 'thing')} to put right, see above."))
    if any(finding.remedy for finding in of_server):
        raise Refused(ExchangeError("The server cannot be worked with as it is, see above."))


def _server(values: dict[str, Any]) -> Iterator[Finding]:
    server = server_of(values)
    if server is None:
        return
    from nelm_fhir.cli import doctor_server  # noqa: PLC0415 - only where a server is named

    yield from doctor_server.settings(click.get_current_context(), server)
    yield from doctor_server.server_findings(server)


def _page(findings: Sequence[Finding], of_server: Sequence[Finding], *, color: bool) -> str:
    page = Page(width(), color=color)
    write_findings(page, findings)
    if of_server:
        page.heading("Server")
        write_findings(page, of_server)
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
    for name, use in OPTIONAL.items():
        try:
            yield Finding(name, version(name))
        except PackageNotFoundError:
            yield Finding(name, f"not installed; needed {use}", there=False)


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
