"""Objects of the JSON Schemas have all their keys and no other; the other parts are as named."""

import pytest
from jsonschema import Draft202012Validator

from nelm_fhir.core.canonical import without_version
from nelm_fhir.core.schema_parts import (
    DIALECT,
    DIGEST,
    TEXT,
    TEXT_OR_NULL,
    TRUTH,
    list_of,
    map_of,
    object_of,
    or_null,
)


def fits(schema, value):
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema).is_valid(value)


def test_an_object_has_all_its_keys_and_no_other():
    schema = object_of(name=TEXT, given=TRUTH)
    assert fits(schema, {"name": "a", "given": True})
    assert not fits(schema, {"name": "a"})
    assert not fits(schema, {"name": "a", "given": True, "other": 1})
    assert not fits(schema, {"name": 1, "given": True})
    assert not fits(schema, ["name", "given"])


def test_a_key_says_what_it_means_where_that_is_known():
    schema = object_of({"name": "as recorded"}, name=TEXT, given=TRUTH)
    assert schema["properties"]["name"] == {**TEXT, "description": "as recorded"}
    assert schema["properties"]["given"] == TRUTH
    assert "description" not in TEXT


@pytest.mark.parametrize(
    ("schema", "fitting", "others"),
    [
        (list_of(TEXT), [[], ["a"]], [[1], {"a": "b"}, "a"]),
        (map_of(TEXT), [{}, {"any": "a"}], [{"any": 1}, ["a"], "a"]),
        (or_null(TRUTH), [True, None], ["a", 0]),
        (TEXT_OR_NULL, ["a", None], [1, True]),
        (DIGEST, ["sha256:0f"], ["sha256:", "sha256:0G", "0f", 1]),
    ],
    ids=["list", "map", "or null", "text or null", "digest"],
)
def test_a_part_admits_what_it_is_made_for(schema, fitting, others):
    assert [fits(schema, value) for value in fitting] == [True] * len(fitting)
    assert [fits(schema, value) for value in others] == [False] * len(others)


def test_the_dialect_is_the_one_the_schemas_are_checked_by():
    assert Draft202012Validator.META_SCHEMA["$id"] == DIALECT


@pytest.mark.parametrize("canonical", ["https://a.example/b", "https://a.example/b|1.0", "b|1|2"])
def test_a_canonical_is_what_stands_before_its_first_bar(canonical):
    assert without_version(canonical) == canonical.split("|")[0]
