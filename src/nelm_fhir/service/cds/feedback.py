"""What became of cards: accepted or set aside, and why; kept once, however often it is told.

In: the bytes of a feedback request. Out: one line of JSON for each in an append-only file that only
its owner can read: a comment is free text and may name a patient. It is never logged.
Source: CDS Hooks 2.0 (Feedback); interop 4, 7 rule 11.
"""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any, Final

import orjson

from nelm_fhir.fhir_r4 import strict
from nelm_fhir.service.audit import append
from nelm_fhir.service.cds.request import wrong
from nelm_fhir.service.statuses import HttpFault

ACCEPTED: Final = "accepted"
_OUTCOMES: Final = frozenset({ACCEPTED, "overridden"})
_LONGEST: Final = 4000
_MOST: Final = 1000
"""Entries of one request."""
Json = dict[str, Any]


def read_feedback(body: bytes) -> list[Json]:
    """Return the entries of a feedback request, each with what CDS Hooks defines and no more.

    Raises HttpFault 400 that says which element is wrong, never what stands there.
    """
    try:
        found = strict.read(body)
    except strict.Damaged:
        raise wrong("", "is no JSON object, or repeats a member") from None
    listed = found.get("feedback") if isinstance(found, dict) else None
    if not isinstance(listed, list) or not 0 < len(listed) <= _MOST:
        raise wrong("feedback", f"is no list of 1 to {_MOST} entries")
    return [_entry(entry, f"feedback[{number}]") for number, entry in enumerate(listed)]


def _entry(entry: Any, place: str) -> Json:
    if not isinstance(entry, dict):
        raise wrong(place, "is no JSON object")
    outcome = _text(entry, "outcome", place)
    if outcome not in _OUTCOMES:
        raise wrong(f"{place}.outcome", "is neither accepted nor overridden")
    told: Json = {
        "card": _text(entry, "card", place),
        "outcome": outcome,
        "outcomeTimestamp": _moment(entry, place),
    }
    if outcome == ACCEPTED:
        told["acceptedSuggestions"] = list(_suggestions(entry, place))
    if "overrideReason" in entry:
        told["overrideReason"] = _reason(entry["overrideReason"], f"{place}.overrideReason")
    return told


def _text(entry: Mapping[str, Any], name: str, place: str) -> str:
    found = entry.get(name)
    if not isinstance(found, str) or not 0 < len(found) <= _LONGEST:
        raise wrong(f"{place}.{name}", "is no text")
    return found


def _moment(entry: Mapping[str, Any], place: str) -> str:
    text = _text(entry, "outcomeTimestamp", place)
    try:
        zone = datetime.fromisoformat(text).tzinfo
    except ValueError:
        zone = None
    if zone is None:
        raise wrong(f"{place}.outcomeTimestamp", "is no moment in UTC")
    return text


def _suggestions(entry: Mapping[str, Any], place: str) -> Iterator[Json]:
    found = entry.get("acceptedSuggestions")
    if not isinstance(found, list) or not found:
        raise wrong(f"{place}.acceptedSuggestions", "is no list of suggestions")
    for number, one in enumerate(found):
        where = f"{place}.acceptedSuggestions[{number}]"
        if not isinstance(one, dict):
            raise wrong(where, "is no JSON object")
        yield {"id": _text(one, "id", where)}


def _reason(found: Any, place: str) -> Json:
    if not isinstance(found, dict):
        raise wrong(place, "is no JSON object")
    told: Json = {}
    if "reason" in found:
        reason = found["reason"]
        if not isinstance(reason, dict):
            raise wrong(f"{place}.reason", "is no Coding")
        told["reason"] = {name: _text(reason, name, place) for name in ("system", "code")}
    if "userComment" in found:
        told["userComment"] = _text(found, "userComment", place)
    return told


class Kept:
    """The file of what became of cards; safe for several threads of one process."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = Lock()
        self._known: set[bytes] | None = None

    def keep(self, service: str, entries: list[Json], moment: datetime) -> int:
        """Append what is not there yet, in one piece; return how many were new.

        It waits for the disk. Raises HttpFault 503 where nothing can be kept.
        """
        try:
            with self._turn:
                return self._kept(service, entries, moment)
        except OSError:
            raise _not_kept() from None

    def _kept(self, service: str, entries: list[Json], moment: datetime) -> int:
        if self._known is None:
            self._known = set(_written(self._path))
        new = {_key({"service": service, **entry}): entry for entry in entries}
        new = {key: entry for key, entry in new.items() if key not in self._known}
        lines = [
            orjson.dumps({"recorded": moment.isoformat(), "service": service, **entry}) + b"\n"
            for entry in new.values()
        ]
        if lines:
            append(self._path, b"".join(lines))
            self._known.update(new)
        return len(lines)


def _written(path: Path) -> Iterator[bytes]:
    if not path.exists():
        return
    with path.open("rb") as file:
        for line in file:
            entry = orjson.loads(line)
            entry.pop("recorded", None)
            yield _key(entry)


def _key(entry: Json) -> bytes:
    """Return what tells an entry from others: everything but the moment it came here."""
    return hashlib.sha256(orjson.dumps(entry, option=orjson.OPT_SORT_KEYS)).digest()


def _not_kept() -> HttpFault:
    return HttpFault(
        503,
        "transient",
        "The file of feedback cannot be written.",
        "Send it again later; whoever runs the service has to look at its disk.",
    )
