"""What one record contributes to the counts: marks, each at most once per record.

A mark names elements, codes and reasons; never a value, a text, a date or an id.
"""

from dataclasses import dataclass

from nelm_fhir.core.codes import Code
from nelm_fhir.core.evidence import Match


@dataclass(frozen=True, slots=True)
class Found:
    """The element has a value."""

    path: str


@dataclass(frozen=True, slots=True)
class Matched:
    """A value of the element was matched in that way."""

    path: str
    match: Match


@dataclass(frozen=True, slots=True)
class Coded:
    """A value of the element rests on that code at that place; None: the place alone says it."""

    path: str
    code: Code | None
    at: str
    match: Match


@dataclass(frozen=True, slots=True)
class Aside:
    """Something was read for the element and not used, for that reason."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The element has no value, for that reason."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class NotUsed:
    """A resource of that type was dropped, for that reason."""

    type: str
    reason: str


@dataclass(frozen=True, slots=True)
class InWords:
    """Something of that topic is said at that place in words, without any code."""

    topic: str
    at: str


@dataclass(frozen=True, slots=True)
class Withheld:
    """A code near our elements may not be shown: it holds a name or number of its record."""


Mark = Found | Matched | Coded | Aside | Unknown | NotUsed | InWords | Withheld
