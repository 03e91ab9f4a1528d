"""Threats 5 to 7: what the bytes of an input can do before anybody reads their meaning."""

import json
import random
from decimal import Decimal
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.property.fhir_parts import attested, percent, with_added
from tests.threats.line import (
    SAMPLE_NAMES,
    at,
    bundle,
    issues,
    judged,
    met,
    objects,
    read,
    refusal,
    resources,
    said,
)

from nelm_fhir import pipeline
from nelm_fhir.assessment.json_form import as_bytes
from nelm_fhir.errors import InputError, NotJson, TooLarge
from nelm_fhir.fhir_r4 import limits

REPEAT = '"@@"'
RANDOM = random.Random(7)  # noqa: S311 - any fixed choice will do

# --- 5: a key twice -------------------------------------------------------------------------------


def with_repeated_key(told, path, *, value=None, key=None, first=False):
    """The text of the record, one key of the object at `path` written twice."""
    told = json.loads(json.dumps(told))
    owner = at(told, path)
    key = key or next(iter(owner))
    members = dict(owner)
    owner.clear()
    new = {"@@": members[key] if value is None else value}
    owner.update(new | members if first else members | new)
    return json.dumps(told).replace(REPEAT, json.dumps(key))


def by_depth():
    """Places of objects of a record, a few of every depth; those around the resources apart."""
    around, inside = [], {}
    told = bundle("meets-all")
    unread = {one.location for one in read(told).named}
    for path in objects(told):
        if path[2:3] != ("resource",):
            around.append(path)
        elif f"Bundle.entry[{path[1]}].resource" not in unread:
            inside.setdefault(len(path), []).append(path)
    return around, {depth: RANDOM.sample(p, min(12, len(p))) for depth, p in inside.items()}


AROUND, INSIDE = by_depth()


@pytest.mark.threat(5)
@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("value", [None, "another", {}, []], ids=["same", "text", "{}", "[]"])
def test_a_key_repeated_around_the_resources_refuses_the_bundle(value, first):
    for path in [*RANDOM.sample(AROUND, 20), (), ("entry", 0)]:
        text = with_repeated_key(bundle("meets-all"), path, value=value, first=first)
        error = refusal(text)  # a second type of the Bundle makes it something else that is refused
        assert isinstance(error, InputError if path == () else NotJson), path


@pytest.mark.threat(5)
@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("value", [None, "another", {}], ids=["same", "text", "{}"])
@pytest.mark.parametrize("depth", sorted(INSIDE))
def test_a_key_repeated_inside_a_resource_at_any_depth_leaves_no_set_met(depth, value, first):
    for path in INSIDE[depth]:
        text = with_repeated_key(bundle("meets-all"), path, value=value, first=first)
        error = refusal(text)
        assert error is not None or met(judged(text)) == set(), path


@pytest.mark.threat(5)
@pytest.mark.parametrize("key", [r"s\u0074atus", r"\u0073tatus", "status"])
def test_a_key_repeated_under_an_escaped_name_is_found(key):
    told = bundle("meets-all")
    n = next(n for n, one in enumerate(resources(told)) if one["id"] == "ki67-liver")
    told["entry"][n]["resource"] |= {"@@": "final"}
    text = json.dumps(told).replace(REPEAT, f'"{key}"')
    assert ("repeated-key", f"Bundle.entry[{n}].resource") in issues(judged(text))
    assert met(judged(text)) == set()


@pytest.mark.threat(5)
def test_a_key_repeated_in_a_line_of_lines_leaves_no_set_met():
    told = bundle("meets-all")
    lines = [json.dumps(one) for one in resources(told)]
    assert met(judged("\n".join(lines)))
    n = next(n for n, one in enumerate(resources(told)) if one["id"] == "ki67-liver")
    lines[n] = lines[n].removesuffix("}") + ', "status": "final"}'
    assert met(judged("\n".join(lines))) == set()


# --- 6: deep, long and many -----------------------------------------------------------------------

ATOMS = st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.just("C79.51")
ANY = st.recursive(
    ATOMS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["extension", "url", "coding", "code", "item"]), inner)
    ),
    max_leaves=40,
)


