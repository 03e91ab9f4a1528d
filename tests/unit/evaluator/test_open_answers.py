"""Several scans, foci or clocks at once: which decides, and what stays open (rules 8, 9)."""

from decimal import Decimal

import pytest
from tests.property.records import CATALOGUE
from tests.unit.evaluator.changed import changed

from nelm_fhir.core.dates import DaySpan
from nelm_fhir.core.logic import MET, NOT_MET, UNKNOWN
from nelm_fhir.core.unknown import Reason
from nelm_fhir.evaluator.asking import ask
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.criteria import Ask
from nelm_fhir.profile.record_format import CandidateProfile

PET = {"modality": "PET/CT", "tracer": "68Ga-DOTATATE"}
STALE, VAGUE = {"date": "2025-01-10"}, {"date": "2026"}
NEGATIVE = {"extrahepatic_result": "negative"}
CONFIRMED = {"status": "confirmed", "first_seen": "2026-02-01"}
BONE = {"class": "bone", **CONFIRMED}
MAYBE_IGNORED = {
    "first_seen": "2026-02",
    "adjudication": {"verdict": "false-positive", "signed": True, "date": "2026-02-10"},
}
MONTHS = {"test": ">=", "limit": Decimal(6), "unit": "mo"}


def answer(asks, changes, *, parameters=None, **limit):
    view = View(CandidateProfile.from_record(changed(changes)), CATALOGUE.definitions)
    return ask(view, Ask(asks, parameters=parameters or {}, **limit))


def by_scans(asks, **scans):
    found = answer(asks, {"scans": scans}, parameters={"family": "sstr-pet"})
    return found.status, found.reason


@pytest.mark.parametrize("asks", ["extrahepatic-state", "reported-scan"])
@pytest.mark.parametrize(
    ("dates", "reason"),
    [
        ((STALE,), Reason.TOO_OLD),
        ((VAGUE,), Reason.DATE_TOO_VAGUE),
        ((STALE, VAGUE), Reason.DATE_TOO_VAGUE),
        (({},), Reason.DATE_TOO_VAGUE),
    ],
)
def test_scans_are_too_old_only_if_none_may_still_be_fresh(asks, dates, reason):
    scans = {f"pet-{at}": {**PET, **NEGATIVE, **day} for at, day in enumerate(dates)}
    assert by_scans(asks, **scans) == (UNKNOWN, reason)


@pytest.mark.parametrize("asks", ["extrahepatic-state", "reported-scan"])
@pytest.mark.parametrize("day", [{}, {"date": "2026-05-04"}])
def test_a_scan_whose_result_is_not_stated_leaves_nothing_but_no_record(asks, day):
    assert by_scans(asks, pet={**PET, **day}) == (UNKNOWN, Reason.NO_RECORD)


def test_one_certain_focus_of_bone_excludes_whatever_else_is_open():
    foci = {"a": {"class": "liver-hilum", **CONFIRMED}, "b": BONE, "c": {**CONFIRMED}}
    found = answer("solid-organ-exclusion", {"extrahepatic": foci}, parameters={"family": "optn"})
    assert found.status is NOT_MET
    assert found.value is not None
    assert found.value.endswith(", focus of unknown class (c)")


def test_a_bone_focus_that_may_be_a_false_positive_leaves_the_exclusion_open():
    foci = {"b": {**BONE, **MAYBE_IGNORED}}
    found = answer("solid-organ-exclusion", {"extrahepatic": foci}, parameters={"family": "optn"})
    assert found.status is UNKNOWN


def test_a_node_removed_with_one_of_two_primaries_of_which_one_has_no_date_is_not_ignored():
    resected = {"performed": True, "margin": "R0"}
    primaries = {
        "a": {"site": "ileum", "resection": {**resected, "date": "2025-04-01"}},
        "b": {"site": "ileum", "resection": resected},
    }
    node = {"class": "regional-node", "status": "confirmed", "removed_with_primary": True}
    ct = {"date": "2025-01-10", "modality": "CT", "extrahepatic_result": "positive"}
    changes = {
        "primaries": primaries,
        "extrahepatic": {"f": node},
        "scans/ct-0": {**ct, "foci": {"f": "positive"}},
    }
    assert answer("extrahepatic-state", changes, parameters={"family": "optn"}).status is not MET


def resected(day, **more):
    return {"class": "node", **CONFIRMED, "treatment": "resection", "treatment_end": day, **more}


@pytest.mark.parametrize(
    ("days", "status", "observed", "earliest"),
    [
        (("2025-05-01", "2025-06-01"), MET, "2025-06-01", None),
        (("2026-03-01", "2026-04-01"), NOT_MET, "2026-03-01", "2026-10-01"),
    ],
)
def test_the_last_resection_decides_when_the_clock_ends(days, status, observed, earliest):
    foci = {f"f{at}": resected(day, first_seen="2025-01-10") for at, day in enumerate(days)}
    found = answer("resection-clock", {"extrahepatic": foci}, **MONTHS)
    assert (found.status, found.observed) == (status, DaySpan.parse(observed))
    assert str(found.earliest or "None") == str(earliest)


def test_a_clock_of_a_focus_that_may_be_ignored_says_what_it_would_run_from():
    foci = {"f": resected("2026-03-01", **MAYBE_IGNORED)}
    for asks, words in (("resection-clock", "focus resected 2026-03-01"), ("node-clock", None)):
        found = answer(asks, {"extrahepatic": foci}, **MONTHS, parameters={"family": "optn"})
        assert (found.status, found.reason) == (UNKNOWN, Reason.DATE_TOO_VAGUE)
        assert found.value == words


@pytest.mark.parametrize("given", [{"test": "<="}, {"limit": Decimal(55)}])
def test_a_comparison_needs_both_sign_and_limit(given):
    with pytest.raises(AssertionError, match="age"):
        answer("age", {}, **given)
