"""One record as it came in: its entries, not read yet, and what was wrong with their envelope."""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from msgspec import Struct

from nelm_fhir.core.issues import Issue
from nelm_fhir.fhir_r4.head import NOTHING_WRONG, Head, Wrong
from nelm_fhir.fhir_r4.notices import notice

UNWANTED: Final = "not-wanted"
"""Why a resource that nobody reads is not in the record."""


class Named(NamedTuple):
    """One resource that is not in the record, and why; `name` is `Type/id`, if it has an id."""

    location: str
    type: str
    reason: str
    name: str | None = None


class Entry(Struct, gc=False):
    """One resource as text, with its head.

    `place` is where the resource is (`Bundle.entry[12].resource`), `name` is `Type/id`, `base` the
    server address (with `/`) that it came from, if its fullUrl tells, `wrong` the elements of the
    head whose value is of a wrong type.
    """

    place: str
    raw: bytes
    head: Head
    type: str
    name: str | None
    full_url: str | None = None
    base: str | None = None
    wrong: Wrong = NOTHING_WRONG

    @property
    def identity(self) -> str:
        """What identifies the resource: its fullUrl on a server, else `Type/id`, else its place."""
        if self.name is None:
            return self.place
        return self.full_url if self.base is not None and self.full_url else self.name


def entry_of(
    place: str, raw: bytes, head: Head, full_url: str | None = None, wrong: Wrong = NOTHING_WRONG
) -> Entry:
    """Return the entry of a resource whose head says its type."""
    kind = head.resource_type or ""
    name = f"{kind}/{head.id}" if head.id else None
    base = _base(full_url, name) if full_url and name else None
    return Entry(place, raw, head, kind, name, full_url, base, wrong)


def _base(full_url: str, name: str) -> str | None:
    on_server = full_url.startswith("http") and full_url.endswith(f"/{name}")
    return full_url.removesuffix(name) if on_server else None


class Deletion(NamedTuple):
    """An entry of a history that says: this resource is no more."""

    name: str
    moment: str | None
    position: int


@dataclass(slots=True)
class Part:
    """Everything of one record, in the order it came.

    `newest_first` tells that the order itself says which version is newer (history Bundles).
    """

    entries: list[Entry] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    unusable: list[Named] = field(default_factory=list)
    deletions: list[Deletion] = field(default_factory=list)
    damaged: bool = False
    newest_first: bool = False

    def damage(self, kind: str, place: str, resource_type: str = "") -> None:
        """Note that an entry had to be given up which might have mattered (rules 1.7)."""
        self.damaged = True
        self.issues.append(notice(kind, place))
        self.unusable.append(Named(place, resource_type, kind))

    def incomplete(self, kind: str, place: str) -> None:
        """Note that something of the record never came, so nothing may be concluded from absence.

        Rules 1.7 speak of an entry that had to be given up; an entry that was announced and not
        sent has the same effect and gets the same answer: never `criteria-met` (interop 7 rule 10,
        terminology T41).
        """
        self.damaged = True
        self.issues.append(notice(kind, place))

    def set_aside(self, reason: str, place: str, resource_type: str = "") -> None:
        """Note an entry that was understood and is not used."""
        self.unusable.append(Named(place, resource_type, reason))
