"""A record on its way: the entries of a base, each as it was, changed, or as damaged text.

In: a Base. Out: the bytes of a Bundle. A mutation replaces pieces and never changes a base.
"""

import copy
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Self

import msgspec
from tests.fuzz.bases import Base, Json

_ENCODER = msgspec.json.Encoder(decimal_format="number")


@dataclass(frozen=True)
class Piece:
    """One entry; `origin` is its number in the base, `raw` its text where no JSON value says it."""

    origin: int
    entry: Json
    raw: bytes | None = None

    @property
    def resource(self) -> Json:
        """The resource of the entry; empty where there is none."""
        found = self.entry.get("resource")
        return found if isinstance(found, dict) else {}

    @property
    def type(self) -> str:
        """The resource type, as far as one is told."""
        found = self.resource.get("resourceType")
        return found if isinstance(found, str) else ""

    def with_resource(self, resource: Json) -> Self:
        """Return the entry with another resource."""
        return replace(self, entry={**self.entry, "resource": resource})

    def text(self) -> bytes:
        """Return the entry as JSON text, or what damage made of it."""
        return self.raw if self.raw is not None else written(self.entry)


@dataclass
class Sent:
    """The Bundle that is sent."""

    base: Base
    head: Json
    pieces: list[Piece]

    @classmethod
    def of(cls, base: Base) -> Self:
        """Return the record as it is."""
        return cls(base, base.head, [Piece(n, entry) for n, entry in enumerate(base.entries)])

    def text(self) -> bytes:
        """Return the bytes of the Bundle."""
        head = written(self.head).removesuffix(b"}")
        return head + b',"entry":[' + b",".join(piece.text() for piece in self.pieces) + b"]}"

    def place(self, n: int) -> str:
        """Return the place of entry n as issues name it."""
        return f"Bundle.entry[{n}].resource"


def written(value: Any) -> bytes:
    """Return a JSON value as text, decimals digit by digit."""
    return _ENCODER.encode(value)


def own(piece: Piece) -> Json:
    """Return a copy of the resource that may be changed."""
    return copy.deepcopy(piece.resource)


def decimal(value: Any) -> bool:
    """Whether a JSON value is a number."""
    return isinstance(value, int | Decimal) and not isinstance(value, bool)
