"""Results in the form that was asked for; to add a form, add its line to `_WRITERS`.

In: assessments and errors, one after the other. Out: bytes to stdout or a file, as they come.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from nelm_fhir import pipeline
from nelm_fhir.assessment.json_form import as_bytes, error_line, to_json
from nelm_fhir.assessment.result import Assessment
from nelm_fhir.assessment.voice import voice_of
from nelm_fhir.cli.exits import error_text
from nelm_fhir.cli.output import encoded, in_color, width, write_all
from nelm_fhir.cli.pages.assessment import assessment_page
from nelm_fhir.cli.pages.view import View
from nelm_fhir.errors import NelmError
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.report.fact_sheet import fact_sheet
from nelm_fhir.report.markdown import escaped, markdown
from nelm_fhir.report.one_line import one_line
from nelm_fhir.report.patient_page import patient_page
from nelm_fhir.report.rows import error_row, header_row, rows
from nelm_fhir.writers.bundle_kind import Kind


class Form(StrEnum):
    """The forms of `--format`."""

    TABLE = "table"
    JSON = "json"
    NDJSON = "ndjson"
    FHIR = "fhir"
    MD = "md"
    CSV = "csv"
    HTML = "html"
    FACTS = "facts"


FORMATS: Final = [str(form) for form in Form]
OF_ONE: Final = frozenset({Form.HTML, Form.FACTS})
"""Forms that are a whole document about one record."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One record with its assessment."""

    source: str
    assessment: Assessment
    read: pipeline.Read


@dataclass(frozen=True, slots=True)
class Unusable:
    """What stands in the place of a record that could not be assessed."""

    source: str
    error: NelmError


Result = Judged | Unusable


@dataclass(frozen=True, slots=True)
class Run:
    """How results are to be written.

    `today`: no as-of date was given; `language` is that of pages. `refused` is told of a record
    that is given up while writing.
    """

    form: Form
    catalogue: Catalogue
    several: bool
    bundle: Kind
    recorded: datetime
    verbose: bool
    today: bool
    to_file: bool
    language: str
    refused: Callable[[str, NelmError], Unusable]


def render(results: Iterable[Result], run: Run, output: Path | None) -> None:
    """Write all results."""
    write_all(_WRITERS[run.form](results, run), output)


def _table(results: Iterable[Result], run: Run) -> Iterator[bytes]:
    view = View(
        width=width(),
        color=in_color() and not run.to_file,
        verbose=run.verbose,
        today=run.today,
    )

    def page(judged: Judged) -> str:
        return assessment_page(judged.assessment, run.catalogue, view, judged.read.named)

    return _pages(results, run, page, one_line)


def _markdown(results: Iterable[Result], run: Run) -> Iterator[bytes]:
    def page(judged: Judged) -> str:
        return markdown(judged.assessment, run.catalogue)

    return _pages(results, run, page, escaped)


def _pages(
    results: Iterable[Result],
    run: Run,
    page: Callable[[Judged], str],
    safe: Callable[[str], str],
) -> Iterator[bytes]:
    """Yield one page per record; of several, each says which record it is, by a `safe` name."""
    for position, result in enumerate(results):
        text = page(result) if isinstance(result, Judged) else error_text(result.error) + "\n"
        if run.several:
            gap = "\n" if position else ""
            text = f"{gap}{safe(result.source)}\n\n{text}"
        yield encoded(text, to_file=run.to_file)


def _html(results: Iterable[Result], run: Run) -> Iterator[bytes]:
    """Yield the page of the one record; one that could not be used ends the command before."""
    for result in results:
        if isinstance(result, Judged):
            voice = voice_of(run.catalogue, run.language)
            yield patient_page(result.read, result.assessment, run.catalogue, voice).encode()


def _facts(results: Iterable[Result], run: Run) -> Iterator[bytes]:
    voice = voice_of(run.catalogue, run.language)

    def page(judged: Judged) -> str:
        return fact_sheet(judged.read, judged.assessment, run.catalogue, voice)

    return _pages(results, run, page, one_line)


def _json(results: Iterable[Result], run: Run) -> Iterator[bytes]:
    """Yield one JSON object per record; of several records each on one line."""
    indent = run.form is Form.JSON and not run.several
    for result in results:
        if isinstance(result, Judged):
            yield as_bytes(to_json(result.assessment), indent=indent)
        else:
            yield as_bytes(error_line(result.source, result.error))


def _fhir(results: Iterable[Result], run: Run) -> Iterator[bytes]:
    for result in results:
        try:
            yield as_bytes(_resources(result, run), indent=not run.several)
        except NelmError as error:
            if not run.several:
                raise
            refused = run.refused(result.source, error)
            yield as_bytes(error_line(refused.source, refused.error))


def _resources(result: Result, run: Run) -> dict[str, object]:
    if isinstance(result, Unusable):
        raise result.error
    return pipeline.to_fhir(
        result.assessment,
        run.catalogue,
        recorded=run.recorded,
        kind=run.bundle,
        test_data=result.read.test_data,
    )


def _csv(results: Iterable[Result], run: Run) -> Iterator[bytes]:  # noqa: ARG001 - one signature
    yield header_row()
    for result in results:
        if isinstance(result, Judged):
            yield rows(result.source, result.assessment)
        else:
            yield error_row(result.source, result.error)


_WRITERS: Final[dict[Form, Callable[[Iterable[Result], Run], Iterator[bytes]]]] = {
    Form.TABLE: _table,
    Form.JSON: _json,
    Form.NDJSON: _json,
    Form.FHIR: _fhir,
    Form.MD: _markdown,
    Form.CSV: _csv,
    Form.HTML: _html,
    Form.FACTS: _facts,
}
