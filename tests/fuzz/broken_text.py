"""Mutations of the text of one entry: no character, a key twice, nesting without end."""

from collections.abc import Callable
from random import Random
from typing import Any

from tests.fuzz.bases import Json
from tests.fuzz.mutation import Effect, Mutation, choose
from tests.fuzz.places import Path, at, paths
from tests.fuzz.sent import Piece, Sent, decimal, own, written

MARK = "tests-fuzz-here"
DEPTHS = (40, 70, 700)
HUGE = (b"1e999999", b"-1e-999999", b"9" * 5000, b"0." + b"1" * 5000)
HALF = 0.5

Fits = Callable[[Any], bool]
New = Callable[[Any, Random], tuple[Any, bytes]]


def no_character(sent: Sent, chance: Random) -> tuple[int, Path] | None:
    """Put a byte that is no character into one string."""
    return _with_text(sent, chance, lambda text: isinstance(text, str), _broken)


def _broken(value: object, chance: Random) -> tuple[object, bytes]:
    at_last = str(value)[: chance.randrange(len(str(value)) + 1)]
    return f"{at_last}{MARK}", b"\xff"


def nest(sent: Sent, chance: Random) -> tuple[int, Path] | None:
    """Put a value into objects and lists inside each other."""
    depth = chance.choice(DEPTHS)
    inner = b'{"extension":[' * depth + b"1" + b"]}" * depth

    def deep(value: object, chance: Random) -> tuple[object, bytes]:
        return MARK, inner

    return _with_text(sent, chance, lambda value: True, deep, quoted=True)


def huge_number(sent: Sent, chance: Random) -> tuple[int, Path] | None:
    """Write a number that no machine wants to hold."""

    def huge(value: object, chance: Random) -> tuple[object, bytes]:
        return MARK, chance.choice(HUGE)

    return _with_text(sent, chance, decimal, huge, quoted=True)


def _with_text(
    sent: Sent, chance: Random, fits: Fits, new: New, *, quoted: bool = False
) -> tuple[int, Path] | None:
    """Put bytes in the place of a value that fits."""

    def places(resource: Json) -> list[Path]:
        return [path for path in paths(resource) if fits(at(resource, path))]

    n = choose(sent, chance, lambda piece: bool(places(piece.resource)))
    if n is None:
        return None
    piece, resource = sent.pieces[n], own(sent.pieces[n])
    path = chance.choice(places(resource))
    value, text = new(at(resource, path), chance)
    at(resource, path[:-1])[path[-1]] = value
    mark = f'"{MARK}"' if quoted else MARK
    raw = piece.with_resource(resource).text().replace(mark.encode(), text)
    sent.pieces[n] = Piece(piece.origin, {}, raw)
    return piece.origin, path


def repeat_key(sent: Sent, chance: Random) -> tuple[int, Path] | None:
    """Write a key of an object twice, with something else, before or behind the true one."""
    n = choose(sent, chance)
    if n is None:
        return None
    piece, resource = sent.pieces[n], own(sent.pieces[n])
    path = chance.choice([path for path in paths(resource) if isinstance(path[-1], str)])
    owner = at(resource, path[:-1])
    other = written(chance.choice([0, "x", [], {}, owner[path[-1]]]))
    members = dict(owner)
    owner.clear()
    owner.update({MARK: 0, **members} if chance.random() < HALF else {**members, MARK: 0})
    again = written(path[-1]) + b":" + other
    raw = piece.with_resource(resource).text().replace(written(MARK) + b":0", again)
    sent.pieces[n] = Piece(piece.origin, {}, raw)
    return piece.origin, path


BROKEN_TEXTS = [
    Mutation(name, Effect.DAMAGED, change)
    for name, change in {
        "no-character": no_character,
        "huge-number": huge_number,
        "nest": nest,
        "repeat-key": repeat_key,
    }.items()
]
