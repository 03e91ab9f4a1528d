"""More that must not matter: units, addresses, vaguer dates; and all of it on made records, too.

`test_metamorphic.py` tells each sample again. Here stand the ways of telling that it lacks, and the
same properties over what hospitals of every style write of random patients.
"""

import copy
import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.property import hospitals
from tests.property.fhir_parts import MEETS_ALL, attested, judged, observation, with_added
from tests.property.patients import patients
from tests.property.test_metamorphic import BUNDLE, CYCLE, DATE, EVERY, SAMPLE, mapped, said
from tests.threats.line import STYLES, restyled
from tests.unit.mappers.mapping import UCUM

from nelm_fhir.writers.fhir_json import fhir_json

EQUAL = [
    ("%", "{unit: %}", "{code: %}"),
    ("ng/mL", "ug/L", "{unit: ng/mL}", "{unit: µg/L}"),
    ("mL", "ml", "cm3", "{unit: mL}", "{unit: cm3}", "{unit: cm³}"),
    ("umol/d", "umol/(24.h)", "{unit: umol/d}", "{unit: µmol/24h}"),
    ("mg/d", "mg/24h", "{unit: mg/d}"),
    ("{mitoses}/(2.mm2)", "/(2.mm2)", "/2.mm2", "{unit: per 2 mm2}", "{unit: /2 mm²}"),
    ("{mitoses}/(10.[HPF])", "/(10.[HPF])", "/10.[HPF]", "{unit: per 10 HPF}", "{unit: /10 HPF}"),
]
"""Units in which an amount has the same number, as UCUM codes and as unit texts."""


def in_unit(quantity, unit):
    """A Quantity of the same number in that unit."""
    kept = {key: quantity[key] for key in ("value", "comparator") if key in quantity}
    if unit.startswith(("{unit: ", "{code: ")):
        name, _, text = unit[1:-1].partition(": ")
        return kept | {name: text}
    return kept | {"unit": unit, "system": UCUM, "code": unit}


def in_other_units(value, choose):
    """The record with every amount in some unit in which it has the same number."""
    if isinstance(value, list):
        return [in_other_units(item, choose) for item in value]
    if not isinstance(value, dict):
        return value
    for units in EQUAL:
        if value.get("code") in units and "value" in value and value.get("system") == UCUM:
            return in_unit(value, choose(units))
    return {key: in_other_units(inner, choose) for key, inner in value.items()}


# --- other units ----------------------------------------------------------------------------------


@EVERY
@pytest.mark.parametrize("seed", range(4))
def test_the_same_amounts_in_other_units_give_the_same(name, seed):
    generator = random.Random(seed)  # noqa: S311 - any fixed choice will do
    told = in_other_units(BUNDLE[name], generator.choice)
    as_of = str(SAMPLE[name]["as_of"])
    assert said(told, as_of) == said(BUNDLE[name], as_of)


AMOUNTS = {
    "index": (lambda v: observation(("http://loinc.org", "29593-1"), v), ["%"]),
    "involvement": (lambda v: attested("liver-involvement", v), ["%"]),
    "liver volume": (lambda v: attested("liver-volume", v), ["mL"]),
    "mitoses": (lambda v: observation(("http://snomed.info/sct", "27350008"), v),
                ["{mitoses}/(2.mm2)", "{mitoses}/(10.[HPF])"]),
    "5-HIAA": (lambda v: observation(("http://loinc.org", "1695-6"), v), ["umol/d", "mg/d"]),
    "chromogranin": (lambda v: observation(("http://loinc.org", "9811-1"), v), ["ng/mL"]),
}  # fmt: skip


@pytest.mark.parametrize("number", [1, 2, 19, 21, 49, 50, 51, 3000])
@pytest.mark.parametrize("kind", AMOUNTS)
def test_any_amount_in_any_of_its_units_gives_the_same(kind, number):
    make, canonical = AMOUNTS[kind]
    for unit in canonical:
        (units,) = (units for units in EQUAL if unit in units)
        told = set()
        for other in units:
            added = make({"valueQuantity": in_unit({"value": number}, other)})
            told.add(repr(said(with_added([{**added, "id": "amount"}]), "2026-06-01")))
        assert len(told) == 1


def test_an_amount_in_another_unit_is_another_amount():
    """The tests above do change what is read."""
    met = said(MEETS_ALL, "2026-06-01")
    assert said(in_other_units(MEETS_ALL, lambda units: "1"), "2026-06-01") != met


# --- vaguer dates ---------------------------------------------------------------------------------

SKIPPED = {"meta", "issued", "recordedDate", "assertedDate", "authored", "timestamp", "lastUpdated"}
WORDS = {"code", "text", "display", "valueString", "version"}
OPPOSITE = {("met", "not-met"), ("not-met", "met")}
OPPOSITE_SETS = {("criteria-met", "criteria-not-met"), ("criteria-not-met", "criteria-met")}


def is_cuttable(text):
    """Whether it is a date that says more than a year."""
    return len(text) > len("2026") and DATE.fullmatch(text) is not None


