"""A pointer to the resource version and element that a statement rests on."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

SUPERSEDED: Final = "superseded"
"""Why evidence is set aside where newer evidence of the same kind counts."""


class Match(StrEnum):
    """How the code of the evidence matched ours."""

    EXACT = "exact"
    MAPPED = "mapped"
    WEAK = "weak"
    SITE = "site"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One resource element, as recorded.

    `resource` is `Type/id` (or the fullUrl of an entry without id), `version` its `meta.versionId`,
    `path` the element, `recorded` the clinical date as text, `text` the value as recorded, `code`
    the `system|code` that matched.
    """

    resource: str
    path: str
    version: str | None = None
    recorded: str | None = None
    text: str | None = None
    code: str | None = None
    match: Match = Match.EXACT

    @property
    def reference(self) -> str:
        """The reference by version, plain where the source had no version."""
        versioned = self.version is not None and "/" in self.resource
        return f"{self.resource}/_history/{self.version}" if versioned else self.resource


@dataclass(frozen=True, slots=True)
class SetAside:
    """Evidence that was read and understood but not used, and the reason (a word of rules 1.1)."""

    evidence: Evidence
    reason: str