@pytest.mark.threat(6)
@settings(max_examples=60)
@given(st.sampled_from(SAMPLE_NAMES), ANY, st.integers(0, 10**6), st.integers(0, 50))
def test_what_stands_under_a_key_nobody_reads_never_changes_the_result(name, value, n, levels):
    told = bundle(name)
    for _ in range(levels):
        value = {"extension": [value]} if n % 2 else [value]
    resources(told)[n % len(told["entry"])]["vendorElement"] = value
    found = judged(json.dumps(told), name)
    too_deep = any(kind == "too-deep" for kind, _ in issues(found))
    assert met(found) == set() if too_deep else said(found) == said(judged(bundle(name), name))


@pytest.mark.threat(6)
@pytest.mark.parametrize("depth", [limits.MAX_DEPTH, 900, 100_000])
@pytest.mark.parametrize("key", ["extension", "contained", "component", "vendorElement"])
@pytest.mark.parametrize("shape", ['{{"{key}":[', "[[", '{{"{key}":'])
def test_a_resource_nested_too_deeply_is_told_and_leaves_no_set_met(depth, key, shape):
    told = bundle("meets-all")
    n = next(n for n, one in enumerate(resources(told)) if one["id"] == "ki67-liver")
    told["entry"][n]["resource"]["@@"] = "HERE"
    opened = shape.format(key=key)
    closed = "".join({"{": "}", "[": "]"}[mark] for mark in reversed(opened) if mark in "{[")
    text = json.dumps(told).replace(REPEAT, f'"{key}"')
    text = text.replace('"HERE"', f"{opened * depth}1{closed * depth}")
    error = refusal(text)
    if error is not None:
        assert isinstance(error, TooLarge)
    else:
        assert ("too-deep", f"Bundle.entry[{n}].resource") in issues(judged(text))
        assert met(judged(text)) == set()


@pytest.mark.threat(6)
@pytest.mark.parametrize("depth", [200, 100_000])
def test_a_bundle_nested_too_deeply_around_the_resources_is_refused(depth):
    deep = '[{"extension":' * depth + "1" + "}]" * depth
    for text in (
        f'{{"resourceType":"Bundle","type":"collection","extension":{deep},"entry":[]}}',
        f'{{"resourceType":"Bundle","type":"collection","entry":{deep}}}',
        '{"resourceType":"Bundle","entry":[{"resource":' * depth + "{}" + "}]}" * depth,
        deep,
    ):
        assert refusal(text) is not None


@pytest.mark.threat(6)
def test_more_resources_than_a_record_holds_are_refused():
    one = '{"resource":{"resourceType":"Basic","id":"b"}}'
    many = ",".join([one] * (limits.MAX_ENTRIES + 1))
    text = f'{{"resourceType":"Bundle","type":"collection","entry":[{many}]}}'
    assert isinstance(refusal(text), TooLarge)
    assert isinstance(refusal("\n".join([one[12:-1]] * (limits.MAX_ENTRIES + 1))), TooLarge)


@pytest.mark.threat(6)
def test_more_bytes_than_a_record_holds_are_refused():
    assert isinstance(refusal(b"{" + b" " * limits.MAX_BYTES + b"}"), TooLarge)


@pytest.mark.threat(6)
@pytest.mark.parametrize(
    "long", ["x" * 10**7, ["x"] * 10**6, "9" * 10**6], ids=["text", "list", "digits"]
)
def test_long_values_nobody_reads_change_nothing(long):
    told = bundle("meets-all")
    resources(told)[5]["note"] = long
    assert said(judged(told)) == said(judged(bundle("meets-all")))


@pytest.mark.threat(6)
@pytest.mark.parametrize("digits", [65, 4300, 4301, 10**6])
@pytest.mark.parametrize("number", ["{}", "-{}", "0.{}", "{}.0", "1e{}", "1e-{}"])
def test_a_number_beyond_the_limits_makes_its_value_unknown_and_nothing_else(number, digits):
    found = judged(with_index(number.format("9" * digits)))
    statuses = {c.id: str(c.status) for v in found.verdicts for c in v.criteria}
    assert statuses["ESMO-KI67"] != "met"
    assert statuses["M16-AGE"] == "met"


