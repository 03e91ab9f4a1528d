"""Named texts in a file, one after another: a patient's lines, or resources that are nobody's.

In: a name, a text, and the number of a file (none: 0). Out: the same again. The lengths stand
before them, so texts may hold anything.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

_HEAD: Final = struct.Struct("<III")
_BUFFER: Final = 1024 * 1024


class Record(NamedTuple):
    """One text, whose it is, and the number of the file that it is alone, from 1; else 0."""

    name: str
    text: bytes
    source: int


def packed(name: str, text: bytes, source: int = 0) -> bytes:
    """Return a record as bytes."""
    written = name.encode(errors="surrogatepass")
    return b"".join((_HEAD.pack(len(written), len(text), source), written, text))


def write(file: BinaryIO, name: str, text: bytes) -> None:
    """Append a record."""
    file.write(packed(name, text))


def read(path: Path) -> Iterator[Record]:
    """Yield the records of a file."""
    with path.open("rb", buffering=_BUFFER) as file:
        while head := file.read(_HEAD.size):
            name, text, source = _HEAD.unpack(head)
            yield Record(file.read(name).decode(errors="surrogatepass"), file.read(text), source)
