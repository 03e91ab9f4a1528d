"""`make bench`: measure every row and print it; `--write` keeps the results.

`make bench` runs every row in some ten minutes; `make bench ARGS="--row whole"` one of them (may be
given several times), `ARGS=--quick` fewer records and rounds to see that it runs, `ARGS=--write`
every row into RESULTS.md and the README.
"""

import argparse
import re
from collections.abc import Iterator, Sequence

from tests.bench.figures import Measured, cells
from tests.bench.results import COLUMNS, document, write
from tests.bench.rows import SECTIONS
from tests.bench.setting import Setting
from tests.bench.timing import Pace

QUICK = Pace(rounds=5, seconds=5.0)
WHOLE = "whole"


def main() -> None:
    """Measure what was asked for."""
    names = [row.name for rows in SECTIONS.values() for row in rows]
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer records and rounds")
    parser.add_argument("--row", action="append", choices=names, metavar="NAME", help="only this")
    parser.add_argument("--write", action="store_true", help="keep the results")
    asked = parser.parse_args()
    if asked.write and (asked.row or asked.quick):
        parser.error("only a whole run is kept: --write goes without --row and --quick")
    setting = Setting(QUICK if asked.quick else Pace(), quick=asked.quick)
    found = dict(_measured(setting, asked.row or names))
    if asked.write:
        _keep(setting, found)


def _measured(setting: Setting, names: Sequence[str]) -> Iterator[tuple[str, Measured | None]]:
    """Yield every row that is wanted, printed as soon as it is there."""
    print(" | ".join(COLUMNS))  # noqa: T201 - a program that prints
    for row in (row for rows in SECTIONS.values() for row in rows if row.name in names):
        found = row.measure(setting) if row.measure else None
        print(" | ".join(cells(row, found)), flush=True)  # noqa: T201 - as above
        yield row.name, found


def _keep(setting: Setting, found: dict[str, Measured | None]) -> None:
    whole = found[WHOLE]
    seconds = float(re.match(r"[\d.]+", whole.own)[0]) / 1000 if whole else 0.0
    records = (
        f"{len(setting.referred.records)} of {setting.referred.mean_bytes / 1000:.0f} KB on average"
    )
    sections = {
        name: [cells(row, found[row.name]) for row in rows] for name, rows in SECTIONS.items()
    }
    write(document(sections, records=records, rate=1 / seconds))


if __name__ == "__main__":
    main()
