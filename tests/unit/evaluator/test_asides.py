"""What was looked at and did not decide is set aside, each for its own reason."""

from tests.property.records import assess
from tests.unit.evaluator.changed import LISTED, changed

NO_FOCI = {"extrahepatic": {}}


def event(day, category="SD", **more):
    return {"date": day, "category": category, "modality": "CT", **more}


COURSE = {
    "later": event("2026-07-01"),
    "silent": {"date": "2026-02-01", "modality": "CT"},
    "clinical": event("2026-02-02", modality="clinical"),
    "unstated": {"date": "2026-02-03", "category": "SD"},
    "undated": {"category": "SD", "modality": "CT"},
    "first-pd": event("2025-01-10", "PD"),
    "last-pd": event("2025-11-10", "PD"),
    "same-day": event("2025-11-10"),
    "before": event("2025-06-01"),
    "vague": event("2025-11"),
    "after": event("2026-05-04"),
}
PET = {"modality": "PET/CT", "tracer": "68Ga-DOTATATE"}
SCANNED = {
    "later": {**PET, "date": "2026-07-01", "extrahepatic_result": "negative"},
    "other-test": {"date": "2026-05-04", "modality": "CT", "extrahepatic_result": "negative"},
    "undated": {**PET, "extrahepatic_result": "negative"},
    "old": {**PET, "date": "2025-05-04", "extrahepatic_result": "negative"},
    "vague": {**PET, "date": "2026", "extrahepatic_result": "negative"},
    "silent": {**PET, "date": "2026-05-04"},
    "outweighed": {**PET, "date": "2026-05-18", "extrahepatic_result": "negative"},
    "positive": {
        **PET,
        "date": "2026-05-20",
        "extrahepatic_result": "positive",
        "foci": {"focus-1": "positive"},
    },
}


def set_aside(changes, criterion):
    """Return the reason by fact of what a criterion set aside."""
    results = [c for v in assess(changed(changes)).verdicts for c in v.criteria]
    chosen = next(one for one in results if one.id == criterion)
    return {x.fact.id.partition(".")[2]: str(x.reason) for a in chosen.answers for x in a.aside}


def test_every_assessment_that_does_not_decide_says_why():
    assert set_aside({"response_events": COURSE}, "C-PROG") == {
        "later": "future-dated",
        "silent": "no-category",
        "clinical": "not-imaging",
        "unstated": "modality-not-stated",
        "undated": "undated",
        "first-pd": "earlier-progression",
        "last-pd": "earlier-progression",
        "same-day": "day-of-progression",
        "before": "before-progression",
        "vague": "date-too-vague",
    }


def test_assessments_after_a_progression_on_the_list_do_not_settle_its_treatment():
    listed = {
        **LISTED,
        "response_events": {"pd": event("2025-11-10", "PD"), "after": event("2026-05-04")},
    }
    assert set_aside(listed, "OPTN-LPROG") == {"after": "after-progression"}


def test_every_scan_that_does_not_decide_says_why():
    assert set_aside({"scans": SCANNED, **NO_FOCI}, "ESMO-EHD") == {
        "later": "future-dated",
        "other-test": "test-not-accepted",
        "undated": "undated",
        "old": "too-old",
        "vague": "date-too-vague",
        "silent": "no-result",
        "outweighed": "outweighed",
    }
