"""What a server holds of ours: one resource of any strategy, as far as a decision needs it.

In: the resource as the server returned it. Out: its id and version, whose it is, what it was made
from and rests on, and whose word it is: still ours, confirmed by people, withdrawn, or something
that only people can have set. Source: terminology 6.2, 6.5.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from nelm_fhir.writers.basic import carried
from nelm_fhir.writers.canonicals import ASSESSMENT_IDENTIFIER, BASIS, EDITION_IDENTIFIER
from nelm_fhir.writers.result_parts import pinned

Json = dict[str, Any]


class Word(StrEnum):
    """Whose word a result on a server is, by its status."""

    OURS = "ours"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"
    OF_PEOPLE = "of-people"


_WORDS: Final = {
    "preliminary": Word.OURS,
    "completed": Word.OURS,  # Communication: what we send says so itself
    "": Word.OURS,  # a Basic whose content cannot be read any more
    "final": Word.CONFIRMED,
    "amended": Word.CONFIRMED,
    "corrected": Word.CONFIRMED,
    "entered-in-error": Word.WITHDRAWN,
}
_CURRENT: Final = "current"
_CARRIER: Final = "Basic"


@dataclass(frozen=True, slots=True)
class Held:
    """One resource of a server; `digests` of input and catalogue, empty where it tells none."""

    id: str
    version: str
    patient: str
    word: Word
    digests: tuple[str, ...]
    basis: tuple[str, ...]
    keys: frozenset[str]
    resource: Json

    @classmethod
    def of(cls, resource: Json) -> "Held":
        """Read what the server returned; an element of another shape tells nothing."""
        return cls(
            id=_text(resource, "id"),
            version=_text(_object(resource, "meta"), "versionId"),
            patient=local(_text(_object(resource, "subject"), "reference")),
            word=_WORDS.get(_status(resource), Word.OF_PEOPLE),
            digests=tuple(pinned({"extension": _objects(resource.get("extension"))})),
            basis=tuple(dict.fromkeys(_basis(resource))),
            keys=frozenset(_keys(resource)),
            resource=resource,
        )


def local(reference: str) -> str:
    """Return `Type/id` of a reference, without server and version."""
    return "/".join(reference.partition("/_history/")[0].rsplit("/", 2)[-2:])


def _status(resource: Json) -> str:
    if resource.get("resourceType") == _CARRIER:  # it has no status: what it carries has
        return _text(carried(resource) or {}, "status")
    status = _text(resource, "status")
    return _text(resource, "docStatus") if status == _CURRENT else status


def _basis(resource: Json) -> Iterator[str]:
    places = [resource.get(name) for name in ("basis", "derivedFrom", "about")]
    places.append(_object(resource, "context").get("related"))
    extensions = _objects(resource.get("extension"))
    places.append([one.get("valueReference") for one in extensions if one.get("url") == BASIS])
    for place in places:
        yield from (text for one in _objects(place) if (text := _text(one, "reference")))


def _keys(resource: Json) -> Iterator[str]:
    for one in _objects(resource.get("identifier")):
        if one.get("system") in {ASSESSMENT_IDENTIFIER, EDITION_IDENTIFIER}:
            yield _text(one, "value")


def _objects(value: object) -> list[Json]:
    found = value if isinstance(value, list) else []
    return [one for one in found if isinstance(one, dict)]


def _object(parent: Mapping[str, Any], name: str) -> Json:
    found = parent.get(name)
    return found if isinstance(found, dict) else {}


def _text(parent: Mapping[str, Any], name: str) -> str:
    found = parent.get(name)
    return found if isinstance(found, str) else ""
