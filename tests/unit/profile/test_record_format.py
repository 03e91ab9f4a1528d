"""The record format of rules section 15: what is read, what is refused, and how it is written."""

import copy
import json
from decimal import Decimal

import pytest
from hypothesis import given
from tests.property.records import BASELINE, assess, having, records

from nelm_fhir.core.dates import DaySpan
from nelm_fhir.core.unknown import Reason
from nelm_fhir.errors import NotARecord
from nelm_fhir.profile.provenance import reason, set_aside, sources
from nelm_fhir.profile.record_format import CandidateProfile

AS_OF = {"as_of": "2026-06-01"}
WRONG = [
    (("patient", "birth_date"), "1981-02-30"),
    (("patient", "birth_date"), "1981-03-15T10:00:00Z"),
    (("patient", "birth_date"), 1981),
    (("patient", "sex"), "F"),
    (("patient", "weight"), 70),
    (("primaries", "p 1"), {"site": "ileum"}),
    (("primaries", "p", "resection", "performed"), "true"),
    (("primaries", "p", "resection", "performed"), 1),
    (("primaries", "p", "resection", "margin"), "r0"),
    (("specimens", "s", "reported_grade"), "G4"),
    (("specimens", "s", "cells_counted"), 500.5),
    (("specimens", "s", "cells_counted"), -1),
    (("specimens", "s", "ki67_text"), 5),
    (("liver", "involvement", "e", "low"), "30"),
    (("liver", "involvement", "e", "low"), True),
    (("liver", "involvement", "e", "high"), float("nan")),
    (("liver", "volume_ml"), -1),
    (("scans", "s", "foci", "f"), "maybe"),
    (("extrahepatic", "f", "status"), "certain"),
    (("functional_syndrome", "failed_therapies"), "SSA"),
    (("liver", "resectability"), None),
    (("options", "la_fe_ki67_up_to_20"), "yes"),
]


@pytest.mark.parametrize(("path", "value"), WRONG)
def test_what_breaks_the_format_is_refused_with_its_path_and_without_its_value(path, value):
    with pytest.raises(NotARecord) as refused:
        CandidateProfile.from_record(having(AS_OF, path, value))
    assert ".".join(path[:2]) in str(refused.value)
    if isinstance(value, str) and len(value) > 5:
        assert value not in str(refused.value)


def test_every_fault_is_named_at_once():
    record = having(having(AS_OF, ("patient", "sex"), "F"), ("liver", "volume_ml"), -1)
    with pytest.raises(NotARecord) as refused:
        CandidateProfile.from_record(record)
    assert "patient.sex" in str(refused.value)
    assert "liver.volume_ml" in str(refused.value)


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"as_of":"2026-06-01","as_of":"2026-06-02"}', "[" * 100_000, "{}"]
)
def test_text_that_is_no_record_is_refused(text):
    with pytest.raises(NotARecord):
        CandidateProfile.from_json(text)


def test_a_bundle_given_as_profile_is_told_apart():
    with pytest.raises(NotARecord, match="FHIR resource"):
        CandidateProfile.from_json('{"resourceType":"Bundle"}')


def test_only_the_evaluation_date_is_required():
    assert CandidateProfile.from_record(AS_OF).primaries == {}


@pytest.mark.parametrize(
    ("path", "word"),
    [
        (("primaries", "p", "site"), "colon, left"),
        (("extrahepatic", "f", "class"), "spleen"),
        (("scans", "s", "tracer"), "68Ga-NODAGA"),
        (("functional_syndrome", "failed_therapies"), ["herbal"]),
    ],
)
def test_words_outside_the_list_stand_where_the_format_admits_them(path, word):
    assert CandidateProfile.from_record(having(AS_OF, path, word))


def test_numbers_are_exact_decimals():
    record = having(AS_OF, ("liver", "involvement", "e", "low"), 49.9)
    assert CandidateProfile.from_record(record).liver.involvement["e"].low == Decimal("49.9")
    text = '{"as_of":"2026-06-01","liver":{"involvement":{"e":{"low":49.90000000000000000001}}}}'
    low = CandidateProfile.from_json(text).liver.involvement["e"].low
    assert low == Decimal("49.90000000000000000001")


def test_dates_are_spans():
    record = having(AS_OF, ("scans", "s", "date"), "2026-05-30/2026-06-02")
    assert CandidateProfile.from_record(record).scans["s"].date == DaySpan.parse(
        "2026-05-30/2026-06-02"
    )


def test_empty_entries_mean_the_same_as_absent_ones():
    record = {
        **AS_OF,
        "primaries": {"p": {"resection": {"evidence": {"date": "x"}}}, "evidence": {"any": 1}},
        "extrahepatic": {"f": {}, "g": {"adjudication": {}}},
        "liver": {"involvement": {"e": {"evidence": []}}},
    }
    profile = CandidateProfile.from_record(record)
    assert (profile.primaries, profile.extrahepatic, profile.liver.involvement) == ({}, {}, {})


@pytest.mark.parametrize("content", [None, 5, "text", [1], {"site": 5}, {"site": {"sources": 5}}])
def test_evidence_may_hold_anything_and_is_read_where_it_has_our_form(content):
    record = having(AS_OF, ("primaries", "p"), {"site": "ileum", "evidence": content})
    primary = CandidateProfile.from_record(record).primaries["p"]
    assert sources(primary, "site") == ()
    assert set_aside(primary, "site") == ()
    assert reason(primary, "site") is Reason.NO_RECORD


def test_a_reason_read_back_replaces_no_record_and_changes_no_status():
    bare = {k: v for k, v in BASELINE["liver"].items() if k != "resectability"}
    told = {**bare, "evidence": {"resectability": {"reason": "conflicting"}}}
    before, after = (assess({**BASELINE, "liver": liver}) for liver in (bare, told))
    assert [v.verdict for v in before.verdicts] == [v.verdict for v in after.verdicts]
    assert {m.reason for v in after.verdicts for m in v.missing} == {"conflicting"}


@given(records())
def test_a_record_read_and_written_is_the_same_candidate(record):
    profile = CandidateProfile.from_record(record)
    again = CandidateProfile.from_json(json.dumps(profile.to_record()))
    assert again == profile
    assert assess(again.to_record()) == assess(copy.deepcopy(record))
