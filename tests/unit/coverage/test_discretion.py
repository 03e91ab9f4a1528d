"""What of a record may be told: no name that may be typed by hand, no code with a name in it."""

import pytest
from tests.unit.coverage.made import (
    LOCAL,
    PATIENT,
    bundle,
    concept,
    net,
    observation,
    report,
    seen,
    unmapped,
)

from nelm_fhir.coverage.own_words import has_date

QUESTION = "Observation.code"


def asked(code: str = "KI67", display: str | None = "Ki-67 Index", **more):
    return observation("x", concept(LOCAL, code, display), **more)


def shown(displays: list[str | None], **more) -> str | None:
    records = [bundle(net(), asked(display=display), **more) for display in displays]
    return unmapped(report(records))[QUESTION, "KI67"]["display"]


def test_a_name_on_which_five_records_agree_is_shown():
    assert shown(["Ki-67 Index"] * 5) == "Ki-67 Index"


def test_a_name_on_which_fewer_agree_is_not_shown():
    assert shown(["Ki-67 Index"] * 4) is None


def test_a_name_that_differs_in_one_record_is_not_shown():
    assert shown([*["Ki-67 Index"] * 9, "Ki-67 von Frau Muster"]) is None


def test_two_names_in_one_record_are_none():
    twice = bundle(
        net(), asked(), observation("y", concept(LOCAL, "KI67", "Ki-67 (Fr. M.)"), status="final")
    )
    assert unmapped(report([twice] * 6))[QUESTION, "KI67"]["display"] is None


def test_a_record_without_name_does_not_speak_against_it():
    assert shown([*["Ki-67 Index"] * 5, None]) == "Ki-67 Index"


@pytest.mark.parametrize(
    "display",
    [
        "Ki-67 Fiktiva",
        "Ki-67 ADA",
        "Ki-67 vom 04.05.26",
        "Ki-67 2026-05",
        "Ki-67 MRN 88123",
        "Ki-67\x1b[2J",
    ],
)
def test_a_name_that_may_hold_more_than_a_name_is_never_shown(display: str):
    assert shown([display] * 9) is None


def test_few_digits_are_part_of_a_name():
    assert shown(["Ki-67 / MIB-1"] * 5) == "Ki-67 / MIB-1"


@pytest.mark.parametrize(
    "code",
    ["KI67 Fiktiva", "KI67-2026-05-04", "K" * 65 + "I67", "Ki67\n"],
)
def test_a_code_that_holds_a_name_or_a_date_is_counted_and_not_shown(code: str):
    told = report([bundle(net(), asked(code))])
    assert told["unmapped"] == []
    assert told["withheld"] == "<5"


@pytest.mark.parametrize(
    ("patient", "more"),
    [
        ({"identifier": [{"system": "urn:mrn", "value": "AB-1234"}]}, {}),
        ({"id": "AB-1234"}, {}),
        ({"telecom": [{"system": "phone", "value": "AB 1234"}]}, {}),
        ({"address": [{"line": ["AB 1234"]}]}, {}),
        ({}, {"identifier": [{"system": "urn:lab", "value": "AB-1234"}]}),
    ],
)
def test_a_code_that_holds_a_number_of_its_record_is_not_shown(patient, more):
    who = {**PATIENT, **patient}
    subject = {"reference": f"Patient/{who['id']}"}
    told = report(
        [bundle(net(subject=subject), asked("KI67/AB-1234", subject=subject, **more), patient=who)]
    )
    assert (told["unmapped"], told["withheld"]) == ([], "<5")


def test_a_code_is_shown_that_only_looks_like_a_number():
    rows = unmapped(report([bundle(net(), asked("1230000042", "MIB1"))]))
    assert (QUESTION, "1230000042") in rows


@pytest.mark.parametrize(
    ("text", "dated"),
    [
        ("CT 2026-04", True),
        ("04.05.2026", True),
        ("4/5/26", True),
        ("urn:oid:1.2.840.114350.1.13.999.2", False),
        ("29593-1", False),
        ("310731000146105", False),
        ("8240/3", False),
        ("0078-0811-81", False),
        ("5-406.9", False),
    ],
)
def test_dates_are_told_from_codes(text: str, dated: bool):
    assert has_date(text) is dated


def test_nothing_else_of_a_record_is_kept():
    found = seen(net(), asked(valueString="Fiktiva 1980-02-03"))
    assert "Fiktiva" not in repr(found)
    assert "1980" not in repr(found)
