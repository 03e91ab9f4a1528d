"""A page of text for a terminal: headings, sentences, tables, at one width, with or without color.

In: words, many of them from a record. Out: one string. Control characters are taken out of every
word, so that a record cannot move the cursor or color the page; nothing is read as markup.
"""

import io
import re
from collections.abc import Sequence
from typing import Final

from rich import box
from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from nelm_fhir.report.one_line import one_line

HEADING: Final = "bold"
DIM: Final = "dim"
Words = str | tuple[str, str]
"""Words, or words with a style."""
Line = tuple[int, Sequence[Words]]
"""An indent and the words that stand there."""


def styled(*parts: Words) -> Text:
    """Return one text of cleaned words."""
    text = Text()
    for part in parts:
        words, style = part if isinstance(part, tuple) else (part, "")
        text.append("\n".join(one_line(line) for line in words.split("\n")), style)
    return text


class Page:
    """Collects lines and tables; `text()` gives the finished page."""

    def __init__(self, width: int, *, color: bool) -> None:
        self._file = io.StringIO()
        self._console = Console(
            file=self._file,
            width=width,
            force_terminal=color,
            color_system="standard" if color else None,
            highlight=False,
            markup=False,
            emoji=False,
            legacy_windows=False,
        )
        self.width = width

    def text(self) -> str:
        """Return the page, without spaces at the ends of lines and double empty lines."""
        lines = "\n".join(line.rstrip() for line in self._file.getvalue().split("\n"))
        return re.sub(r"\n{3,}", "\n\n", lines).strip("\n") + "\n"

    def space(self) -> None:
        """Leave one line empty."""
        self._console.print()

    def title(self, words: str) -> None:
        """Write the title of the page."""
        self._console.print(styled((words, HEADING)))

    def heading(self, words: str) -> None:
        """Begin a section."""
        self.space()
        self._console.print(styled((words.upper(), HEADING)))
        self._console.print(styled(("─" * self.width, DIM)))

    def line(self, *parts: Words, indent: int = 0) -> None:
        """Write words, wrapped, each line indented by as much."""
        self._console.print(Padding(styled(*parts), (0, 0, 0, indent)))

    def entries(self, rows: Sequence[tuple[Words, str, Words]], indent: int = 0) -> None:
        """Write words behind a mark and a name; the names of all rows stand in one column."""
        widest = max((len(name) for _, name, _ in rows), default=0)
        grid = Table.grid(padding=(0, 1, 0, 0), expand=True)
        grid.add_column(width=1, no_wrap=True)
        if widest:
            grid.add_column(width=widest + 1, no_wrap=True)
        grid.add_column(ratio=1, overflow="fold")
        for mark, name, words in rows:
            named = [styled((name, DIM))] if widest else []
            grid.add_row(styled(mark), *named, styled(words))
        self._console.print(Padding(grid, (0, 0, 0, indent)))

    def block(self, mark: Words, lines: Sequence[Line], column: int = 2) -> None:
        """Write lines behind a mark in a column; each line hangs at its own indent."""
        grid = Table.grid(expand=True)
        grid.add_column(width=column, no_wrap=True)
        grid.add_column(ratio=1, overflow="fold")
        padded = [Padding(styled(*words), (0, 0, 0, indent)) for indent, words in lines]
        grid.add_row(styled(mark), Group(*padded))
        self._console.print(grid)

    def pairs(self, rows: Sequence[tuple[str, Words | list[str]]], indent: int = 0) -> None:
        """Write names and what they are, in two columns; of a list each item on its own."""
        grid = Table.grid(padding=(0, 2, 0, 0), expand=True)
        grid.add_column(no_wrap=True)
        grid.add_column(ratio=1, overflow="fold")
        for name, words in rows:
            cell = _listed(words) if isinstance(words, list) else styled(words)
            grid.add_row(styled((name, DIM)), cell)
        self._console.print(Padding(grid, (0, 0, 0, indent)))

    def fields(self, rows: Sequence[tuple[str, str, str]], indent: int = 0) -> None:
        """Write names, values and what these rest on, in three columns."""
        names = max(len(name) for name, _, _ in rows)
        values = max(len(value) for _, value, _ in rows)
        grid = Table.grid(padding=(0, 2, 0, 0), expand=True)
        grid.add_column(width=names, no_wrap=True)
        grid.add_column(width=min(values, (self.width - names) // 3), overflow="fold")
        grid.add_column(ratio=1, overflow="fold")
        for name, value, source in rows:
            grid.add_row(styled(name), styled(value), styled((source, DIM)))
        self._console.print(Padding(grid, (0, 0, 0, indent)))

    def table(
        self, columns: Sequence[tuple[str, int | None]], rows: Sequence[Sequence[Text]]
    ) -> None:
        """Write a table; a column without a width takes what is left."""
        table = Table(
            box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), expand=True
        )
        for name, size in columns:
            table.add_column(styled(name), width=size, ratio=None if size else 1, overflow="fold")
        for row in rows:
            table.add_row(*row)
        self._console.print(table)


def _listed(items: list[str]) -> Table:
    grid = Table.grid(padding=(0, 1, 0, 0), expand=True)
    grid.add_column(width=1)
    grid.add_column(ratio=1, overflow="fold")
    for item in items:
        grid.add_row("•", styled(item))
    return grid