# --- 7: numbers -----------------------------------------------------------------------------------


@cache
def with_index(written, code="ki67-liver"):
    """The record with the number of an Observation written exactly so."""
    told = bundle("meets-all")
    (one,) = (r for r in resources(told) if r["id"] == code)
    one["valueQuantity"]["value"] = "@@"
    return json.dumps(told).replace(REPEAT, written)


def with_involvement(written):
    """The record with a newer statement of the liver's involvement, its number written so."""
    added = attested("liver-involvement", percent("@@"), effectiveDateTime="2026-05-30")
    return json.dumps(with_added([added])).replace(REPEAT, written)


NUMBERS = st.decimals(0, 100, places=3, allow_nan=False) | st.from_regex(
    r"(0|[1-9][0-9]?)\.[0-9]{1,25}", fullmatch=True
).map(Decimal)


@pytest.mark.threat(7)
@settings(max_examples=60)
@given(NUMBERS)
def test_a_number_keeps_every_digit_from_the_record_to_the_profile_and_back(number):
    profile = read(with_index(f"{number:f}")).profile
    texts = [one.ki67_text for one in profile.specimens.values()]
    assert f"{number:f} %" in texts
    again = pipeline.read_profile(as_bytes(profile.to_record())).profile
    assert again.to_record() == profile.to_record()


@pytest.mark.threat(7)
@settings(max_examples=40)
@given(NUMBERS)
def test_an_amount_keeps_its_value_from_the_record_to_the_profile_and_back(number):
    profile = read(with_involvement(f"{number:f}")).profile
    (told,) = [one for one in profile.liver.involvement.values() if str(one.date) == "2026-05-30"]
    assert told.low == told.high == number
    assert (
        pipeline.read_profile(as_bytes(profile.to_record())).profile.to_record()
        == profile.to_record()
    )


@pytest.mark.threat(7)
@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("49.99999999999999999999", "met"),
        ("50", "not-met"),
        ("50.0000", "not-met"),
        ("50.00000000000000000001", "not-met"),
        ("5e1", "not-met"),
        ("4.999999999999999999999E1", "met"),
    ],
)
def test_a_limit_is_compared_exactly_and_not_in_floating_point(written, status):
    found = judged(with_involvement(written))
    statuses = {c.id: str(c.status) for v in found.verdicts for c in v.criteria}
    assert statuses["ESMO-BURD"] == status


@pytest.mark.threat(7)
@pytest.mark.parametrize(
    "written",
    [
        "1e400",
        "-1e400",
        "1e-400",
        '"2"',
        '"2.0"',
        "true",
        "null",
        "[2]",
        '{"value":2}',
        '" "',
        "-2",
    ],
)
def test_what_is_no_number_in_reach_is_an_unknown_value_never_a_met_criterion(written):
    found = judged(with_index(written))
    statuses = {c.id: str(c.status) for v in found.verdicts for c in v.criteria}
    assert {statuses[name] for name in ("ESMO-KI67", "B-KI67")} <= {"unknown", "not-met"}


@pytest.mark.threat(7)
@pytest.mark.parametrize(
    "written", ["NaN", "Infinity", "-Infinity", "+2", "02", "2.", ".2", "0x2", "2_0", "1e", "--2"]
)
def test_what_json_does_not_call_a_number_is_refused_or_leaves_no_set_met(written):
    text = with_index(written)
    assert isinstance(refusal(text), NotJson)


@pytest.mark.threat(7)
@pytest.mark.parametrize(
    "number", [float("nan"), float("inf"), Decimal("NaN"), Decimal("Infinity")]
)
def test_parsed_json_with_a_number_that_is_none_is_refused(number):
    told = bundle("meets-all")
    (one,) = (r for r in resources(told) if r["id"] == "ki67-liver")
    one["valueQuantity"]["value"] = number
    assert isinstance(refusal(told), NotJson)
