"""What becomes a focus, when it is ignored, and which scans show absence (rules 8.3, 8.4)."""

import re
from pathlib import Path

import pytest
from tests.property.records import CATALOGUE
from tests.unit.evaluator.changed import changed

from nelm_fhir.core.dates import DaySpan
from nelm_fhir.evaluator.definitions.extrahepatic import SSTR_PET
from nelm_fhir.evaluator.definitions.foci import Ignored, foci, ignored, reported_foci
from nelm_fhir.evaluator.definitions.focus_states import State, staged
from nelm_fhir.evaluator.view import View
from nelm_fhir.profile.record_format import CandidateProfile

RULES = Path(__file__).parents[3] / "mappings" / "rules" / "clinical-rules.md"
PET = {"modality": "PET/CT", "tracer": "68Ga-DOTATATE", "date": "2026-05-04"}
POSITIVE_CT = {"modality": "CT", "extrahepatic_result": "positive"}
SIGNED = {"verdict": "false-positive", "signed": True, "date": "2026-05-20"}
REGIONAL = {"class": "regional-node", "status": "confirmed", "removed_with_primary": True}


def test_the_states_of_a_focus_and_of_the_patient_are_those_of_the_rule_book():
    section = RULES.read_text().partition("\n### 8.4")[2].partition("\n##")[0]
    of_a_focus = set(re.findall(r"^\| ([a-z-]+) \| ", section, re.MULTILINE)) - {"state"}
    of_the_patient = re.search(
        r"\*\*(\w+)\*\* if .* \*\*(\w+)\*\* if .* \*\*(\w+)\*\*", section, re.DOTALL
    )
    assert set(State) == of_a_focus | set(of_the_patient.groups())


def view(focus=None, **scans):
    changes = {"extrahepatic": {"f": focus} if focus else {}, "scans": scans}
    return View(CandidateProfile.from_record(changed(changes)), CATALOGUE.definitions)


def the_focus(*arguments, **scans):
    seen = view(*arguments, **scans)
    (focus,) = foci(seen)
    return seen, focus


def test_an_end_of_treatment_without_treatment_ends_nothing():
    ended = {"class": "node", "status": "confirmed", "treatment_end": "2025-02-01"}
    assert the_focus(ended)[1].treatment_end is None
    treated = the_focus({**ended, "treatment": "resection"})[1]
    assert treated.treatment_end == DaySpan.parse("2025-02-01")


@pytest.mark.parametrize(
    ("word", "known", "solid"),
    [
        ("node", "node", False),
        ("spleen", None, False),
        ("bone", "bone", True),
        ("solid-organ", "solid-organ", True),
    ],
)
def test_a_class_outside_the_table_is_an_unknown_one(word, known, solid):
    focus = the_focus({"class": word, "status": "confirmed"})[1]
    assert (focus.disease_class, focus.solid) == (known, solid)


def test_a_scan_that_reports_disease_and_names_none_is_a_focus_of_its_own():
    seen, focus = the_focus(ct=POSITIVE_CT)
    assert (focus.key, focus.positive, focus.undated_on_scan) == ("scan ct", True, True)
    assert focus.solid is False
    assert reported_foci("ct", seen.profile.scans["ct"]) == ["scan ct"]
    equivocal = the_focus(ct={**POSITIVE_CT, "extrahepatic_result": "equivocal"})[1]
    assert not equivocal.positive


def test_documentation_without_a_scan_is_not_uptake_without_a_date():
    focus = the_focus({"class": "node", "status": "suspected", "first_seen": "2025"})[1]
    assert [(s.positive, s.on_scan) for s in focus.sightings] == [(False, False)]
    assert not focus.undated_on_scan


@pytest.mark.parametrize(
    ("change", "ground"),
    [
        ({}, Ignored.FALSE_POSITIVE),
        ({"signed": False}, Ignored.NO),
        ({"signed": None}, Ignored.NO),
        ({"verdict": None}, Ignored.NO),
        ({"date": None}, Ignored.NO),
        ({"date": "2026-05-03"}, Ignored.NO),
        ({"date": "2026-05"}, Ignored.OPEN),
    ],
)
def test_only_a_signed_false_positive_of_that_day_or_later_makes_a_focus_ignored(change, ground):
    said = {key: value for key, value in {**SIGNED, **change}.items() if value is not None}
    focus = {"class": "node", "status": "confirmed", "adjudication": said}
    pet = {**PET, "extrahepatic_result": "positive", "foci": {"f": "positive"}}
    assert ignored(*the_focus(focus, pet=pet)) is ground


@pytest.mark.parametrize(
    ("change", "scan", "ground"),
    [
        ({}, None, Ignored.REMOVED),
        ({"class": "node"}, None, Ignored.NO),
        ({"removed_with_primary": False}, None, Ignored.NO),
        ({}, "2025-04-01", Ignored.REMOVED),
        ({}, "2025-04-02", Ignored.NO),
        ({}, "2025-04", Ignored.OPEN),
        ({"treatment_end": "2025-06-01"}, "2025-04-02", Ignored.REMOVED),
    ],
)
def test_only_a_regional_node_not_seen_after_the_primary_was_resected_is_removed_with_it(
    change, scan, ground
):
    ct = {**POSITIVE_CT, "date": scan, "foci": {"f": "positive"}}
    scans = {"ct": ct} if scan else {}
    assert ignored(*the_focus({**REGIONAL, **change}, **scans)) is ground


def test_a_node_on_an_undated_scan_is_not_shown_to_be_removed():
    ct = {**POSITIVE_CT, "foci": {"f": "positive"}}
    assert ignored(*the_focus(REGIONAL, ct=ct)) is Ignored.NO


@pytest.mark.parametrize(
    ("scan", "absent"),
    [
        ({"extrahepatic_result": "negative"}, True),
        ({"extrahepatic_result": "positive", "foci": {"f": "positive"}}, True),
        ({"extrahepatic_result": "equivocal", "foci": {"f": "equivocal"}}, True),
        ({"extrahepatic_result": "positive", "foci": {"f": "equivocal"}}, False),
        ({"extrahepatic_result": "positive"}, False),
        ({"foci": {"f": "positive"}}, False),
        ({}, False),
    ],
)
def test_a_scan_shows_absence_if_all_it_reports_is_ignored(scan, absent):
    said = {"class": "node", "status": "suspected", "adjudication": SIGNED}
    found = staged(view(said, pet={**PET, **scan}), SSTR_PET)
    assert [n.certain for n in found.negatives] == [True] * absent
    assert (found.state is State.ABSENT) is absent


def test_a_scan_that_reports_what_may_be_ignored_shows_no_certain_absence():
    said = {**SIGNED, "date": "2026-05"}
    focus = {"class": "node", "status": "confirmed", "adjudication": said}
    pet = {**PET, "extrahepatic_result": "positive", "foci": {"f": "positive"}}
    found = staged(view(focus, pet=pet), SSTR_PET)
    assert [n.certain for n in found.negatives] == [False]
    assert found.fresh == ()
    assert found.state is State.UNCERTAIN
