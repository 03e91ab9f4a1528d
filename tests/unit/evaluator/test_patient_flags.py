"""Flags of the patient at and beside their limits, each by itself (rules 1.6)."""

import pytest
from tests.property.records import assess
from tests.unit.evaluator.changed import GONE, changed

LIVER = {"origin": "liver-metastasis", "histology": "NET"}
PRIMARY = {
    "origin": "primary",
    "histology": "NET",
    "ki67_text": "2 %",
    "mitoses_text": "1 per 2 mm2",
}
PET = {"modality": "PET/CT", "tracer": "68Ga-DOTATATE", "date": "2026-05-04"}
FDG = {**PET, "tracer": "18F-FDG"}
JUDGED_FALSE = {
    "class": "node",
    "status": "suspected",
    "first_seen": "2026-01-10",
    "adjudication": {"verdict": "false-positive", "signed": True, "date": "2026-02-10"},
}


def flags(changes):
    return set(assess(changed(changes)).flags)


def specimens(*more, **liver):
    found = {"liver": {**LIVER, **liver}}
    return {"specimens": found | {f"p{at}": one for at, one in enumerate(more)}}


@pytest.mark.parametrize(
    ("birth", "raised"),
    [
        ("1970-06-01", False),
        ("1970-06-02", True),
        ("1971-06-01", True),
        ("1971-06-02", False),
        ("1966-06-01", False),
        ("1966-06-02", True),
        ("1967-06-01", True),
        ("1967-06-02", False),
        ("1970", True),
        ("1972", False),
        (GONE, False),
    ],
)
def test_a_birthday_that_passes_a_limit_is_soon_within_its_months(birth, raised):
    assert ("AGE-SOON" in flags({"patient/birth_date": birth})) is raised


@pytest.mark.parametrize(
    ("fields", "raised"),
    [
        ({"reported_grade": "G1", "ki67_text": "2 %", "mitoses_text": "1 per 2 mm2"}, False),
        ({"reported_grade": "G2", "ki67_text": "2 %", "mitoses_text": "1 per 2 mm2"}, True),
        ({"reported_grade": "G1", "ki67_text": "2 %", "mitoses_text": "5 per 2 mm2"}, True),
        ({"reported_grade": "G2", "ki67_text": "2 %", "mitoses_text": "5 per 2 mm2"}, False),
        ({"reported_grade": "G3", "ki67_text": "2 %"}, False),
        ({"reported_grade": "G1", "ki67_text": "5 %"}, True),
        ({"reported_grade": "G3", "mitoses_text": "1 per 2 mm2"}, False),
        ({"reported_grade": "G1", "ki67_text": "many"}, False),
        ({"reported_grade": "G1", "ki67_text": "2-4 %"}, False),
        ({"reported_grade": "G1"}, False),
        ({"ki67_text": "2 %", "mitoses_text": "1 per 2 mm2"}, False),
    ],
)
def test_a_reported_grade_conflicts_only_with_numbers_that_rule_it_out(fields, raised):
    assert ("GRADE-CONFLICT" in flags(specimens(PRIMARY, **fields))) is raised


@pytest.mark.parametrize(
    ("flag", "fields", "raised"),
    [
        ("GRADE-NO-MITOSES", {"ki67_text": "2 %"}, True),
        ("GRADE-NO-MITOSES", {"ki67_text": "2 %", "mitoses_text": "1 per 2 mm2"}, False),
        ("GRADE-RANGE", {"ki67_text": "2-4 %"}, True),
        ("GRADE-RANGE", {"ki67_text": "4-5 %"}, False),
        ("UNREADABLE-VALUE", {"ki67_text": "many"}, True),
        ("UNREADABLE-VALUE", {"mitoses_text": "many"}, True),
        ("UNREADABLE-VALUE", {"ki67_text": "2 %"}, False),
        ("KI67-APPROX", {"ki67_text": "about 5 %"}, True),
        ("KI67-APPROX", {"ki67_text": "5 %"}, False),
        ("UNIT-HPF", {"mitoses_text": "2 per 10 hpf"}, True),
        ("UNIT-HPF", {"mitoses_text": "2 per 2 mm2"}, False),
        ("UNIT-HPF", {"mitoses_text": "many"}, False),
        ("WHO-EDITION", {"who_edition": "2010"}, True),
        ("WHO-EDITION", {"who_edition": "2019"}, False),
        ("KI67-LOW-COUNT", {"ki67_text": "2 %", "cells_counted": 499}, True),
        ("KI67-LOW-COUNT", {"ki67_text": "2 %", "cells_counted": 500}, False),
        ("KI67-LOW-COUNT", {"ki67_text": "2 %"}, False),
        ("KI67-LOW-COUNT", {"cells_counted": 499}, False),
        ("KI67-LOW-COUNT", {"ki67_text": "2 %", "material": "cytology"}, True),
    ],
)
def test_one_specimen_is_enough_for_a_flag_of_pathology(flag, fields, raised):
    assert (flag in flags(specimens(PRIMARY, **fields))) is raised


@pytest.mark.parametrize(
    ("fdg", "sstr", "raised"),
    [
        ({"f": "positive"}, {"extrahepatic_result": "negative"}, True),
        ({"f": "positive"}, {"foci": {"f": "negative"}}, True),
        ({"f": "positive"}, {"foci": {"f": "positive"}}, False),
        ({"f": "equivocal"}, {"extrahepatic_result": "negative"}, False),
        ({"f": "positive"}, {}, False),
    ],
)
def test_uptake_on_fdg_alone_is_discordant(fdg, sstr, raised):
    scans = {"fdg": {**FDG, "foci": fdg}, "sstr": {**PET, **sstr}}
    focus = {"f": {"class": "node", "status": "confirmed"}, "g": {"class": "node"}}
    found = flags({"scans": scans, "extrahepatic": focus})
    assert ("EHD-DISCORDANT" in found) is raised


def test_one_negative_scan_among_others_is_enough_for_uptake_to_be_discordant():
    scans = {
        "fdg": {**FDG, "foci": {"f": "positive"}},
        "silent": PET,
        "sstr": {**PET, "extrahepatic_result": "negative"},
    }
    focus = {"f": {"class": "node", "status": "confirmed"}}
    assert "EHD-DISCORDANT" in flags({"scans": scans, "extrahepatic": focus})


@pytest.mark.parametrize(
    ("path", "value", "flag"),
    [
        ("extrahepatic/f", JUDGED_FALSE, "EHD-FALSE-POSITIVE"),
        ("other_malignancy", {"present": True}, "OTHER-MALIGNANCY"),
        ("functional_syndrome", {"present": True}, "CARCINOID-HEART"),
        ("listing", GONE, "LISTING-UNKNOWN"),
        ("liver/metastases_present", GONE, "SCOPE-OPEN"),
        ("response_events/x", {"date": "2026-06-02", "category": "SD"}, "FUTURE-DATED"),
        (
            "response_events/x",
            {"date": "2026-05-20", "category": "SD", "modality": "clinical"},
            "NON-IMAGING-RESPONSE",
        ),
    ],
)
def test_a_flag_of_one_fact_is_raised_by_it_alone(path, value, flag):
    assert flags({path: value}) - flags({}) == {flag}
