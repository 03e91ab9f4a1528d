"""Who is the same person, and how many patients there are.

In: pairs of names, and the keys of all patients by file. Out: one name for each group of names, the
same whatever the order; and a count of patients in memory that does not grow with their number.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from nelm_fhir.batch.lines.keys import key_of
from nelm_fhir.errors import TooLarge

MOST_MERGED: Final = 200_000
"""Names that may stand for one person with another; they are held in memory."""
_AT_ONCE: Final = 500_000
"""How many keys are counted at a time."""
_KEYS: Final = (1 << 61) + 2
"""No key is as large."""


def joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return for every name that has another the first of all names of the same person."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while (above := parent.setdefault(name, name)) != name:
            parent[name] = parent[above]
            name = parent[name]
        return name

    for one, other in pairs:
        first, second = sorted((root(one), root(other)))
        parent[second] = first
        if len(parent) > MOST_MERGED:
            raise TooLarge(
                f"More than {MOST_MERGED} names stand for a person who has another name.",
                "Export patients by their id, not by identifier, or in several parts.",
            )
    return {name: root(name) for name in list(parent)}


def count(files: Sequence[tuple[Path, Sequence[int]]], groups: Mapping[str, str]) -> int:
    """Return how many patients there are; `files` hold sorted runs of keys, of those lengths."""
    parts = 1 + sum(sum(runs) for _, runs in files) // _AT_ONCE
    merged = _merged(groups)
    there = [0] * len(merged)
    found = 0
    for part in range(parts):
        low, high = part * _KEYS // parts, (part + 1) * _KEYS // parts
        keys = {key for path, runs in files for key in _between(path, runs, low, high)}
        found += len(keys)
        there = [so_far + len(keys & names) for so_far, names in zip(there, merged, strict=True)]
    return found - sum(names - 1 for names in there if names)


def _merged(groups: Mapping[str, str]) -> list[set[int]]:
    """Return the keys of each group of names."""
    found: dict[str, set[int]] = {}
    for name, group in groups.items():
        found.setdefault(group, set()).add(key_of(name))
    return list(found.values())


def _between(path: Path, runs: Sequence[int], low: int, high: int) -> Iterator[int]:
    """Yield the keys of a file from `low` on and below `high`."""
    with path.open("rb") as file:
        for length in runs:
            keys = array("Q")
            keys.frombytes(file.read(length * keys.itemsize))
            yield from keys[bisect_left(keys, low) : bisect_left(keys, high)]
