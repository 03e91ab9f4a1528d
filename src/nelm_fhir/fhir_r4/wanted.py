"""What the mappers can read, as far as the reader needs it: the types, and a question.

The mappers' registry answers; the reader only asks. It must answer yes to whatever could matter,
also to text-only and local codes of a mapped type (performance.md 3).
"""

from typing import Protocol

Codes = tuple[tuple[str | None, str | None], ...]
"""(system, code) pairs as recorded, systems not normalized."""


class Wanted(Protocol):
    """Which resources can matter."""

    @property
    def types(self) -> frozenset[str]:
        """Every resource type that some mapper reads; only their faults are damage (rules 1.7)."""

    def __call__(self, type: str, codes: Codes) -> bool:  # noqa: A002 - FHIR's word
        """Whether a resource of that type with these codes (none: text only) can matter."""
