"""Codes, evidence, reasons and issues are plain frozen values."""

import dataclasses
import re
from pathlib import Path

import pytest

from nelm_fhir.core.codes import Code, Coding
from nelm_fhir.core.evidence import Evidence, Match, SetAside
from nelm_fhir.core.issues import Issue, Severity
from nelm_fhir.core.reading import Reading
from nelm_fhir.core.unknown import Known, Reason, Unknown

TERMINOLOGY = Path(__file__).parents[3] / "mappings" / "rules" / "terminology.md"


def test_a_code_is_its_system_and_code():
    assert str(Code("http://loinc.org", "29593-1")) == "http://loinc.org|29593-1"
    assert Coding(Code("a", "1"), display="x").code == Coding(Code("a", "1"), display="y").code


def test_what_a_source_does_not_say_of_a_code_or_element_is_nothing_and_not_an_empty_text():
    assert Coding(Code("a", "1")) == Coding(Code("a", "1"), display=None, version=None)
    assert Evidence("Observation/a", "value") == Evidence(
        "Observation/a", "value", version=None, recorded=None, text=None, code=None
    )


def test_evidence_matched_exactly_unless_it_says_otherwise():
    assert Evidence("Observation/a", "value").match is Match.EXACT


def test_the_severities_of_an_issue_are_codes_of_fhir():
    """http://hl7.org/fhir/R4/valueset-issue-severity.html; a fatal problem is an error here."""
    assert {"fatal", *Severity} == {"fatal", "error", "warning", "information"}


@pytest.mark.parametrize(
    ("evidence", "reference"),
    [
        (Evidence("Observation/a", "value", version="3"), "Observation/a/_history/3"),
        (Evidence("Observation/a", "value"), "Observation/a"),
        (Evidence("urn:uuid:1", "value", version="3"), "urn:uuid:1"),
    ],
)
def test_a_reference_names_the_version_where_there_is_one(evidence, reference):
    assert evidence.reference == reference


@pytest.mark.parametrize("word", Reading)
def test_a_resource_is_read_in_a_word_of_the_rule_book(word):
    """Terminology 2.3 says what the gate makes of every status."""
    section = TERMINOLOGY.read_text().partition("\n### 2.3")[2].partition("\n##")[0]
    assert re.search(rf"(?<![\w-]){word}(?![\w-])", section)


def test_nothing_known_says_so_with_a_reason():
    assert Unknown().reason is Reason.NO_RECORD
    aside = SetAside(Evidence("Observation/a", "value"), "too-old")
    assert Unknown(Reason.TOO_OLD, (aside,)).set_aside[0].reason == "too-old"
    assert Known(5, (Evidence("Observation/a", "value", match=Match.WEAK),)).value == 5
    assert Known(5) == Known(5, evidence=(), set_aside=())
    assert Unknown() == Unknown(Reason.NO_RECORD, set_aside=())


def test_values_cannot_be_changed():
    issue = Issue(Severity.WARNING, "kind", "value", "Bundle", "text")
    with pytest.raises(dataclasses.FrozenInstanceError):
        issue.text = "other"
