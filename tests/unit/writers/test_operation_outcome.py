"""OperationOutcome: issues and errors in FHIR's form, with the texts they have and no others."""

from nelm_fhir.core.issues import Issue, Severity
from nelm_fhir.errors import NoPatient
from nelm_fhir.writers.checks import faults
from nelm_fhir.writers.operation_outcome import (
    error_outcome,
    failure_outcome,
    operation_outcome,
    xpath,
)

ISSUE = Issue(Severity.WARNING, "unread-unit", "value", "Bundle.entry[3]", "A unit is not read.")


def test_an_issue_keeps_severity_type_place_and_text() -> None:
    (issue,) = operation_outcome((ISSUE,))["issue"]
    assert issue == {
        "severity": "warning",
        "code": "value",
        "details": {"text": "A unit is not read."},
        "diagnostics": "unread-unit",
        "expression": ["Bundle.entry[3]"],
        "location": ["/f:Bundle/f:entry[4]"],
    }


def test_a_place_stands_as_xpath_too_which_counts_from_one() -> None:
    assert xpath("Bundle.entry[12].resource.valueQuantity") == (
        "/f:Bundle/f:entry[13]/f:resource/*/f:valueQuantity"
    )
    assert xpath("Bundle.entry[0].resource") == "/f:Bundle/f:entry[1]/f:resource"
    assert xpath("Observation/7 code") is None


def test_what_was_wrong_beside_the_body_has_a_location_and_no_path() -> None:
    (issue,) = failure_outcome("not-supported", "No.", "", "http.Accept")["issue"]
    assert issue["location"] == ["http.Accept"]
    assert "expression" not in issue


def test_no_issues_are_said_since_an_outcome_needs_one() -> None:
    outcome = operation_outcome(())
    assert [one["code"] for one in outcome["issue"]] == ["informational"]
    assert list(faults(outcome)) == []


def test_an_error_is_fatal_with_its_type_and_what_to_do() -> None:
    (issue,) = error_outcome(NoPatient("Nobody.", "Say who."))["issue"]
    assert (issue["severity"], issue["code"]) == ("fatal", "required")
    assert (issue["details"]["text"], issue["diagnostics"]) == ("Nobody.", "Say who.")
