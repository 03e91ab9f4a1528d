"""The worklist as a table, a row per patient and set: for spreadsheets (CSV) and data frames.

In: the lines of the worklist. Out: rows of text cells, the same ones for every form. In CSV no cell
is a formula for a spreadsheet. Parquet needs the library pyarrow (extra `cloud`), which is imported
only here and only when it is written.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from importlib.util import find_spec
from itertools import islice
from typing import BinaryIO, Final

from nelm_fhir.report.rows import csv_lines
from nelm_fhir.report.worklist_line import Criterion, SetLine, WorklistLine

COLUMNS: Final = (
    "number",
    "patient",
    "place",
    "as_of",
    "set",
    "title",
    "version",
    "verdict",
    "earliest",
    "deciding",
    "deciding_why",
    "missing",
    "missing_settle",
    "flags",
    "issues",
    "input_digest",
    "notice",
)
NUMBERS: Final = frozenset({"number", "issues"})
DAYS: Final = frozenset({"as_of", "earliest"})
_AT_A_TIME: Final = 1024
"""Rows of one group of a Parquet file, the most that are held."""
Row = Sequence[str]


def rows(lines: Iterable[WorklistLine]) -> Iterator[Row]:
    """Yield the rows of the worklist in its order; `number` counts the patients."""
    for number, line in enumerate(lines, start=1):
        for one in line.verdicts:
            yield _row(number, line, one)


def csv_rows(lines: Iterable[WorklistLine]) -> Iterator[bytes]:
    """Yield the table as CSV, head first."""
    yield csv_lines([COLUMNS])
    for row in rows(lines):
        yield csv_lines([row])


def can_write_parquet() -> bool:
    """Whether the library for Parquet is installed."""
    return find_spec("pyarrow") is not None


def write_parquet(lines: Iterable[WorklistLine], file: BinaryIO) -> None:
    """Write the table as Parquet."""
    import pyarrow as pa  # noqa: PLC0415 - of an extra, and slow to load
    from pyarrow.parquet import ParquetWriter  # noqa: PLC0415

    kinds = {**dict.fromkeys(NUMBERS, pa.int64()), **dict.fromkeys(DAYS, pa.date32())}
    schema = pa.schema([(name, kinds.get(name, pa.string())) for name in COLUMNS])
    every = rows(lines)
    with ParquetWriter(file, schema, compression="zstd") as writer:
        while some := list(islice(every, _AT_A_TIME)):
            columns = [
                [_typed(name, cell) for cell in cells]
                for name, cells in zip(COLUMNS, zip(*some, strict=True), strict=True)
            ]
            writer.write_table(pa.table(columns, schema=schema))


def _typed(name: str, cell: str) -> int | date | str | None:
    """Return a cell as a data frame holds it; an empty one is none."""
    if not cell:
        return None
    if name in NUMBERS:
        return int(cell)
    return date.fromisoformat(cell) if name in DAYS else cell


def _row(number: int, line: WorklistLine, one: SetLine) -> Row:
    cells = {
        "number": str(number),
        "patient": line.patient,
        "place": str(line.place),
        "as_of": line.as_of,
        "set": one.set,
        "title": one.title,
        "version": one.version,
        "verdict": one.verdict,
        "earliest": one.earliest or "",
        "deciding": _ids(one.deciding),
        "deciding_why": " ".join(dict.fromkeys(criterion.why for criterion in one.deciding)),
        "missing": _ids(one.missing),
        "missing_settle": " ".join(dict.fromkeys(c.settle for c in one.missing if c.settle)),
        "flags": " ".join(one.flags),
        "issues": str(line.issues),
        "input_digest": line.input_digest,
        "notice": line.notice,
    }
    return [cells[name] for name in COLUMNS]


def _ids(criteria: Iterable[Criterion]) -> str:
    return " ".join(one.id for one in criteria)
