"""Facts: what an assessment shows of the profile, each element with the statement it rests on."""

import pytest
from tests.property.records import BASELINE, CATALOGUE, having

from nelm_fhir.assessment.told import Element, Fact
from nelm_fhir.core.amounts import Amount
from nelm_fhir.core.dates import DaySpan
from nelm_fhir.evaluator import facts
from nelm_fhir.evaluator.view import View
from nelm_fhir.profile.record_format import CandidateProfile

BOARD = {"resource": "Observation/board", "path": "Observation.value", "recorded": "2026-05-11"}
LATER = {"resource": "Observation/later", "path": "Observation.value", "recorded": "2026-05-20"}
REPORT = {"resource": "DiagnosticReport/ct", "path": "DiagnosticReport.conclusion"}


def view(**sections) -> View:
    profile = CandidateProfile.from_record({**BASELINE, **sections})
    return View(profile, CATALOGUE.definitions)


def read_from(*sources) -> dict:
    return {"sources": list(sources)}


def resources(fact: Fact, name: str) -> list[str]:
    element = fact.element(name)
    return [] if element is None else [item.resource for item in element.evidence]


LIVER = {
    "distribution": "bilobar",
    "resectability": "unresectable",
    "judged_on": "2026-05-20",
    "judged_by": "tumor board",
    "evidence": {
        "distribution": read_from(BOARD),
        "resectability": read_from(LATER),
        "judged_on": read_from(LATER),
        "judged_by": read_from(LATER),
    },
}


def test_a_judgment_has_the_date_of_its_own_statement_not_of_the_latest_one():
    distribution = facts.judgment(view(liver=LIVER), "distribution")
    assert distribution.value("judged_on") == DaySpan.parse("2026-05-11")
    assert distribution.element("judged_by") is None
    assert resources(distribution, "judged_on") == ["Observation/board"]
    latest = facts.judgment(view(liver=LIVER), "resectability")
    assert latest.value("judged_on") == DaySpan.parse("2026-05-20")
    assert latest.value("judged_by") == "tumor board"


def test_the_time_of_a_statement_is_no_part_of_its_day():
    read_at = {**BOARD, "recorded": "2026-05-11T10:30:00+02:00"}
    evidence = {**LIVER["evidence"], "distribution": read_from(REPORT, read_at)}
    fact = facts.judgment(view(liver={**LIVER, "evidence": evidence}), "distribution")
    assert fact.value("judged_on") == DaySpan.parse("2026-05-11")


def test_a_judgment_whose_statement_bears_no_date_has_none_of_another_one():
    undated = {**LIVER["evidence"], "distribution": read_from(REPORT)}
    fact = facts.judgment(view(liver={**LIVER, "evidence": undated}), "distribution")
    assert fact.value("judged_on") is None


def test_without_evidence_date_and_author_stand_for_every_judgment():
    fact = facts.judgment(view(), "distribution")
    assert (fact.id, fact.kind) == ("liver.distribution", "judgment")
    assert [one.name for one in fact.elements] == ["distribution", "judged_by", "judged_on"]
    assert fact.value("judged_on") == DaySpan.parse("2026-05-11")
    assert fact.value("judged_by") == "MDT"
    silent = facts.judgment(view(), "extent_judgment")
    assert silent == Fact("liver.extent_judgment", "judgment")


def test_signature_and_author_of_an_adjudication_rest_on_the_statement_of_its_verdict():
    focus = {
        "class": "bone",
        "status": "suspected",
        "adjudication": {
            "verdict": "false-positive",
            "signed": True,
            "by": "tumor board",
            "evidence": {"verdict": read_from(BOARD)},
        },
    }
    fact = facts.focus(view(extrahepatic={"t9": focus}), "t9")
    assert resources(fact, "signed") == resources(fact, "by") == ["Observation/board"]
    assert resources(fact, "class") == []


def test_what_an_adjudication_read_elsewhere_keeps_its_own_statement():
    evidence = {"verdict": read_from(BOARD), "by": read_from(LATER)}
    judged = {"verdict": "false-positive", "signed": True, "by": "MDT", "evidence": evidence}
    focus = {"class": "bone", "status": "suspected", "adjudication": judged}
    fact = facts.focus(view(extrahepatic={"t9": focus}), "t9")
    assert resources(fact, "by") == ["Observation/later"]


