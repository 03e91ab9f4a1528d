"""Problems in the data as values: reported, never raised.

An issue names a place and carries a fixed text; it never holds a value of the record.
"""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """FHIR IssueSeverity, without `fatal`: that is an error, not an issue."""

    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"


@dataclass(frozen=True, slots=True)
class Issue:
    """One problem of the record.

    `kind` is one fixed word per text ("unresolved-reference"), `type` a code of FHIR's IssueType,
    `location` where it is ("Bundle.entry[12].resource.valueQuantity"), `text` what it means and
    what to do, the same for every record.
    """

    severity: Severity
    kind: str
    type: str
    location: str
    text: str
