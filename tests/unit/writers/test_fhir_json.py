"""JSON of what is written: the digits as recorded, nothing invented, nothing lost."""

from decimal import Decimal

import pytest

from nelm_fhir.writers.datatypes import annotation, filled, string
from nelm_fhir.writers.fhir_json import fhir_json


@pytest.mark.parametrize("digits", ["2.0", "0.10", "100", "12345678901234567890.10"])
def test_a_number_keeps_its_digits(digits: str) -> None:
    assert fhir_json({"value": Decimal(digits)}) == f'{{"value":{digits}}}'.encode()


def test_a_number_is_written_without_exponent() -> None:
    assert fhir_json({"value": Decimal("1E+2")}) == b'{"value":100}'


@pytest.mark.parametrize("number", ["NaN", "Infinity"])
def test_what_is_no_number_is_refused(number: str) -> None:
    with pytest.raises(TypeError):
        fhir_json({"value": Decimal(number)})


def test_indented_and_plain_hold_the_same() -> None:
    assert fhir_json({"a": 1}, indent=True) == b'{\n  "a": 1\n}'


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("  around ", "around"),
        ("bell\x07", "bell\ufffd"),
        ("half\ud800", "half\ufffd"),
        ("", "\ufffd"),
        ("two\nlines", "two\nlines"),
    ],
)
def test_a_string_holds_only_what_fhir_allows(text: str, written: str) -> None:
    assert string(text) == written


def test_a_note_is_markdown_in_which_no_tag_opens_and_a_limit_stays_readable() -> None:
    assert annotation("< 50 % <b>bold</b> <3 %")["text"] == "< 50 % &lt;b>bold&lt;/b> <3 %"


def test_false_and_nought_are_values_while_empty_things_are_left_out() -> None:
    assert filled({"a": False, "b": 0, "c": None, "d": "", "e": [], "f": {}}) == {
        "a": False,
        "b": 0,
    }
