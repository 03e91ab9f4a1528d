"""Mutations after which a statement stands and part of it cannot be read, or is in doubt."""

from collections.abc import Callable
from random import Random
from typing import Any

from tests.fuzz.losses import LINKS, VERIFIED
from tests.fuzz.mutation import Effect, Mutation, choose
from tests.fuzz.places import Path, at, drop, paths, put
from tests.fuzz.sent import Sent, decimal, own

from nelm_fhir.core.reading import Reading
from nelm_fhir.fhir_r4.usable import STATUS, Use

ODD: list[Any] = [True, 0, -1, 10**18, "x", "Patient/other", [None], [[]], {"a": 1}, ["x"], "\0"]
NO_WORDS = ("", "FINAL", "finished?", "final ", "entered_in_error", "0")
NO_DATES = ("2026-13-01", "2026-02-30", "yesterday", "01.05.2026", "2026-05-", "0000", "9999-99")
DATED = ("Date", "DateTime", "date", "started", "start", "end", "created", "authoredOn")
UNITS = ("unit", "code", "system")

Pick = Callable[[Any, Path], bool]


def _at_a_place(fits: Pick, new: Callable[[Any, Random], Any]) -> Any:
    """Return a change that puts something new in one of the places that fit."""

    def change(sent: Sent, chance: Random) -> tuple[int, Path] | None:
        n = choose(sent, chance, lambda piece: any(_fitting(piece.resource, fits)))
        if n is None:
            return None
        resource = own(sent.pieces[n])
        path = chance.choice(list(_fitting(resource, fits)))
        put(resource, path, new(at(resource, path), chance))
        return _changed(sent, n, resource, path)

    return change


def _fitting(resource: Any, fits: Pick) -> Any:
    return (path for path in paths(resource) if fits(at(resource, path), path))


def _changed(sent: Sent, n: int, resource: Any, path: Path) -> tuple[int, Path]:
    sent.pieces[n] = sent.pieces[n].with_resource(resource)
    return sent.pieces[n].origin, path


def _is_read_part(value: Any, path: Path) -> bool:
    return path != ("id",)


def _odd(value: Any, chance: Random) -> Any:
    """Return something of another JSON type."""
    return chance.choice([odd for odd in ODD if type(odd) is not type(value)])


def _is_list(value: Any, path: Path) -> bool:
    return isinstance(value, list) and len(value) == 1


def _is_dated(value: Any, path: Path) -> bool:
    return isinstance(value, str) and str(path[-1]).endswith(DATED) and value[:4].isdigit()


def _vaguer(value: Any, chance: Random) -> str:
    return str(value)[: chance.choice([4, 7])]


def _is_text_value(value: Any, path: Path) -> bool:
    return isinstance(value, str) and str(path[-1]) in {"valueString", "valueCode", "text"}


def _cut(value: Any, chance: Random) -> str:
    return str(value)[: chance.randrange(len(str(value)) + 1)] + "\ufffd"


def _is_answer(value: Any, path: Path) -> bool:
    """Whether it is the code of an answer; a diagnosis of another code is another diagnosis.

    Of some components only one answer is known (of a part of the tumor, that it progresses): any
    other code says nothing there, so components are left to `cut-code`.
    """
    return isinstance(value, str) and path[0] == "valueCodeableConcept" and path[-1] == "code"


def _is_number(value: Any, path: Path) -> bool:
    return decimal(value) and path[-1] == "value"


def _unreadable_number(value: Any, chance: Random) -> Any:
    return chance.choice([str(value), "1e999999", "NaN", f"about {value}"])


def _is_unit(value: Any, path: Path) -> bool:
    return isinstance(value, str) and path[-1] in UNITS and "Quantity" in str(path[-2:-1])


def _is_link(value: Any, path: Path) -> bool:
    return path[-1] == "reference" and path[0] in LINKS


