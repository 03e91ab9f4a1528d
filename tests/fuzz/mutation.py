"""What a mutation is: a name, what it may do to a record, and a pure function of a seeded chance.

A mutation chooses a piece of the record and changes, drops or repeats it. It returns a Touch that
names the place, never a value, or None where the record has nothing of that kind.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from random import Random
from typing import Any

from tests.fuzz.line import original
from tests.fuzz.places import Path, at, told
from tests.fuzz.sent import Piece, Sent

HALF = 0.5
WHOLE = ("contained", 0)
OFTEN = 0.8
"""How often a resource that the line reads is chosen, where one fits."""


class Effect(Enum):
    """What a mutation does, by which the oracle asks more or less.

    LOST: a statement is withdrawn, or says another thing (dropped, void, only suspected, another
    code, subject or link), or one of several codings that mean the same: what it said is not said
    any more, which the exception of I6 is about.
    DAMAGED: a statement stands, and part of it cannot be read or is in doubt: no exception.
    REPEATED: nothing new is said: no exception.
    """

    LOST = "lost"
    DAMAGED = "damaged"
    REPEATED = "repeated"


@dataclass(frozen=True)
class Touch:
    """What was done: by which mutation, to which entry of the base, where in its resource."""

    mutation: str
    effect: Effect
    origin: int
    path: Path = ()

    def told(self, sent: Sent) -> str:
        """Return the touch in words, without any value of the record."""
        kind = sent.base.entries[self.origin].get("resource", {}).get("resourceType", "?")
        return f"{self.mutation} at entry[{self.origin}] {kind} {told(self.path)}".rstrip()


Change = Callable[[Sent, Random], tuple[int, Path] | None]


@dataclass(frozen=True)
class Mutation:
    """One kind of damage."""

    name: str
    effect: Effect
    change: Change

    def __call__(self, sent: Sent, chance: Random) -> Touch | None:
        """Change the record; None if there was nothing to change."""
        done = self.change(sent, chance)
        if done is None:
            return None
        origin, path = done
        lost = _is_taken_away(path) or _is_one_of_several(sent, origin, path)
        return Touch(self.name, Effect.LOST if lost else self.effect, origin, path)


def _is_taken_away(path: Path) -> bool:
    """Whether somebody or a whole resource stood there: what it says is not said any more."""
    return path[:1] == ("subject",) or (path[:1] == ("contained",) and len(path) <= len(WHOLE))


def _is_one_of_several(sent: Sent, origin: int, path: Path) -> bool:
    """Whether it lies in one of several codings of a concept: the others say what it means."""
    if "coding" not in path:
        return False
    listed = path[: path.index("coding") + 1]
    try:
        return len(at(sent.base.entries[origin]["resource"], listed)) > 1
    except (KeyError, IndexError, TypeError):
        return False


Fits = Callable[[Piece], bool]


def choose(sent: Sent, chance: Random, fits: Fits = lambda piece: True) -> int | None:
    """Return the number of a piece, more often one that the line reads or that is adverse."""
    whole = [n for n, piece in enumerate(sent.pieces) if piece.raw is None and piece.resource]
    chance.shuffle(whole)
    against = [n for n in whole if sent.pieces[n].origin in sent.base.against]
    read = [n for n in whole if is_read(sent, sent.pieces[n])]
    first = against if chance.random() < HALF else []
    second = read if chance.random() < OFTEN else []
    return next((n for n in (*first, *second, *whole) if fits(sent.pieces[n])), None)


def is_read(sent: Sent, piece: Piece) -> bool:
    """Whether the line reads the entry of the base that a piece comes from."""
    return sent.place(piece.origin) in _read(sent.base.name)


@cache
def _read(name: str) -> frozenset[str]:
    return frozenset(resource.location for resource in original(name).record.resources)


def pick(chance: Random, found: Sequence[Any]) -> Any | None:
    """Return one of those that were found; None if none was."""
    return chance.choice(found) if found else None
