"""Assessments as CSV, one row per criterion, for spreadsheets and statistics.

In: an Assessment. Out: rows in UTF-8, separated by commas (RFC 4180). What a spreadsheet would take
for a formula, also one that splits at semicolons, begins with an apostrophe; no cell holds a line
end or a control character. A record that could not be used is one row with `error`.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Final

from nelm_fhir.assessment.json_form import limit_text
from nelm_fhir.assessment.result import Assessment, CriterionResult, SetVerdict
from nelm_fhir.core.logic import Status
from nelm_fhir.errors import NelmError
from nelm_fhir.report.one_line import one_line

COLUMNS: Final = (
    "input",
    "patient",
    "as_of",
    "set",
    "version",
    "verdict",
    "verdict_earliest",
    "criterion",
    "kind",
    "label",
    "status",
    "reason",
    "deciding",
    "running",
    "earliest",
    "value",
    "limit",
    "settle",
    "source",
    "basis",
    "evidence",
    "flags",
    "program",
    "catalogue_digest",
    "notice",
    "error",
)
_FORMULA: Final = re.compile(r"(^|;)(\s*)(?=[=+\-@＝＋－＠])")


def header_row() -> bytes:
    """Return the row of column names."""
    return csv_lines([COLUMNS])


def rows(source: str, assessment: Assessment) -> bytes:
    """Return one row per criterion of every judged set."""
    return csv_lines(
        _row(source, assessment, verdict, result)
        for verdict in assessment.verdicts
        for result in verdict.criteria
    )


def error_row(source: str, error: NelmError) -> bytes:
    """Return the row of a record that could not be used."""
    cells = dict.fromkeys(COLUMNS, "") | {"input": source, "error": str(error)}
    return csv_lines([list(cells.values())])


def csv_lines(lines: Iterable[Sequence[str]]) -> bytes:
    """Return lines of cells as CSV, every cell made safe."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([safe_cell(cell) for cell in line] for line in lines)
    return text.getvalue().encode()


def safe_cell(text: str) -> str:
    """Return the text on one line, so that no spreadsheet takes it for a formula."""
    return _FORMULA.sub(r"\1'\2", one_line(text))


def _row(
    source: str, assessment: Assessment, verdict: SetVerdict, result: CriterionResult
) -> list[str]:
    cells = {
        "input": source,
        "patient": assessment.subject.reference,
        "as_of": assessment.as_of,
        "set": verdict.set,
        "version": verdict.version,
        "verdict": verdict.verdict,
        "verdict_earliest": verdict.earliest,
        "criterion": result.id,
        "kind": result.kind,
        "label": result.label,
        "status": result.status,
        "reason": result.reason,
        "deciding": _word(result.id in verdict.deciding),
        "running": _word(result.running),
        "earliest": result.earliest,
        "value": result.value,
        "limit": limit_text(result.limits),
        "settle": result.settle if result.status is Status.UNKNOWN else None,
        "source": result.source,
        "basis": " ".join(result.basis),
        "evidence": " ".join(item.reference for item in result.evidence),
        "flags": " ".join((*assessment.flags, *verdict.flags)),
        "program": assessment.program,
        "catalogue_digest": assessment.catalogue_digest,
        "notice": assessment.notice,
        "error": None,
    }
    return ["" if cells[name] is None else str(cells[name]) for name in COLUMNS]


def _word(value: bool) -> str:  # noqa: FBT001 - the value itself is what is written
    return "yes" if value else "no"
