"""The table "elements by family", derived from the cases that hold.

In: the cases. Out: Markdown between two marks of a document. A cell is `mapped` or `site` only if a
case of that family reads a value at that path and holds, `attested` only if the attested entry does
so inside that family's base record; there is no other way into a cell.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from tests.families.cases import NOTHING, Case, Family, families, rows

DOCUMENT: Final = Path(__file__).parents[2] / "ARCHITECTURE.md"
BEGIN: Final = "<!-- families:begin -->"
END: Final = "<!-- families:end -->"
BY_STRENGTH: Final = ("mapped", "site", "attested")
LEGEND: Final = (
    "`mapped`: standard codes. `site`: codes of the house, through its overlay. `attested`: the\n"
    "attested entry beside the family's own resources. `-`: not carried."
)


def table() -> str:
    """Return the table as Markdown."""
    columns = families()
    head = ["element", *(family.title for family in columns)]
    body = [[f"`{row}`", *(cell(family.key, row) for family in columns)] for row in rows()]
    lines = [head, ["---"] * len(head), *body]
    return "\n".join([LEGEND, "", *(f"| {' | '.join(line)} |" for line in lines)])


@cache
def cell(key: str, row: str) -> str:
    """Return the strongest way in which a family carries an element."""
    family = next(family for family in families() if family.key == key)
    ways = {case.carries for case in _saying(family, row) if case.holds(row)}
    return next((way for way in BY_STRENGTH if way in ways), NOTHING)


def _saying(family: Family, row: str) -> Iterator[Case]:
    """Yield the cases of a family, and the attested entry in its records, that name a value."""
    attested = families()[-1]
    inside = () if family is attested else (case.inside(family) for case in attested.cases)
    for case in (*family.cases, *inside):
        if case.reads.get(row, NOTHING) != NOTHING and row not in case.not_yet:
            yield case


def placed(document: str) -> str:
    """Return the document with the table between the marks."""
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"
