"""Whose each line of a file is, kept so that the second pass reads only the lines it wants.

In: per block of lines, their owners' keys and their lengths. Out: the same again, or the places of
the lines whose owners are marked. Twelve bytes per line, on disk.
"""

from array import array
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from nelm_fhir.batch.lines.keys import Marks

_KEYS: Final = "Q"
_LENGTHS: Final = "I"
_COUNT: Final = 4


class Place(NamedTuple):
    """Where a line is in its (unpacked) file, and its owner's key."""

    key: int
    start: int
    length: int


def write(file: BinaryIO, keys: Sequence[int], lengths: Sequence[int]) -> None:
    """Append the lines of one block; lengths are those without the end of a line."""
    file.write(len(keys).to_bytes(_COUNT, "little"))
    file.write(array(_KEYS, keys).tobytes())
    file.write(array(_LENGTHS, lengths).tobytes())


def marked(path: Path, marks: Marks) -> Iterator[Place]:
    """Yield the place of every line whose owner is marked."""
    table, mask = marks.table, marks.mask
    start = 0
    for keys, lengths in _blocks(path):
        ends = list(accumulate(lengths, initial=start))
        for n in [n for n, key in enumerate(keys) if table[key & mask]]:
            yield Place(keys[n], ends[n] + n, lengths[n])
        start = ends[-1] + len(keys)


def _blocks(path: Path) -> Iterator[tuple[Sequence[int], Sequence[int]]]:
    with path.open("rb") as file:
        while head := file.read(_COUNT):
            count = int.from_bytes(head, "little")
            keys, lengths = array(_KEYS), array(_LENGTHS)
            keys.frombytes(file.read(count * keys.itemsize))
            lengths.frombytes(file.read(count * lengths.itemsize))
            yield keys, lengths
