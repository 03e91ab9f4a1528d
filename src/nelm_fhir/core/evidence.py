"""A pointer to the resource version and element that a statement rests on.

Tuples, because a judgment compares and collects evidence more often than anything else.
"""

from enum import StrEnum
from typing import NamedTuple


class Unused(StrEnum):
    """Why something that was read is not what an answer rests on, beside the reasons of rules 1.1.

    Each has its words in every language (`asides`). Superseded is what newer evidence of the same
    kind replaces.
    """

    SUPERSEDED = "superseded"
    FUTURE_DATED = "future-dated"
    LOWER_VALUE = "lower-value"
    LOWER_GRADE = "lower-grade"
    NO_GRADE = "no-grade"
    NOT_LIVER = "not-liver"
    UNDATED = "undated"
    NO_RESULT = "no-result"
    JUDGED_APART = "judged-apart"
    OUTWEIGHED = "outweighed"
    BEFORE_LISTING = "before-listing"
    REMOVED_WITH_PRIMARY = "removed-with-primary"
    FALSE_POSITIVE = "false-positive"
    TREATED_AND_GONE = "treated-and-gone"
    NOT_CONFIRMED = "not-confirmed"
    ALSO_UNCERTAIN = "also-uncertain"
    ALSO_PRESENT = "also-present"
    NO_CATEGORY = "no-category"
    NOT_IMAGING = "not-imaging"
    MODALITY_NOT_STATED = "modality-not-stated"
    BEFORE_PROGRESSION = "before-progression"
    AFTER_PROGRESSION = "after-progression"
    DAY_OF_PROGRESSION = "day-of-progression"
    EARLIER_PROGRESSION = "earlier-progression"


class Match(StrEnum):
    """How the code of the evidence matched ours."""

    EXACT = "exact"
    MAPPED = "mapped"
    WEAK = "weak"
    SITE = "site"


class Evidence(NamedTuple):
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


class SetAside(NamedTuple):
    """Evidence that was read and understood but not used, and the reason (a word of rules 1.1)."""

    evidence: Evidence
    reason: str
