"""OperationOutcome: issues and errors in FHIR's form, with the texts they have and no others."""

from nelm_fhir.core.issues import Issue, Severity
from nelm_fhir.errors import NoPatient
from nelm_fhir.writers.checks import faults
from nelm_fhir.writers.operation_outcome import error_outcome, operation_outcome

ISSUE = Issue(Severity.WARNING, "unread-unit", "value", "Bundle.entry[3]", "A unit is not read.")


def test_an_issue_keeps_severity_type_place_and_text() -> None:
    (issue,) = operation_outcome((ISSUE,))["issue"]
    assert issue == {
        "severity": "warning",
        "code": "value",
        "details": {"text": "A unit is not read."},
        "diagnostics": "unread-unit",
        "expression": ["Bundle.entry[3]"],
    }


def test_no_issues_are_said_since_an_outcome_needs_one() -> None:
    outcome = operation_outcome(())
    assert [one["code"] for one in outcome["issue"]] == ["informational"]
    assert list(faults(outcome)) == []


def test_an_error_is_fatal_with_its_type_and_what_to_do() -> None:
    (issue,) = error_outcome(NoPatient("Nobody.", "Say who."))["issue"]
    assert (issue["severity"], issue["code"]) == ("fatal", "required")
    assert (issue["details"]["text"], issue["diagnostics"]) == ("Nobody.", "Say who.")
