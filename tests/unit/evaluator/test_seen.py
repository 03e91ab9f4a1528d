"""What lies after the evaluation date is not seen, part by part (rules 9.1, POL-06)."""

import pytest
from tests.property.records import CATALOGUE, having
from tests.unit.evaluator.changed import GONE, LISTED, changed

from nelm_fhir.core.dates import DaySpan
from nelm_fhir.evaluator.seen import as_seen_on
from nelm_fhir.evaluator.view import View
from nelm_fhir.profile.record_format import CandidateProfile

LATER, VAGUE, CUT = "2026-06-02", "2026-06", "2026-06-01"
FOCUS = {"class": "node", "status": "confirmed", "first_seen": "2025-01-10"}
SIGNED = {"verdict": "false-positive", "signed": True}
SCAN = {"modality": "CT", "extrahepatic_result": "positive", "foci": {"f": "positive"}}
JUDGED = {
    "judged_by": "MDT",
    "distribution": "bilobar",
    "resectability": "unresectable",
    "extent_judgment": "extended",
    "frilling_type": "I",
}


def profile(changes):
    return CandidateProfile.from_record(changed(changes))


def seen(changes):
    found = profile(changes)
    return as_seen_on(found, found.as_of)


@pytest.mark.parametrize(
    ("recorded", "left"),
    [
        ({"patient/birth_date": LATER}, {"patient/birth_date": GONE}),
        ({"specimens/x": {"origin": "primary", "date": LATER}}, {}),
        ({"response_events/x": {"category": "PD", "date": LATER}}, {}),
        ({"progression_treatments/x": {"end_date": LATER}}, {}),
        ({"scans/x": {**SCAN, "date": LATER}}, {}),
        ({"liver/involvement/x": {"low": 60, "date": LATER}}, {}),
        ({"other_malignancy": {"present": True, "date": LATER}}, {"other_malignancy": {}}),
        (
            {"liver_transplant": {"performed": True, "date": LATER}},
            {"liver_transplant": {}},
        ),
        (
            {"liver_transplant": {"performed": False, "date": LATER}},
            {"liver_transplant": {"performed": False}},
        ),
        ({"recurrence": {"status": "confirmed", "date": LATER}}, {"recurrence": {}}),
        (
            {"primaries/primary-1/resection": {"performed": True, "margin": "R1", "date": LATER}},
            {"primaries/primary-1/resection": {}},
        ),
        (
            {
                "primaries/primary-1/resection": {
                    "performed": False,
                    "planned_at_lt": True,
                    "date": LATER,
                }
            },
            {"primaries/primary-1/resection": {"performed": False, "planned_at_lt": True}},
        ),
        (
            {"listing": {"status": "listed", "listing_date": LATER}},
            {"listing/status": "not-listed"},
        ),
        (
            {"listing": {"status": "not-listed", "listing_date": LATER}},
            {"listing": {"status": "not-listed"}},
        ),
        ({**LISTED, "listing/last_update_date": LATER}, LISTED),
        ({"extrahepatic/f": {**FOCUS, "first_seen": LATER}}, {}),
        (
            {"extrahepatic/f": {**FOCUS, "treatment": "resection", "treatment_end": LATER}},
            {"extrahepatic/f": FOCUS},
        ),
        (
            {"extrahepatic/f": {**FOCUS, "adjudication": {**SIGNED, "date": LATER}}},
            {"extrahepatic/f": FOCUS},
        ),
        (
            {f"liver/{key}": value for key, value in {**JUDGED, "judged_on": LATER}.items()},
            dict.fromkeys([f"liver/{key}" for key in ("distribution", "resectability")], GONE)
            | {"liver/judged_by": GONE, "liver/judged_on": GONE},
        ),
    ],
)
def test_what_is_dated_later_is_as_if_it_had_not_been_recorded(recorded, left):
    found = seen(recorded)
    assert found.future_dated
    assert found.profile == seen(left).profile
    assert not seen(left).future_dated


