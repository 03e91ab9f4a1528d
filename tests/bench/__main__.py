"""`make bench`: measure every row and print it; `--write` keeps the results.

`make bench` runs every row in some twenty minutes, half of them for populations and servers;
`make bench ARGS="--row whole"` one of them (may be given several times; those of populations share
their runs), `ARGS=--quick` fewer records and rounds to see that it runs, `ARGS=--full` exports of
20,000 patients in place of 2,000, `ARGS=--write` puts what was measured into RESULTS.md and the
README: with `--row` the others stay as they stand there.
"""

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.bench.figures import NotHere, Row, cells
from tests.bench.results import COLUMNS, RESULTS, document, table_rows, write
from tests.bench.sections import EVERY, SECTIONS
from tests.bench.setting import SERVED, Setting
from tests.bench.timing import Pace

QUICK = Pace(rounds=5, seconds=5.0)


def main() -> None:
    """Measure what was asked for."""
    names = [row.name for row in EVERY]
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer records and rounds")
    parser.add_argument("--full", action="store_true", help="exports of 20,000 patients")
    parser.add_argument("--row", action="append", choices=names, metavar="NAME", help="only this")
    parser.add_argument("--write", action="store_true", help="keep the results")
    asked = parser.parse_args()
    if asked.write and (asked.quick or asked.full):
        parser.error("what is kept is of the usual size: --write goes without --quick and --full")
    with tempfile.TemporaryDirectory(prefix="nelm-bench-") as folder:
        pace = QUICK if asked.quick else Pace()
        setting = Setting(pace, quick=asked.quick, full=asked.full, folder=Path(folder))
        found = dict(_measured(setting, asked.row or names))
    if asked.write:
        _keep(setting, found)


def _measured(setting: Setting, names: Sequence[str]) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield the cells of every row that is wanted, printed as soon as they are there."""
    print(" | ".join(COLUMNS))  # noqa: T201 - a program that prints
    for row in (row for row in EVERY if row.name in names):
        found = _cells(setting, row)
        print(" | ".join(found), flush=True)  # noqa: T201 - as above
        yield row.name, found


def _cells(setting: Setting, row: Row) -> Sequence[str]:
    try:
        return cells(row, row.measure(setting))
    except NotHere as missing:
        return cells(row, missing)


def _keep(setting: Setting, found: dict[str, Sequence[str]]) -> None:
    """Write what was measured among what stands there."""
    every = {**table_rows(RESULTS.read_text()), **found}
    sections = {
        name: [every[row.name] for row in rows if row.name in every]
        for name, rows in SECTIONS.items()
    }
    referred = setting.referred
    records = f"{len(referred.records)} of {referred.mean_bytes / 1000:.0f} KB on average"
    write(document(sections, records=records, served=SERVED))


if __name__ == "__main__":
    main()
