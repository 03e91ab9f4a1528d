"""Mutations after which something is not said any more: dropped, void, or said of another thing."""

from collections.abc import Callable
from random import Random
from typing import Any

from tests.fuzz.mutation import Effect, Mutation, choose, pick
from tests.fuzz.places import Path, at, drop, paths, put
from tests.fuzz.sent import Piece, Sent, own

from nelm_fhir.core.reading import Reading
from nelm_fhir.fhir_r4.usable import STATUS, Drop, Use

CODED = ("code", "system")
LINKS = (
    "specimen",
    "focus",
    "result",
    "hasMember",
    "partOf",
    "basedOn",
    "reasonReference",
    "imagingStudy",
    "derivedFrom",
    "extension",
)
OTHER_SUBJECTS = ("Patient/somebody-else", "Practitioner/p", "Group/g", "urn:uuid:0")
SUSPECTED = ("provisional", "unconfirmed", "differential")
VERIFIED = "http://terminology.hl7.org/CodeSystem/condition-ver-status"


def drop_entry(sent: Sent, chance: Random) -> tuple[int, Path] | None:
    n = choose(sent, chance)
    return None if n is None else (sent.pieces.pop(n).origin, ())


def drop_element(sent: Sent, chance: Random) -> tuple[int, Path] | None:
    return _without(sent, chance, lambda piece: list(paths(piece.resource)))


def empty_element(sent: Sent, chance: Random) -> tuple[int, Path] | None:
    n = choose(sent, chance)
    if n is None:
        return None
    resource = own(sent.pieces[n])
    path = pick(chance, list(paths(resource)))
    if path is None:
        return None
    put(resource, path, chance.choice([None, {}, [], "", " "]))
    return _changed(sent, n, resource, path)


def drop_link(sent: Sent, chance: Random) -> tuple[int, Path] | None:
    return _without(sent, chance, _links)


def _without(
    sent: Sent, chance: Random, found: Callable[[Piece], list[Path]]
) -> tuple[int, Path] | None:
    n = choose(sent, chance, lambda piece: bool(found(piece)))
    if n is None:
        return None
    path = chance.choice(found(sent.pieces[n]))
    resource = own(sent.pieces[n])
    drop(resource, path)
    return _changed(sent, n, resource, path)


def _links(piece: Piece) -> list[Path]:
    """Return the paths of the references to other things than the subject."""
    found = (path for path in paths(piece.resource) if path[-1] == "reference")
    return [path for path in found if path[0] in LINKS]


def swap_link(sent: Sent, chance: Random) -> tuple[int, Path] | None:
    """Let a reference lead to another resource of the record."""
    n = choose(sent, chance, lambda piece: bool(_links(piece)))
    if n is None:
        return None
    resource = own(sent.pieces[n])
    path = chance.choice(_links(sent.pieces[n]))
    kind = str(at(resource, path)).rpartition("/")[0].rpartition("/")[2]
    same = [p for p in sent.pieces if p.type == kind] if chance.random() < 0.7 else sent.pieces
    other = pick(chance, [p for p in same if p.resource.get("id")])
    if other is None:
        return None
    put(resource, path, f"{other.type}/{other.resource['id']}")
    return _changed(sent, n, resource, path)


def swap_subject(sent: Sent, chance: Random) -> tuple[int, Path] | None:
    n = choose(sent, chance, lambda piece: "subject" in piece.resource)
    if n is None:
        return None
    resource = own(sent.pieces[n])
    resource["subject"] = {"reference": chance.choice(OTHER_SUBJECTS)}
    return _changed(sent, n, resource, ("subject",))


def void(sent: Sent, chance: Random) -> tuple[int, Path] | None:
    """Withdraw a statement: entered in error, cancelled, not done, refuted."""
    n = choose(sent, chance, lambda piece: bool(_void_words(piece.type)))
    if n is None:
        return None
    resource = own(sent.pieces[n])
    word = chance.choice(_void_words(sent.pieces[n].type))
    if resource["resourceType"] != "Condition":
        resource["status"] = word
        return _changed(sent, n, resource, ("status",))
    resource["verificationStatus"] = {"coding": [{"system": VERIFIED, "code": word}]}
    resource.pop("clinicalStatus", None)
    return _changed(sent, n, resource, ("verificationStatus",))


def suspect(sent: Sent, chance: Random) -> tuple[int, Path] | None:
    """Let a diagnosis be only suspected."""
    n = choose(sent, chance, lambda piece: piece.type == "Condition")
    if n is None:
        return None
    resource = own(sent.pieces[n])
    resource["verificationStatus"] = {
        "coding": [{"system": VERIFIED, "code": chance.choice(SUSPECTED)}]
    }
    return _changed(sent, n, resource, ("verificationStatus",))


def _void_words(kind: str) -> list[str]:
    if kind == "Condition":
        return ["entered-in-error", "refuted"]
    words = STATUS.get(kind, {}).items()
    return [word for word, answer in words if isinstance(answer, Drop) or _not_done(answer)]


def _not_done(answer: Use) -> bool:
    return answer.reading in {Reading.NOT_DONE, Reading.PLANNED}


def cut_code(sent: Sent, chance: Random) -> tuple[int, Path] | None:
    """Cut a code or a code system short, so that it is another one."""
    n = choose(sent, chance, lambda piece: bool(_codes(piece)))
    if n is None:
        return None
    resource = own(sent.pieces[n])
    path = chance.choice(_codes(sent.pieces[n]))
    word = at(resource, path)
    put(resource, path, word[: chance.randrange(len(word))])
    return _changed(sent, n, resource, path)


def _codes(piece: Piece) -> list[Path]:
    found = [(path, at(piece.resource, path)) for path in paths(piece.resource)]
    return [path for path, word in found if path[-1] in CODED and word and isinstance(word, str)]


def lose_mark(sent: Sent, chance: Random) -> tuple[int, Path] | None:
    """Lose one of the marks that hold the JSON text of an entry together."""
    n = choose(sent, chance)
    if n is None:
        return None
    text = sent.pieces[n].text()
    spot = chance.choice([at for at, byte in enumerate(text) if byte in b'{}[]",:'])
    sent.pieces[n] = Piece(sent.pieces[n].origin, {}, text[:spot] + text[spot + 1 :])
    return sent.pieces[n].origin, ()


def _changed(sent: Sent, n: int, resource: Any, path: Path) -> tuple[int, Path]:
    sent.pieces[n] = sent.pieces[n].with_resource(resource)
    return sent.pieces[n].origin, path


LOSSES = [
    Mutation(name, Effect.LOST, change)
    for name, change in {
        "drop-entry": drop_entry,
        "drop-element": drop_element,
        "empty-element": empty_element,
        "drop-link": drop_link,
        "swap-link": swap_link,
        "swap-subject": swap_subject,
        "suspect": suspect,
        "void": void,
        "cut-code": cut_code,
        "lose-mark": lose_mark,
    }.items()
]