def test_an_adjudication_without_a_verdict_rests_on_nothing():
    focus = {"class": "bone", "status": "suspected", "adjudication": {"signed": True}}
    signed = facts.focus(view(extrahepatic={"t9": focus}), "t9").element("signed")
    assert signed == Element("signed", value=True)


def test_a_focus_that_only_a_scan_names_has_nothing_of_its_own():
    assert facts.focus(view(), "nowhere") == Fact("extrahepatic.nowhere", "focus")


def test_the_findings_that_a_scan_names_have_their_evidence():
    scan = {**BASELINE["scans"]["ct-1"], "evidence": {"foci": read_from(REPORT)}}
    fact = facts.scan(view(scans={"ct-1": scan}), "ct-1")
    assert resources(fact, "foci") == ["DiagnosticReport/ct"]
    assert facts.scan(view(), "ct-1").element("foci") is None


def test_a_text_is_shown_with_the_amount_that_was_read_in_it():
    record = having(BASELINE, ("specimens", "liver-1", "ki67_text"), "5-10 %")
    fact = facts.specimen(view(specimens=record["specimens"]), "liver-1")
    ki67 = fact.element("ki67_text")
    assert ki67 is not None
    assert (ki67.text, str(ki67.value), ki67.reason) == ("5-10 %", "5-10 %", None)
    assert isinstance(ki67.value, Amount)


def test_a_text_that_cannot_be_read_is_unreadable_and_a_blank_one_says_nothing():
    for text, reason in {"low": "unreadable", "  ": "no-record"}.items():
        record = having(BASELINE, ("specimens", "liver-1", "ki67_text"), text)
        fact = facts.specimen(view(specimens=record["specimens"]), "liver-1")
        ki67 = fact.element("ki67_text")
        assert ki67 is not None
        assert (ki67.value, ki67.reason) == (None, reason)


def test_the_bounds_of_an_estimate_are_one_extent():
    fact = facts.involvement(view(), "estimate-1")
    assert [one.name for one in fact.elements] == ["extent", "method", "date"]
    outside = having(BASELINE, ("liver", "involvement", "estimate-1", "high"), 140)
    extent = facts.involvement(view(liver=outside["liver"]), "estimate-1").element("extent")
    assert extent is not None
    assert (extent.value, extent.reason, extent.text) == (None, "unreadable", "30-140")


def test_what_is_dated_after_the_evaluation_date_is_a_fact_that_is_set_aside():
    later = {**BASELINE["scans"]["ct-1"], "date": "2026-07-01"}
    seen = view(scans={**BASELINE["scans"], "ct-2": later})
    assert facts.later(seen, "scans") == ["ct-2"]
    assert facts.scan(seen, "ct-2").value("date") == DaySpan.parse("2026-07-01")


def test_what_is_silent_is_no_element_but_what_could_not_be_used_is():
    conflict = {"evidence": {"present": {"reason": "conflicting"}}}
    fact = facts.syndrome(view(functional_syndrome=conflict))
    assert [(one.name, one.value, one.reason) for one in fact.elements] == [
        ("present", None, "conflicting")
    ]


def test_numbers_of_a_specimen_are_amounts_and_its_sources_are_no_element_of_it():
    found = {
        "origin": "liver-metastasis",
        "ki67_text": "2 %",
        "mitoses_text": "1 per 2 mm2",
        "evidence": {"ki67_text": read_from(REPORT)},
    }
    fact = facts.specimen(view(specimens={"s": found}), "s")
    assert {element.name for element in fact.elements} == found.keys() - {"evidence"}
    values = [fact.value(name) for name in ("ki67_text", "mitoses_text")]
    assert [(one.low, one.unit) for one in values] == [(2, "%"), (1, "/(2.mm2)")]


@pytest.mark.parametrize("recorded", ["soon", "2026-02-30", ""])
def test_what_was_recorded_as_a_date_and_is_none_gives_no_day(recorded):
    assert facts._day(recorded) is None


def test_the_day_of_a_recorded_moment_is_taken():
    assert facts._day("2026-05-01T10:00:00Z") == DaySpan.parse("2026-05-01")
