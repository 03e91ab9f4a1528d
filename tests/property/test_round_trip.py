"""A profile becomes a hospital's record and is read back: nothing is lost but what the style says.

What a style leaves in text stands in the table `carries` of `mappings/styles`, each with the reason
it must have on reading. What the record format can state and no consistent FHIR record can is left
out in `patients.py`, each with its reason. Nothing else differs: entries are compared whole, and
only their ids, which have no meaning (rules 15.1), may be others.

A style that leaves nothing in text judges every criterion the same. Else a criterion may become
*less certain*: `unknown` where it was not; never met, not met, running or not applicable where it
was something else. Of a set, the verdict may so only fall in the precedence of rules 1.3 (not met,
deferred, indeterminate), or from met to indeterminate; none becomes `criteria-met` that was not,
and `not-applicable` stays.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.property.hospitals import (
    NEED_A_CODE,
    STYLES,
    WITHOUT_CODES,
    bundle,
    carried,
    in_text,
    lacking,
    owners,
    read,
    seeds,
    styles,
    told,
)
from tests.property.patients import patients
from tests.property.records import CATALOGUE, assess, at, criteria, verdicts
from tests.property.renaming import differences, frozen

from nelm_fhir import pipeline
from nelm_fhir.core.unknown import Reason
from nelm_fhir.fhir_r4.models import validate
from nelm_fhir.profile.provenance import reason
from nelm_fhir.profile.record_format import CandidateProfile
from nelm_fhir.writers.fhir_json import fhir_json

ENTRIES = ("primaries", "specimens", "scans")
by_style = pytest.mark.parametrize("style", sorted(STYLES))
MAY_BECOME = {
    "criteria-not-met": {"criteria-not-met", "deferred", "indeterminate"},
    "deferred": {"deferred", "indeterminate"},
    "indeterminate": {"indeterminate"},
    "criteria-met": {"criteria-met", "indeterminate"},
    "not-applicable": {"not-applicable"},
}


@by_style
@given(record=patients(), seed=seeds)
def test_a_profile_comes_back_from_the_record_that_a_hospital_would_send(style, record, seed):
    back = told(read(bundle(record, style, seed), record).profile)
    assert differences(carried(record, style), back) == []


@given(patients(), seeds)
def test_a_hospital_without_any_code_attests_everything_that_needs_none(record, seed):
    back = told(read(bundle(record, WITHOUT_CODES, seed), record).profile)
    assert differences(lacking(told_of(record), NEED_A_CODE), back) == []


@by_style
@given(record=patients(), seed=seeds)
def test_every_criterion_is_the_same_or_less_certain(style, record, seed):
    before = assess(record)
    after = pipeline.judge(read(bundle(record, style, seed), record), CATALOGUE)
    was, now = criteria(before), criteria(after)
    allowed = {"unknown"} if any(in_text(told_of(record), style)) else set()
    differing = {key for key in was if now[key] not in {was[key], *allowed}}
    assert differing == set()
    fell = {key: str(one.verdict) for key, one in verdicts(after).items()}
    assert all(fell[key] in MAY_BECOME[one.verdict] for key, one in verdicts(before).items())


@given(patients(), seeds)
def test_what_stays_in_text_is_unknown_for_the_reason_the_style_names(record, seed):
    back = read(bundle(record, "messy", seed), record).profile
    whole, kept = told_of(record), carried(record, "messy")
    for element, why in in_text(whole, "messy"):
        section, *rest = element.split(".")
        if section in ENTRIES:
            expected = _expected(whole, kept, section, rest, why)
            assert sorted(_found(back, section, rest)) == sorted(expected)
        elif len(rest) == 1 and at(whole, (section, *rest)) is not None:
            assert reason(getattr(back, section), rest[0]) is why


def told_of(record):
    return told(CandidateProfile.from_record(record))


def _expected(whole, kept, section, rest, why):
    """Each entry as it comes back, and why the element is absent: lost, or not there before."""
    for key, entry in kept.get(section, {}).items():
        was_there = any(rest[-1] in owner for owner in owners(whole[section][key], rest))
        yield frozen(entry), str(why if was_there else Reason.NO_RECORD)


def _found(profile, section, rest):
    for key, entry in told(profile).get(section, {}).items():
        part = getattr(profile, section)[key]
        for step in rest[:-1]:
            part = getattr(part, step)
        yield frozen(entry), str(reason(part, rest[-1]))


@given(patients(), styles, seeds, st.integers(1, 60))
def test_other_content_changes_nothing(record, style, seed, noise):
    quiet, loud = (read(bundle(record, style, seed, count), record) for count in (0, noise))
    assert loud.profile.to_record() == quiet.profile.to_record()
    assert loud.origin.issues == quiet.origin.issues


@given(patients(), styles, seeds, st.integers(0, 20))
def test_the_same_seed_gives_the_same_bytes(record, style, seed, noise):
    first, second = (fhir_json(bundle(record, style, seed, noise)) for _ in range(2))
    assert first == second


@given(patients(), styles, seeds, st.integers(0, 20))
def test_everything_written_is_valid_and_of_a_test_patient(record, style, seed, noise):
    built = bundle(record, style, seed, noise)
    faults = [fault for entry in built["entry"] for fault in validate(entry["resource"])]
    assert faults == []
    assert read(built, record).test_data
