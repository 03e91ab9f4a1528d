"""Issues of a run, or the error that ended it, as FHIR's OperationOutcome; never stored.

In: issues, or an error. Out: the resource. Both carry fixed texts and places only, no value of a
record (architecture 5). A place stands as FHIRPath in `expression` and, because there are readers
that know only that, as XPath in `location` (interop 1).
"""

import re
from collections.abc import Sequence
from typing import Final

from nelm_fhir.core.issues import Issue
from nelm_fhir.errors import NelmError
from nelm_fhir.writers.datatypes import Json, filled, string

_STEP: Final = re.compile(r"([A-Za-z]+)(?:\[(\d+)\])?")
_RESOURCE: Final = "resource"


def operation_outcome(issues: Sequence[Issue]) -> Json:
    """Return the issues in their order; one information where there is none (issue is 1..*)."""
    return _outcome([_issue(issue) for issue in issues] or [_nothing()])


def error_outcome(error: NelmError) -> Json:
    """Return an error that ended the run."""
    return failure_outcome(error.issue_type, error.message, error.remedy)


def failure_outcome(issue_type: str, message: str, remedy: str, place: str = "") -> Json:
    """Return an error of which only the words were kept, and where it is."""
    return _outcome(
        [
            filled(
                {
                    "severity": "fatal",
                    "code": issue_type,
                    "details": {"text": string(message)},
                    "diagnostics": string(remedy) if remedy else None,
                    **_place(place),
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
            **_place(issue.location),
        }
    )


def _place(place: str) -> Json:
    """Return both ways to say where; `http.` and a name is what was wrong beside the body."""
    if not place:
        return {}
    if place.startswith("http."):
        return {"location": [place]}
    path = xpath(place)
    return {"location": [path] if path else None, "expression": [string(place)]}


def xpath(place: str) -> str | None:
    """Return a FHIRPath of names and indexes as XPath; None for a place of another kind.

    XPath counts from one, and holds a resource under an element of its type, which is not known.
    """
    steps = [_STEP.fullmatch(step) for step in place.split(".")]
    path = ""
    for position, step in enumerate(steps):
        if step is None:
            return None
        index = f"[{int(step[2]) + 1}]" if step[2] else ""
        is_held = step[1] == _RESOURCE and position + 1 < len(steps)
        path += f"/f:{step[1]}{index}" + ("/*" if is_held else "")
    return path


def _nothing() -> Json:
    return {"severity": "information", "code": "informational", "details": {"text": "No issues."}}