@pytest.mark.parametrize(
    ("recorded", "left"),
    [
        ({"patient/birth_date": VAGUE}, {"patient/birth_date": CUT}),
        (
            {"specimens/x": {"origin": "primary", "date": VAGUE}},
            {"specimens/x": {"origin": "primary", "date": CUT}},
        ),
        ({"scans/x": {**SCAN, "date": VAGUE}}, {"scans/x": {**SCAN, "date": CUT}}),
        (
            {"recurrence": {"status": "confirmed", "date": VAGUE}},
            {"recurrence": {"status": "confirmed", "date": CUT}},
        ),
        (
            {"listing": {"status": "listed", "listing_date": VAGUE, "last_update_date": VAGUE}},
            {"listing": {"status": "listed", "listing_date": CUT, "last_update_date": CUT}},
        ),
        (
            {"extrahepatic/f": {**FOCUS, "treatment": "resection", "treatment_end": VAGUE}},
            {"extrahepatic/f": {**FOCUS, "treatment": "resection", "treatment_end": CUT}},
        ),
        (
            {"extrahepatic/f": {**FOCUS, "adjudication": {**SIGNED, "date": VAGUE}}},
            {"extrahepatic/f": {**FOCUS, "adjudication": {**SIGNED, "date": CUT}}},
        ),
        ({"liver/judged_on": VAGUE}, {"liver/judged_on": CUT}),
    ],
)
def test_a_partial_date_that_reaches_beyond_the_day_is_cut_off_there(recorded, left):
    found = seen(recorded)
    assert not found.future_dated
    assert found.profile == profile(left)


@pytest.mark.parametrize("uptake", ["positive", "equivocal"])
def test_a_focus_first_seen_later_is_known_from_an_earlier_scan_that_reports_it(uptake):
    scan = {**SCAN, "foci": {"f": uptake}, "date": "2026-05-04"}
    later = {"extrahepatic/f": {**FOCUS, "first_seen": LATER}, "scans/x": scan}
    left = {key: value for key, value in FOCUS.items() if key != "first_seen"}
    assert seen(later).profile == profile({"extrahepatic/f": left, "scans/x": scan})
    only_date = {"extrahepatic/f": {"first_seen": LATER}, "scans/x": scan}
    assert "f" not in seen(only_date).profile.extrahepatic
    source = {"first_seen": {"sources": [{"resource": "Condition/f", "version": "1"}]}}
    sourced = having(changed(only_date), ("extrahepatic", "f", "evidence"), source)
    found = CandidateProfile.from_record(sourced)
    assert "f" not in as_seen_on(found, found.as_of).profile.extrahepatic
    negative = {**later, "scans/x": {**scan, "foci": {"f": "negative"}}}
    assert "f" not in seen(negative).profile.extrahepatic


def test_a_view_shows_the_past_keeps_the_future_and_says_that_there_is_one():
    found = profile({"patient/birth_date": LATER})
    view = View(found, CATALOGUE.definitions)
    assert view.profile.patient.birth_date is None
    assert view.recorded.patient.birth_date == DaySpan.parse(LATER)
    assert view.future_dated is True
    assert View(profile({}), CATALOGUE.definitions).future_dated is False


def test_what_is_shared_is_computed_once_for_each_question():
    asked = []

    def answer(view, *words):
        asked.append(words)
        return words

    view = View(profile({}), CATALOGUE.definitions)
    assert [view.shared(answer, word) for word in "aab"] == [("a",), ("a",), ("b",)]
    assert asked == [("a",), ("b",)]


def test_that_there_is_no_answer_is_computed_once_too():
    asked = []

    def nothing(view):
        asked.append(view)

    view = View(profile({}), CATALOGUE.definitions)
    assert [view.shared(nothing), view.shared(nothing)] == [None, None]
    assert asked == [view]