def invalid_status(sent: Sent, chance: Random) -> tuple[int, Path] | None:
    return _with_status(sent, chance, lambda kind: list(NO_WORDS))


def doubtful_status(sent: Sent, chance: Random) -> tuple[int, Path] | None:
    """Leave open whether a statement holds."""
    return _with_status(sent, chance, _doubtful_words)


def _doubtful_words(kind: str) -> list[str]:
    answers = STATUS.get(kind, {}).items()
    return [w for w, a in answers if isinstance(a, Use) and a.reading is Reading.UNKNOWN]


def _with_status(
    sent: Sent, chance: Random, words: Callable[[str], list[str]]
) -> tuple[int, Path] | None:
    n = choose(sent, chance, lambda piece: _has_status(piece.type) and bool(words(piece.type)))
    if n is None:
        return None
    resource = own(sent.pieces[n])
    word = chance.choice(words(resource["resourceType"]))
    if resource["resourceType"] != "Condition":
        resource["status"] = word
        return _changed(sent, n, resource, ("status",))
    resource["verificationStatus"] = {"coding": [{"system": VERIFIED, "code": word}]}
    return _changed(sent, n, resource, ("verificationStatus",))


def _has_status(kind: str) -> bool:
    return kind == "Condition" or kind in STATUS


def modifier_extension(sent: Sent, chance: Random) -> tuple[int, Path] | None:
    n = choose(sent, chance)
    if n is None:
        return None
    resource = own(sent.pieces[n])
    holders = [(), *(p for p in paths(resource) if len(p) < 3 and _is_backbone(resource, p))]
    path = chance.choice(holders)
    at(resource, path)["modifierExtension"] = [{"url": "urn:changes", "valueBoolean": True}]
    return _changed(sent, n, resource, path)


def _is_backbone(resource: Any, path: Path) -> bool:
    return isinstance(at(resource, path), dict) and path[0] in {"component", "item", "collection"}


def drop_resource(sent: Sent, chance: Random) -> tuple[int, Path] | None:
    """Leave the envelope of an entry without its resource."""
    n = choose(sent, chance)
    if n is None:
        return None
    entry = {k: v for k, v in sent.pieces[n].entry.items() if k == "fullUrl"}
    sent.pieces[n] = type(sent.pieces[n])(sent.pieces[n].origin, entry)
    return sent.pieces[n].origin, ()


REQUIRED = ("resourceType", "status", "subject", "code")


def drop_required(sent: Sent, chance: Random) -> tuple[int, Path] | None:
    """Leave out what a resource must say."""
    n = choose(sent, chance, lambda piece: piece.type == "Observation")
    if n is None:
        return None
    resource = own(sent.pieces[n])
    path = (chance.choice([name for name in REQUIRED if name in resource]),)
    drop(resource, path)
    return _changed(sent, n, resource, path)


DAMAGES = [
    Mutation(name, Effect.DAMAGED, change)
    for name, change in {
        "retype": _at_a_place(_is_read_part, _odd),
        "list-to-scalar": _at_a_place(_is_list, lambda value, chance: value[0]),
        "no-date": _at_a_place(_is_dated, lambda value, chance: chance.choice(NO_DATES)),
        "vague-date": _at_a_place(_is_dated, _vaguer),
        "cut-text": _at_a_place(_is_text_value, _cut),
        "cut-answer": _at_a_place(_is_answer, lambda value, chance: f"{value[:-1]}?"),
        "no-number": _at_a_place(_is_number, _unreadable_number),
        "no-unit": _at_a_place(_is_unit, lambda value, chance: chance.choice(["furlong", "?"])),
        "broken-link": _at_a_place(_is_link, lambda value, chance: "Observation/never-sent"),
        "invalid-status": invalid_status,
        "doubtful-status": doubtful_status,
        "modifier-extension": modifier_extension,
        "drop-resource": drop_resource,
        "drop-required": drop_required,
    }.items()
]
