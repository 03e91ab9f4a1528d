"""Issues of a run, or the error that ended it, as FHIR's OperationOutcome; never stored.

In: issues, or an error. Out: the resource. Both carry fixed texts and places only, no value of a
record (architecture 5).
"""

from collections.abc import Sequence

from nelm_fhir.core.issues import Issue
from nelm_fhir.errors import NelmError
from nelm_fhir.writers.datatypes import Json, filled, string


def operation_outcome(issues: Sequence[Issue]) -> Json:
    """Return the issues in their order; one information where there is none (issue is 1..*)."""
    return _outcome([_issue(issue) for issue in issues] or [_nothing()])


def error_outcome(error: NelmError) -> Json:
    """Return an error that ended the run."""
    return failure_outcome(error.issue_type, error.message, error.remedy)


def failure_outcome(issue_type: str, message: str, remedy: str) -> Json:
    """Return an error of which only the words were kept."""
    return _outcome(
        [
            filled(
                {
                    "severity": "fatal",
                    "code": issue_type,
                    "details": {"text": string(message)},
                    "diagnostics": string(remedy) if remedy else None,
                }
            )
        ]
    )


def _outcome(issues: list[Json]) -> Json:
    return {"resourceType": "OperationOutcome", "issue": issues}


def _issue(issue: Issue) -> Json:
    return filled(
        {
            "severity": str(issue.severity),
            "code": issue.type,
            "details": {"text": string(issue.text)},
            "diagnostics": issue.kind,
            "expression": [string(issue.location)] if issue.location else None,
        }
    )


def _nothing() -> Json:
    return {"severity": "information", "code": "informational", "details": {"text": "No issues."}}
