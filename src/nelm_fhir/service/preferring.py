"""What a request prefers: how much comes back, and how strictly it is read (RFC 7240, FHIR R4).

In: the header `Prefer`. Out: a Preference. A word that is not known is passed over, as RFC 7240
says; so is one whose value is none of FHIR's.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

_PART: Final = re.compile(r'\s*([\w!#$%&\'*+.^`|~-]+)\s*(?:=\s*("[^"]*"|[^\s;,"]*))?')
APPLIED: Final = "Preference-Applied"
ASYNC: Final = "respond-async"
Word = TypeVar("Word", bound=StrEnum)


class Return(StrEnum):
    """How much comes back."""

    MINIMAL = "minimal"
    REPRESENTATION = "representation"
    OUTCOME = "OperationOutcome"


class Handling(StrEnum):
    """How strictly a request is read."""

    STRICT = "strict"
    LENIENT = "lenient"


@dataclass(frozen=True, slots=True)
class Preference:
    """What one request prefers; None where it says nothing.

    Lenient passes over parameters that are not known, strict refuses input that does not validate
    as FHIR R4; without a word unknown parameters are refused and input is read tolerantly.
    """

    returning: Return | None = None
    handling: Handling | None = None
    is_async: bool = False

    def applied(self) -> dict[str, str]:
        """Return the header that says what was done as preferred."""
        words = {"return": self.returning, "handling": self.handling}
        told = ", ".join(f"{name}={value}" for name, value in words.items() if value)
        return {APPLIED: told} if told else {}


def preference_of(headers: Sequence[str]) -> Preference:
    """Return what the values of the header say; of two that say the same the first counts."""
    told: dict[str, str] = {}
    for header in headers:
        for name, value in _pairs(header):
            told.setdefault(name.lower(), value)
    return Preference(
        returning=_one_of(Return, told.get("return")),
        handling=_one_of(Handling, told.get("handling")),
        is_async=ASYNC in told,
    )


def _pairs(header: str) -> Iterator[tuple[str, str]]:
    for part in header.split(","):
        found = _PART.match(part)
        if found:
            yield found[1], (found[2] or "").strip('"')


def _one_of(words: type[Word], given: str | None) -> Word | None:
    known = {str(word).lower(): word for word in words}
    return known.get((given or "").lower())
