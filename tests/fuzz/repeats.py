"""Mutations that say the same again: entries and elements twice, with the same or another id."""

import copy
from random import Random

from tests.fuzz.mutation import Effect, Mutation, choose
from tests.fuzz.places import Path, at, paths, put
from tests.fuzz.sent import Piece, Sent, own


def repeat_entry(sent: Sent, chance: Random) -> tuple[int, Path] | None:
    n = choose(sent, chance)
    if n is None:
        return None
    sent.pieces.insert(chance.randrange(len(sent.pieces) + 1), sent.pieces[n])
    return sent.pieces[n].origin, ()


def repeat_under_another_id(sent: Sent, chance: Random) -> tuple[int, Path] | None:
    n = choose(sent, chance, _is_a_statement)
    if n is None:
        return None
    piece = sent.pieces[n]
    again = own(piece) | {"id": f"{piece.resource['id']}-again"}
    entry = {**piece.entry, "resource": again}
    if "fullUrl" in entry:
        entry["fullUrl"] = f"{entry['fullUrl']}-again"
    sent.pieces.append(Piece(piece.origin, entry))
    return piece.origin, ()


def _is_a_statement(piece: Piece) -> bool:
    return isinstance(piece.resource.get("id"), str) and piece.type != "Patient"


def repeat_item(sent: Sent, chance: Random) -> tuple[int, Path] | None:
    """Let an item of a list stand there twice."""
    n = choose(sent, chance, lambda piece: bool(_lists(piece)))
    if n is None:
        return None
    resource = own(sent.pieces[n])
    path = chance.choice(_lists(sent.pieces[n]))
    items = at(resource, path)
    put(resource, path, [*items, copy.deepcopy(chance.choice(items))])
    sent.pieces[n] = sent.pieces[n].with_resource(resource)
    return sent.pieces[n].origin, path


def _lists(piece: Piece) -> list[Path]:
    found = ((path, at(piece.resource, path)) for path in paths(piece.resource))
    return [path for path, value in found if isinstance(value, list) and value]


REPEATS = [
    Mutation(name, Effect.REPEATED, change)
    for name, change in {
        "repeat-entry": repeat_entry,
        "repeat-under-another-id": repeat_under_another_id,
        "repeat-item": repeat_item,
    }.items()
]
