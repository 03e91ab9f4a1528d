"""Names as numbers, and which numbers are marked: the cohort, in memory that does not grow.

In: names (`Patient/p`, `Medication/m`). Out: a number that is the same in every process and run,
and a table of marks. Two names may share a place in the table: then more is looked at, never less;
whose a line is, is settled by the whole name.
"""

from collections.abc import Iterable
from typing import Final

NOBODY: Final = 0
"""Key of a line that is nobody's."""
SPECIAL: Final = 1
"""Key of a line that is looked at again by itself: it belongs to several, or needs cutting."""
_SPREAD: Final = 0x1E3779B97F4A7C15
"""Names often differ in their last characters alone; this carries the difference to all bits."""
_FEWEST: Final = 1 << 16
_MOST: Final = 1 << 24
_ROOM: Final = 64
"""Places per name: one in so many others is looked at in vain."""
_OWN: Final = 2


def key_of(name: str) -> int:
    """Return the number of a name: Python's hash of an int, its remainder by 2**61 - 1."""
    return hash(int.from_bytes(name.encode(errors="surrogatepass")) * _SPREAD) + _OWN


class Marks:
    """Which keys are marked; `table[key & MASK]` is not zero for each of them."""

    def __init__(self, names: int) -> None:
        """Make room for so many names; a small table stays in the cache of the processor."""
        places = min(_MOST, max(_FEWEST, 1 << (names * _ROOM).bit_length()))
        self.mask = places - 1
        self.table = bytearray(places)

    def add(self, keys: Iterable[int]) -> None:
        """Mark these keys."""
        table, mask = self.table, self.mask
        for key in keys:
            table[key & mask] = 1

    def __len__(self) -> int:
        """Return about how many names are marked."""
        return self.table.count(1)

    def __contains__(self, key: int) -> bool:
        return bool(self.table[key & self.mask])
