"""Of several copies and versions of one thing, the newest; where nothing orders them, all.

In: the entries of a record (same type and id), or read resources (same business identifier). Out:
which of them are superseded, and by what. Newest is what `issued`, then `meta.lastUpdated`, then
`meta.versionId` say, whichever first tells all of them apart from the newest; in a history Bundle
at last its order. Nothing is picked by chance: what cannot be ordered, or says different things
under one business identifier (T35), stays, with an issue.
Source: terminology 2.3 (last paragraph), T35; issue 3 section 5 (history); rules 1.7 by analogy.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Struct, field

from nelm_fhir.fhir_r4 import strict
from nelm_fhir.fhir_r4.notices import notice
from nelm_fhir.fhir_r4.part import Deletion, Entry, Part

Item = TypeVar("Item")
Moment = datetime | int | None
Order = Callable[[Item], Moment]


_DIGITS: Final = 18


class _Meta(Struct, gc=False):
    version: Any = field(default=None, name="versionId")
    updated: Any = field(default=None, name="lastUpdated")


class _Dated(Struct, gc=False):
    meta: _Meta | None = None


_ENCODER: Final = msgspec.json.Encoder(order="sorted")
_DATED: Final = msgspec.json.Decoder(_Dated)


def newest(items: Sequence[Item], orders: Iterable[Order[Item]]) -> Item | None:
    """Return the one newest item by the first order that knows all of them; None if none does."""
    for order in orders:
        moments = [order(item) for item in items]
        known = [moment for moment in moments if moment is not None]
        if len(known) == len(items):
            latest = max(known)
            if known.count(latest) == 1:
                return items[known.index(latest)]
    return None


def instant(value: Any) -> datetime | None:
    """Return a FHIR instant; None without zone, because it cannot be ordered then."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo is not None else None


def version_number(value: Any) -> int | None:
    """Return a version id that is a plain number; others do not order anything."""
    return (
        int(value)
        if isinstance(value, str) and value.isdecimal() and len(value) <= _DIGITS
        else None
    )


def meta(entry: Entry) -> tuple[Any, Any]:
    """Return (versionId, lastUpdated) of an entry as recorded."""
    try:
        found = _DATED.decode(entry.raw).meta or _Meta()
    except (msgspec.DecodeError, UnicodeDecodeError):
        found = _Meta()
    return found.version, found.updated


def keep_newest(part: Part) -> None:
    """Leave one version of each resource in the part, and none of a deleted one."""
    pairs = {(entry.head.resource_type, entry.head.id) for entry in part.entries}
    if len(pairs) == len(part.entries) and not part.deletions:
        return
    names = [entry.identity for entry in part.entries]
    groups: dict[str, list[int]] = {}
    for n, key in enumerate(names):
        groups.setdefault(key, []).append(n)
    deletions: dict[str | None, list[Deletion]] = {}
    for deletion in part.deletions:
        deletions.setdefault(deletion.name, []).append(deletion)
    gone: dict[int, str] = {}
    for members in groups.values():
        of_this = deletions.get(part.entries[members[0]].name, [])
        if len(members) > 1 or of_this:
            gone |= _superseded(part, members, of_this)
    _remove(part, gone)


def _superseded(part: Part, members: list[int], deletions: list[Deletion]) -> dict[int, str]:
    """Return which entries of one resource are not its present state, each with the reason."""
    distinct, gone = _without_copies(part, members)
    last = _last(part, distinct)
    if last is None:
        first = min(distinct, key=lambda n: _content(part.entries[n].raw))  # not by order (I1)
        part.issues.append(notice("same-id", part.entries[first].place))
        return gone
    deleted = _is_deleted(part, deletions, last)
    for n in distinct:
        if deleted or n != last:
            gone[n] = "deleted" if deleted else "superseded"
    return gone


def _without_copies(part: Part, members: list[int]) -> tuple[list[int], dict[int, str]]:
    first: dict[bytes, int] = {}
    for n in members:
        first.setdefault(_content(part.entries[n].raw), n)
    distinct = list(first.values())
    return distinct, dict.fromkeys(set(members) - set(distinct), "duplicate")


def _content(raw: bytes) -> bytes:
    """Return a text that is equal for texts that say the same, whatever their order and blanks."""
    try:
        return _ENCODER.encode(strict.read(raw))
    except strict.Damaged:
        return raw


def _last(part: Part, members: list[int]) -> int | None:
    if len(members) == 1:
        return members[0]
    metas = {n: meta(part.entries[n]) for n in members}
    last = newest(
        members,
        [lambda n: instant(metas[n][1]), lambda n: version_number(metas[n][0])],
    )
    return members[0] if last is None and part.newest_first else last


def _is_deleted(part: Part, deletions: list[Deletion], last: int) -> bool:
    """Whether the resource was deleted after its last version (in a history, by order at last)."""
    updated = instant(meta(part.entries[last])[1])
    for deletion in deletions:
        moment = instant(deletion.moment)
        if moment is not None and updated is not None:
            if moment >= updated:
                return True
        elif not part.newest_first or deletion.position <= last:
            return True
    return False


def _remove(part: Part, gone: Mapping[int, str]) -> None:
    for n, reason in sorted(gone.items()):
        part.set_aside(reason, part.entries[n].place, part.entries[n].type)
    part.entries = [entry for n, entry in enumerate(part.entries) if n not in gone]
