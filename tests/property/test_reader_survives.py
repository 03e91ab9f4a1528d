"""Whatever comes in: a record or one of our errors, and never a value of the input in its text."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.fhir_r4.samples import (
    Everything,
    bundle,
    condition,
    entry,
    observation,
    patient,
    resource,
)

from nelm_fhir.errors import InputError
from nelm_fhir.fhir_r4 import limits, read, strict
from nelm_fhir.fhir_r4.record import Record

CANARY = "Canary-7261"
WORDS = st.sampled_from(
    [
        "id",
        "resourceType",
        "status",
        "code",
        "coding",
        "system",
        "subject",
        "reference",
        "identifier",
        "contained",
        "extension",
        "modifierExtension",
        "meta",
        "versionId",
        "lastUpdated",
        "component",
        "result",
        "hasMember",
        "link",
        "other",
        "type",
        "total",
        "active",
        "implicitRules",
        "search",
        "mode",
        "request",
        "response",
        "method",
        "url",
        "entry",
        "resource",
        "fullUrl",
    ]
)
ATOMS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.sampled_from(
    ["Patient/p", "Patient", "Observation", "Bundle", "#i", CANARY, "urn:x", ""]
)
JSON = st.recursive(
    ATOMS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)


def whole():
    related = {"url": "urn:r", "valueReference": {"reference": "Condition/c"}}
    inner = {"resourceType": "Specimen", "id": "i"}
    merged = {"other": {"reference": "Patient/old"}, "type": "replaces"}
    return bundle(
        entry(patient(link=[merged]), "urn:u:1"),
        entry(observation(identifier=[{"system": "urn:lab", "value": CANARY}], contained=[inner],
                          specimen={"reference": "#i"}, extension=[related])),
        entry(condition(), search={"mode": "match"}),
        entry(resource("DiagnosticReport", "r", status="final", code={"text": CANARY},
                       result=[{"reference": "Observation/o"}])),
        type="searchset",
    )  # fmt: skip


def places(value, path=()):
    yield path
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(inner, (*path, key))


PLACES = [path for path in places(whole()) if path]


def outcome(data):
    """Return what the reader makes of it; anything but a record or an InputError is a failure."""
    for found in read.records(data, wanted=Everything()):
        assert isinstance(found, Record | InputError)
        told = str(found) if isinstance(found, InputError) else ""
        for issue in found.issues if isinstance(found, Record) else ():
            told += f"{issue.text} {issue.location} {issue.kind}"
        assert CANARY not in told
        yield found


@settings(max_examples=200, deadline=None)
@given(JSON)
def test_any_json_gives_a_record_or_an_error_of_ours(value):
    list(outcome(json.dumps(value)))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PLACES), JSON)
def test_any_value_in_any_place_of_a_record_is_no_crash(path, value):
    data = whole()
    holder = data
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    list(outcome(data))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_text_that_was_cut_or_changed_is_no_crash(data):
    text = bytearray(json.dumps(whole()).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text) - 1))
        text[at] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(0, len(text)))
    list(outcome(bytes(text)))
    list(outcome(bytes(text[:end])))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_give_an_error_of_ours(data):
    list(outcome(data))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(PLACES), st.integers(1, 3000))
def test_nesting_anywhere_is_no_crash(path, depth):
    data = whole()
    holder = data
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = "HERE"
    text = json.dumps(data).replace('"HERE"', '{"extension":[' * depth + "]}" * depth)
    list(outcome(text))


@settings(max_examples=200, deadline=None)
@given(
    st.from_regex(r"-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?", fullmatch=True)
)
def test_a_number_reads_back_to_the_same_value_or_stays_text(written):
    value = strict.read(f"[{written}]".encode())[0]
    slow = strict.number(written) if set(written) & set(".eE") else int(written)
    assert value == slow
    assert type(value) is type(slow)
    assert isinstance(value, str) or len(str(value)) <= 2 * limits.MAX_DIGITS


@settings(max_examples=100, deadline=None)
@given(JSON, JSON)
def test_a_key_repeated_around_any_value_is_found(first, second):
    inside = json.dumps(first), json.dumps(second)
    text = f'{{"a":{{"k":{inside[0]},"b":[1],"k":{inside[1]}}}}}'
    with pytest.raises(strict.Damaged) as caught:
        strict.read(text.encode())
    assert caught.value.kind == "repeated-key"