def dates(value, path=()):
    """The place of every clinical date of a record."""
    members = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in members:
        if isinstance(inner, dict | list) and key not in SKIPPED:
            yield from dates(inner, (*path, key))
        elif key not in SKIPPED and isinstance(inner, str) and is_cuttable(inner):
            yield (*path, key)


def vaguer(bundle, places, length):
    """The record with these dates cut to the month or the year."""
    told = copy.deepcopy(bundle)
    for path in places:
        owner = told
        for step in path[:-1]:
            owner = owner[step]
        owner[path[-1]] = owner[path[-1]][:length]
    return told


def definite(bundle, as_of):
    found = judged(bundle, as_of)
    return (
        {c.id: str(c.status) for v in found.verdicts for c in v.criteria},
        {v.set: str(v.verdict) for v in found.verdicts},
    )


def assert_none_is_opposite(before, after):
    for old, new, opposite in zip(before, after, (OPPOSITE, OPPOSITE_SETS), strict=True):
        changed = {key: (old[key], new[key]) for key in old if old[key] != new[key]}
        assert {key: pair for key, pair in changed.items() if pair in opposite} == {}


@EVERY
@pytest.mark.parametrize("length", [7, 4], ids=["month", "year"])
def test_one_vaguer_date_never_turns_an_answer_into_the_opposite(name, length):
    as_of = str(SAMPLE[name]["as_of"])
    before = definite(BUNDLE[name], as_of)
    every = list(dates(BUNDLE[name]))
    generator = random.Random(f"{name} {length}")  # noqa: S311 - any fixed choice will do
    for place in generator.sample(every, min(25, len(every))):
        assert_none_is_opposite(before, definite(vaguer(BUNDLE[name], [place], length), as_of))


@EVERY
@pytest.mark.parametrize("length", [7, 4], ids=["month", "year"])
def test_all_dates_vaguer_turn_no_answer_into_the_opposite(name, length):
    as_of = str(SAMPLE[name]["as_of"])
    before = definite(BUNDLE[name], as_of)
    every = list(dates(BUNDLE[name]))
    assert len(every) > 20
    assert_none_is_opposite(before, definite(vaguer(BUNDLE[name], every, length), as_of))


# --- made records ---------------------------------------------------------------------------------


def told_by(record, style, seed, noise=0):
    return json.loads(fhir_json(hospitals.bundle(record, style, seed, noise)))


MADE = (patients(), hospitals.styles, hospitals.seeds)


@given(*MADE, st.randoms(use_true_random=False))
def test_a_made_record_in_another_order_and_told_twice_says_the_same(
    record, style, seed, generator
):
    built = told_by(record, style, seed)
    shuffled = copy.deepcopy(built["entry"]) + copy.deepcopy(built["entry"])
    generator.shuffle(shuffled)
    again = built | {"type": "collection", "entry": shuffled}
    assert said(again, record["as_of"]) == said(built, record["as_of"])


@given(*MADE, st.integers(1, 40))
def test_unrelated_content_of_a_hospital_changes_nothing(record, style, seed, noise):
    quiet, noisy = (told_by(record, style, seed, count) for count in (0, noise))
    assert said(noisy, record["as_of"]) == said(quiet, record["as_of"])


@given(*MADE, st.randoms(use_true_random=False))
def test_a_made_record_under_any_addresses_says_the_same(record, style, seed, generator):
    built = told_by(record, style, seed)
    again = restyled(built, lambda _: generator.choice(STYLES))
    assert said(again, record["as_of"]) == said(built, record["as_of"])


@given(*MADE, st.randoms(use_true_random=False))
def test_a_made_record_in_other_units_says_the_same(record, style, seed, generator):
    built = told_by(record, style, seed)
    again = in_other_units(built, generator.choice)
    assert said(again, record["as_of"]) == said(built, record["as_of"])


@given(*MADE)
def test_a_made_record_28_years_later_says_the_same(record, style, seed):
    def later(key, text):
        is_day = DATE.fullmatch(text) and key not in WORDS  # an edition is named by its year
        return f"{int(text[:4]) + CYCLE}{text[4:]}" if is_day else text

    built = told_by(record, style, seed)
    day = record["as_of"]
    before, after = said(built, day), said(mapped(built, later), later("", day))
    assert after[1:] == before[1:]
    assert {k: v[:2] for k, v in after[0].items()} == {k: v[:2] for k, v in before[0].items()}


@settings(max_examples=80)
@given(*MADE, st.data())
def test_vaguer_dates_of_a_made_record_turn_no_answer_into_the_opposite(record, style, seed, data):
    built = told_by(record, style, seed)
    every = list(dates(built))
    some = data.draw(st.lists(st.sampled_from(every), max_size=4)) if every else []
    length = data.draw(st.sampled_from([7, 4]))
    before, after = (definite(one, record["as_of"]) for one in (built, vaguer(built, some, length)))
    assert_none_is_opposite(before, after)
