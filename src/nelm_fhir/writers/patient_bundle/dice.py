"""Choices that depend on the seed and on their purpose alone.

Two purposes never share a choice, so that one more resource changes no other one, and the same seed
gives the same record on every machine.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Dice:
    """A source of choices."""

    seed: int

    def number(self, sides: int, *purpose: object) -> int:
        """Return a whole number from 0 to `sides` - 1."""
        text = "|".join(str(part) for part in (self.seed, *purpose))
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % sides

    def pick(self, options: Sequence[T], *purpose: object) -> T:
        """Return one of the options."""
        return options[self.number(len(options), *purpose)]
