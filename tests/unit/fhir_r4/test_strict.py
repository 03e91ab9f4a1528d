"""Strict JSON: numbers as written, repeated keys found wherever they are, limits kept."""

from decimal import Decimal

import pytest

from nelm_fhir.fhir_r4 import limits, strict


def damage(text):
    with pytest.raises(strict.Damaged) as caught:
        strict.read(text)
    return caught.value.kind


@pytest.mark.parametrize("written", ["1.10", "0.10", "6.30", "1e2", "-0.5", "8.50000000000000001"])
def test_a_number_with_fraction_keeps_its_text(written):
    value = strict.read(f'{{"value":{written}}}'.encode())["value"]
    assert value == Decimal(written)
    assert str(value) == str(Decimal(written))


def test_a_whole_number_is_exact_beyond_64_bits():
    assert strict.read(b'{"value":123456789012345678901234567890}')["value"] == (
        123456789012345678901234567890
    )


@pytest.mark.parametrize(
    "written",
    ["1.0e400", "1E-400", "0." + "1" * 100, "1.5e999999999", "9" * 5000, "-" + "9" * 5000],
)
def test_a_number_beyond_the_limits_stays_text_and_costs_only_itself(written):
    data = strict.read(f'{{"value":{written},"unit":"%"}}'.encode())
    assert isinstance(data["value"], str)
    assert len(data["value"]) <= limits.MAX_DIGITS
    assert data["unit"] == "%"


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_of_json_is_refused(word):
    assert damage(f'{{"value":{word}}}'.encode()) == "not-json"


@pytest.mark.parametrize(
    "text",
    [b"{", b'{"a":1}}', b'{"a":01}', b"{'a':1}", b'{"a":"\xff"}', b'{"a":"\\ud800"}', b'{"a":1,}'],
)
def test_broken_json_is_refused(text):
    assert damage(text) == "not-json"


def test_half_a_character_beside_a_huge_number_is_refused():
    assert damage(b'{"a":"\\ud800","b":' + b"9" * 5000 + b"}") == "not-json"


@pytest.mark.parametrize(
    "text",
    [
        b'{"a":1,"a":1}',
        b'{"a":1,"b":2,"a":3}',
        b'{"x":{"a":1,"a":2}}',
        b'{"x":[{"y":{"a":[],"a":{}}}]}',
        b'{"a" : 1, "a"\n: 2}',
        b'{"a":1,"\\u0061":2}',
        b'{"a":"x\\u003ay","a":"x\\u003ay"}',
        b'{"b":"x\\u003Ay","a":1,"a":1}',
        b'{"b":"x\\u0022:y","a":1,"a":1}',
        b'{"a":{"b":":"},"a":{"b":":"}}',
    ],
)
def test_a_repeated_key_is_found_at_every_depth_and_however_it_is_written(text):
    assert damage(text) == "repeated-key"


@pytest.mark.parametrize(
    "text",
    [
        b'{"a":{"k":1},"b":{"k":1}}',
        b'{"a":"time 10:15 : \\"k\\":","k":":"}',
        b'{"a":"x\\u003ay","b":"\\u003cdiv\\u003e"}',
        b'{ "a" : 1 , "b" : [ { "a" : 2 } ] }',
    ],
)
def test_equal_keys_of_different_objects_and_colons_in_text_are_no_repetition(text):
    assert strict.read(text)


def test_nesting_up_to_the_limit_is_read_and_beyond_is_damage():
    def nested(depth):
        return b"[" * depth + b"]" * depth

    assert strict.read(nested(limits.MAX_DEPTH)) is not None
    assert damage(nested(limits.MAX_DEPTH + 1)) == "too-deep"
    assert damage(b'{"a":' * 5000 + b"1" + b"}" * 5000) == "too-deep"


def test_brackets_in_text_are_no_nesting():
    assert strict.read(b'{"a":"' + b'[{\\"' * 1000 + b'"}')


def test_many_brackets_side_by_side_are_no_nesting():
    assert len(strict.read(b"[" + b",".join([b"{}"] * 1000) + b"]")) == 1000
