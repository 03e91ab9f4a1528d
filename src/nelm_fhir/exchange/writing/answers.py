"""What came back for each parcel: landed, refused, in conflict, or nobody knows.

In: the answer of a server to a Bundle or to one request. Out: one Landed per entry, in order. Only
a status of success means that something landed; an answer that cannot be read means nothing at all.
Source: interop 7 rules 4, 5, 6, 8; FHIR R4 http.html (transaction-response).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final

from nelm_fhir.errors import ServerRefused
from nelm_fhir.exchange.answer import Answer
from nelm_fhir.exchange.writing.held import Held, local

Json = dict[str, Any]
_STATUS: Final = re.compile(r"([1-5][0-9]{2})(?:\s|\Z)")
_VERSION: Final = re.compile(r'(?:W/)?"([A-Za-z0-9\-.]{1,64})"\Z')
_PLACE: Final = re.compile(r"/_history/([A-Za-z0-9\-.]{1,64})\Z")
CONFLICTS: Final = frozenset({HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED})


class Came(StrEnum):
    """What became of a request.

    `existed`: a guarded create found one; `conflict`: what was read is no longer so; `unknown`: it
    may have landed or not.
    """

    LANDED = "landed"
    EXISTED = "existed"
    CONFLICT = "conflict"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Landed:
    """What became of one parcel; id and version as far as the server told them.

    `told` is the id of the Provenance that went along.
    """

    came: Came
    id: str = ""
    version: str = ""
    status: int | None = None
    told: str = ""


NOBODY_KNOWS: Final = Landed(Came.UNKNOWN)


def of_bundle(answer: Json, creates: Sequence[bool]) -> list[Landed]:
    """Read the answer to a Bundle; `creates` tells for each entry whether it was a create."""
    entries = answer.get("entry")
    if not isinstance(entries, list) or len(entries) != len(creates):
        return [NOBODY_KNOWS] * len(creates)
    return [_of_entry(entry, new) for entry, new in zip(entries, creates, strict=True)]


def of_request(answer: Answer, key: str, *, create: bool) -> Landed:
    """Read the answer to one request.

    A conflict whose body is the very result counts as existing: so answers HealthLake.
    """
    found = _held(answer)
    if answer.status in CONFLICTS and create and found and key in found.keys:
        return Landed(Came.EXISTED, found.id, found.version, answer.status)
    place = answer.headers.get("Location") or answer.headers.get("Content-Location") or ""
    landed = _landed(answer.status, place, answer.headers.get("ETag") or "", create=create)
    if found and landed.came in {Came.LANDED, Came.EXISTED}:
        return Landed(
            landed.came, landed.id or found.id, landed.version or found.version, answer.status
        )
    return landed


def came_of(status: int, *, create: bool) -> Came:
    """Return what a status means for a create or an update."""
    if status == HTTPStatus.OK and create:
        return Came.EXISTED
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Came.LANDED
    if status in CONFLICTS:
        return Came.CONFLICT
    return Came.UNKNOWN if Answer(status, {}, b"").is_transient else Came.REFUSED


def _of_entry(entry: object, create: bool) -> Landed:  # noqa: FBT001 - one of two columns of a table
    response = entry.get("response") if isinstance(entry, dict) else None
    if not isinstance(response, dict):
        return NOBODY_KNOWS
    found = _STATUS.match(_text(response, "status"))
    if found is None:
        return NOBODY_KNOWS
    place, tag = _text(response, "location"), _text(response, "etag")
    return _landed(int(found[1]), place, tag, create=create)


def _landed(status: int, place: str, tag: str, *, create: bool) -> Landed:
    there = local(place) if place else ""
    in_place, in_tag = _PLACE.search(place), _VERSION.match(tag)
    version = in_tag[1] if in_tag else in_place[1] if in_place else ""
    return Landed(came_of(status, create=create), there.rpartition("/")[2], version, status)


def _held(answer: Answer) -> Held | None:
    """Return the resource that the answer shows; None where it shows none."""
    try:
        resource = answer.json()
    except ServerRefused:
        return None
    return Held.of(resource) if "identifier" in resource else None


def _text(parent: Mapping[str, Any], name: str) -> str:
    found = parent.get(name)
    return found if isinstance(found, str) else ""
