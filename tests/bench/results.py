"""RESULTS.md and the block of the README that is made from it.

In: cells of the rows, section by section. Out: Markdown, and back from it the rows with a goal.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from tests.bench.machine import machine

ROOT: Final = Path(__file__).parents[2]
RESULTS: Final = Path(__file__).with_name("RESULTS.md")
README: Final = ROOT / "README.md"
BLOCK: Final = re.compile(r"<!-- bench -->\n(.*?)<!-- /bench -->", re.DOTALL)
COLUMNS: Final = (
    *("row", "what", "compared with", "goal", "figure", "of minima", "spread"),
    *("floor", "measured", "rounds", "day", "load", "result"),
)
_WHAT, _AGAINST, _GOAL, _FIGURE, _MINIMA, _OWN, _RESULT = 1, 2, 3, 4, 5, 8, -1
_WHOLE: Final = "whole"
_HEAD: Final = """# Results of the benchmark

Written by `make bench` with `ARGS=--write`. {machine}
Each row has its day; the load is how many processes wanted one of the two cores on average in the
minute before it ended.

A figure is the ratio of two medians, measured in alternation in one run (A B A B ...), warm, with
the garbage collector on. Beside it stand the ratio of the minima and the spread: the distance
between the first and the third quartile of the single rounds' ratios. A ratio meets its goal only
in medians and minima both: the collector's rounds make the floor slow now and then. Times are
CPU time per record or per start; beside a start stands how long one waited for it on this busy
machine. In the steps, what the steps before made is held by the harness and kept out of the
collector's rounds. Where the spread is wide, the minima are the better figure.
The records come from the project's own generator ({records}, fictional); the patients are those of
the vignettes as a referring hospital knows them, some 20 resources about the tumor among 135.
Memory of a record is the rise of the highest resident size (VmHWM) of a process of its own.

Populations are exports of 2,000 patients (130 MB; 500 and 8,000 at 0.25 and 4 times the data) in
ten files, a patient in twenty with a tumor, some 65 resources each, scattered over the files. In
each round every program runs once, as a process of its own from start to end. Beside the ratio
stand the CPU seconds of its whole process tree, megabytes per CPU second, and the most memory of
its own: pages that no file holds, each counted once. Servers hold {served} referred patients.

One core runs the whole line on {rate} such records per second.
"""


def table(rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table of rows."""
    lines = [COLUMNS, ["---"] * len(COLUMNS), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


def document(sections: Mapping[str, Sequence[Sequence[str]]], *, records: str, served: int) -> str:
    """Return the text of RESULTS.md."""
    whole = next(cells for some in sections.values() for cells in some if cells[0] == _WHOLE)
    rate = 1000 / float(whole[_OWN].removesuffix(" ms"))
    head = _HEAD.format(machine=machine(), records=records, rate=f"{rate:,.0f}", served=served)
    return "\n".join([head, *(f"## {name}\n\n{table(rows)}" for name, rows in sections.items())])


def table_rows(text: str) -> dict[str, tuple[str, ...]]:
    """Return all rows of RESULTS.md, or of a part of it, cell by cell, by their names."""
    found = {}
    for line in text.splitlines():
        cells = tuple(cell.strip() for cell in line.strip("| ").split(" | "))
        if len(cells) == len(COLUMNS) and cells[0] not in {"row", "---"}:
            found[cells[0]] = cells
    return found


def goals(text: str) -> Iterable[tuple[str, ...]]:
    """Return the rows that have a goal."""
    return table_rows(text.partition("## Goals")[2].partition("\n## ")[0]).values()


def block(text: str) -> str:
    """Return the short table of the README."""
    rows = [
        f"| {cells[_WHAT]} | {cells[_AGAINST]} | {cells[_GOAL]} | {cells[_FIGURE]} | "
        f"{cells[_MINIMA]} | "
        f"{cells[_RESULT].partition(':')[0]} |"
        for cells in goals(text)
    ]
    head = ["| what | compared with | goal | medians | minima | |", "|---|---|---|---|---|---|"]
    return "\n".join([*head, *rows]) + "\n"


def write(text: str) -> None:
    """Write RESULTS.md and the block of the README."""
    RESULTS.write_text(text)
    readme = README.read_text()
    found = BLOCK.search(readme)
    if found is None:
        raise SystemExit("README.md has no <!-- bench --> block.")
    README.write_text(readme[: found.start(1)] + block(text) + readme[found.end(1) :])
