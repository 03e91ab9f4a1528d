"""What we read of a resource against `fhir.resources` R4B, the ecosystem's models.

Wherever those models accept a resource, every element of the head has the same value in both, and
every value that the mappers can come across is the same; and the record made of what the models
write gives the same profile. The resources are those of the samples, of hospitals of every style,
and examples that others published (where they are at hand; see tests/golden).

Known of the models: they drop trailing zeros of numbers and write moments in another zone form, so
numbers are compared by value and moments as moments. `tests/threats` holds our digits.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from fhir.resources.R4B import get_fhir_model_class
from pydantic import ValidationError
from tests.golden.test_public_examples import EXAMPLES
from tests.property.records import CATALOGUE
from tests.threats.line import BUNDLES, DAYS, SAMPLE_NAMES

from nelm_fhir import pipeline
from nelm_fhir.fhir_r4 import head, strict
from nelm_fhir.fhir_r4.limits import is_too_deep
from nelm_fhir.mappers.registry import Wanted

STYLED = sorted((Path(__file__).parents[1] / "golden" / "styled_records").glob("*.json"))
PUBLIC = sorted(EXAMPLES.rglob("*.json")) if EXAMPLES.is_dir() else []
TYPES = Wanted(CATALOGUE.codes).types


@cache
def model(kind: str):
    return get_fhir_model_class(kind)


def by_the_models(raw: bytes) -> dict | None:
    """The resource as fhir.resources writes it; None where it is refused."""
    data = json.loads(raw, parse_float=Decimal)
    try:
        read = model(data["resourceType"]).model_validate(data)
        return json.loads(read.model_dump_json(), parse_float=Decimal)
    except (ValidationError, ValueError, KeyError):
        return None


def resources(value) -> Iterator[bytes]:
    """The texts of the resources in a JSON value that are of a type we map."""
    if isinstance(value, dict) and value.get("resourceType") == "Bundle":
        for entry in value.get("entry", []) if isinstance(value.get("entry"), list) else []:
            yield from resources(entry.get("resource") if isinstance(entry, dict) else None)
    elif isinstance(value, dict) and value.get("resourceType") in TYPES:
        yield json.dumps(value).encode()


def differences(ours, theirs, path=()) -> Iterator[str]:
    """Every place at which two values differ in more than how they are written."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in ours.keys() | theirs.keys():
            if key != "fhir_comments":
                yield from differences(ours.get(key), theirs.get(key), (*path, key))
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for n, pair in enumerate(zip(ours, theirs, strict=True)):
            yield from differences(*pair, (*path, n))
    elif not same(ours, theirs):
        yield ".".join(map(str, path))


def same(ours, theirs) -> bool:
    if ours == theirs and type(ours) is type(theirs):
        return True
    if isinstance(ours, Decimal | int) and isinstance(theirs, Decimal | int):
        return ours == theirs and isinstance(ours, bool) == isinstance(theirs, bool)
    try:
        return datetime.fromisoformat(ours) == datetime.fromisoformat(theirs)
    except (TypeError, ValueError):
        return False


def told(raw: bytes) -> list[str]:
    """Where what we read and what the models read differ; nothing where the models refuse it."""
    theirs = by_the_models(raw)
    if theirs is None or is_too_deep(raw):
        return []
    found = head.read(raw)
    assert found is not None
    wrong = [] if found == head.of(theirs) else ["head"]
    return wrong + list(differences(strict.read(raw), theirs))


def test_the_models_accept_most_of_what_is_compared():
    every = [raw for name in SAMPLE_NAMES for raw in resources(BUNDLES[name])]
    assert sum(by_the_models(raw) is not None for raw in every) > 0.95 * len(every) > 500


@pytest.mark.parametrize("name", SAMPLE_NAMES)
def test_every_element_of_a_sample_has_the_value_that_the_models_read(name):
    assert [told(raw) for raw in resources(BUNDLES[name]) if told(raw)] == []


@pytest.mark.parametrize("path", STYLED, ids=lambda path: path.stem)
def test_every_element_of_a_hospitals_record_has_the_value_that_the_models_read(path):
    bundle = json.loads(path.read_bytes())
    assert [told(raw) for raw in resources(bundle) if told(raw)] == []


@pytest.mark.skipif(not PUBLIC, reason="THE PUBLIC EXAMPLE FILES ARE MISSING; set NELM_EXAMPLES")
def test_every_element_of_a_public_example_has_the_value_that_the_models_read():
    compared, wrong = 0, []
    for path in PUBLIC:
        try:
            value = json.loads(path.read_bytes())
        except ValueError:
            continue
        for raw in resources(value):
            compared += by_the_models(raw) is not None
            wrong += [(path.name, place) for place in told(raw)]
    assert wrong == []
    assert compared >= 30


@pytest.mark.parametrize("name", SAMPLE_NAMES)
def test_the_record_as_the_models_write_it_gives_the_same_profile(name):
    bundle = json.loads(json.dumps(BUNDLES[name]))
    for entry in bundle["entry"]:
        written = by_the_models(json.dumps(entry["resource"]).encode())
        entry["resource"] = written if written is not None else entry["resource"]
    both = (pipeline.read_one(one, CATALOGUE, as_of=DAYS[name]) for one in (BUNDLES[name], bundle))
    first, second = (read.profile for read in both)
    assert first.to_record() == second.to_record()
