"""Where results go: stdout or a file, in an encoding that can hold them.

Text that the terminal's encoding cannot hold is written in its nearest ASCII form, never lost and
never an error.
"""

import os
import shutil
import sys
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO, Final

import click

NARROWEST: Final = 60
WIDEST: Final = 120

_ASCII: Final = {
    "✓": "+", "✗": "x", "…": "~", "–": "-", "—": "-", "·": ",", "→": "->", "≤": "<=", "≥": ">=",
    "“": '"', "”": '"', "‘": "'", "’": "'", "─": "-", "━": "=", "│": "|", "•": "*", "×": "x",
}  # fmt: skip


def write_bytes(content: bytes, output: Path | None = None) -> None:
    """Write bytes to stdout, or to a file in one step."""
    write_all([content], output)


def write_all(lines: Iterable[bytes], output: Path | None = None) -> None:
    """Write pieces one after another: to stdout as they come, to a file only when all are there."""
    if output is None:
        stream: BinaryIO = sys.stdout.buffer
        for line in lines:
            stream.write(line)
            stream.flush()
        return
    beside = output.with_name(f".{output.name}.part")
    try:
        with beside.open("wb") as file:
            file.writelines(lines)
        beside.replace(output)
    except OSError as error:
        what = error.strerror or "cannot be written"
        raise click.BadParameter(f"{output}: {what}.", param_hint="--output") from None
    finally:
        beside.unlink(missing_ok=True)


def write_text(make: Callable[[bool], str], output: Path | None = None) -> None:
    """Write text that is made with or without color; color only on a terminal."""
    to_file = output is not None
    write_bytes(encoded(make(in_color() and not to_file), to_file=to_file), output)


def encoded(text: str, *, to_file: bool = False) -> bytes:
    """Return text as bytes: UTF-8 for a file, for stdout in the encoding it has."""
    if to_file:
        return text.encode()
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return fitting(text, encoding).encode(encoding)


def in_color() -> bool:
    """Whether stdout is a terminal that was not asked to do without color (NO_COLOR)."""
    wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return wanted and sys.stdout.isatty()


def width() -> int:
    """Return the columns to write for: those of the terminal (COLUMNS), 80 in a pipe."""
    return max(NARROWEST, min(shutil.get_terminal_size((80, 24)).columns, WIDEST))


def fitting(text: str, encoding: str) -> str:
    """Return the text with every character that the encoding cannot hold put nearest to it."""
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return "".join(_fit(character, encoding) for character in text)
    return text


def _fit(character: str, encoding: str) -> str:
    try:
        character.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        plain = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
        return _ASCII.get(character) or plain or "?"
    return character
