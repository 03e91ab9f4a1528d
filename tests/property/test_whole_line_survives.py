"""Damaged samples go down the whole line: an assessment or one of our errors, never a traceback."""

import contextlib
import copy
import json
import random
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from nelm_fhir import pipeline
from nelm_fhir.errors import InputError, NelmError

SAMPLES = sorted((Path(__file__).parents[2] / "sample_bundles").glob("*/bundle.json"))
CATALOGUE = pipeline.load()
AS_OF = date(2026, 6, 1)
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ODD = [None, True, 0, -1, 10**30, "", "x", "2026-13-01", [], {}, [None], [[]], {"a": 1}, "\0"]
ODD += [{"coding": [{}]}, {"reference": 5}, {"value": "5"}, "Patient/other", float("inf")]


def paths(value, path=()):
    members = value.items() if isinstance(value, dict) else enumerate(value)
    for key, member in members:
        yield (*path, key)
        if isinstance(member, dict | list):
            yield from paths(member, (*path, key))


def at(value, path):
    for key in path:
        value = value[key]
    return value


def damage(bundle, places, generator):
    """Drop, replace, move or double one element."""
    path = generator.choice(places)
    try:
        owner, other = at(bundle, path[:-1]), at(bundle, generator.choice(places))
        kind = generator.randrange(4)
        if kind == 0:
            del owner[path[-1]]
        elif kind == 1:
            owner[path[-1]] = generator.choice(ODD)
        elif kind == 2:
            owner[path[-1]] = copy.deepcopy(other)
        else:
            owner[path[-1]] = [owner[path[-1]], owner[path[-1]]]
    except (KeyError, IndexError, TypeError):
        return  # the place went with an earlier damage


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.parent.name)
def test_no_damage_makes_the_line_fall(sample):
    whole = json.loads(sample.read_bytes())
    places = list(paths(whole))
    generator = random.Random(sample.parent.name)  # noqa: S311 - a fixed walk, no secret
    for _ in range(40):
        bundle = copy.deepcopy(whole)
        for _ in range(generator.choice([1, 1, 2, 5])):
            damage(bundle, places, generator)
        for read in pipeline.read_all(json.dumps(bundle).encode(), CATALOGUE, as_of=AS_OF):
            if not isinstance(read, InputError):
                written(read)


def written(read):
    assessment = pipeline.judge(read, CATALOGUE)
    assert assessment.to_json()
    with contextlib.suppress(NelmError):
        pipeline.to_fhir(assessment, CATALOGUE, recorded=NOW)


def test_a_bundle_whose_own_element_is_of_a_wrong_type_is_refused_with_a_reason():
    (error,) = pipeline.read_all(b'{"resourceType":"Bundle","type":[1]}', CATALOGUE, as_of=AS_OF)
    assert isinstance(error, InputError)


def test_a_bad_entry_beside_text_that_is_no_json_is_refused_as_no_json():
    text = b'{"resourceType":"Bundle","type":"collection","entry":[5],"total":Infinity}'
    (error,) = pipeline.read_all(text, CATALOGUE, as_of=AS_OF)
    assert isinstance(error, InputError)


@pytest.mark.parametrize("meta", [[], "x", {"tag": 5}, {"tag": [5, []]}])
def test_a_patient_whose_tags_have_another_shape_is_read_like_any_other(meta):
    patient = {"resourceType": "Patient", "id": "p", "meta": meta}
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": patient}]}
    (read,) = pipeline.read_all(json.dumps(bundle).encode(), CATALOGUE, as_of=AS_OF)
    assert not read.test_data
