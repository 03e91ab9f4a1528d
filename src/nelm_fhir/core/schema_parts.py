"""Parts that the JSON Schemas (2020-12) of all contracts are made of.

An object lists all its keys as required and admits no other: a consumer may rely on each one.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

Schema = dict[str, Any]
Meanings = Mapping[str, str]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
NO_MEANINGS: Final[Meanings] = MappingProxyType({})
TEXT: Final[Schema] = {"type": "string"}
TEXT_OR_NULL: Final[Schema] = {"type": ["string", "null"]}
TRUTH: Final[Schema] = {"type": "boolean"}
DIGEST: Final[Schema] = {"type": "string", "pattern": "^sha256:[0-9a-f]+$"}


def object_of(meanings: Meanings = NO_MEANINGS, /, **properties: Schema) -> Schema:
    """Return an object that has all these keys and no other, each with what it means."""
    return {
        "type": "object",
        "properties": {
            name: {**schema, "description": meanings[name]} if name in meanings else schema
            for name, schema in properties.items()
        },
        "required": list(properties),
        "additionalProperties": False,
    }


def list_of(items: Schema) -> Schema:
    """Return a list of that."""
    return {"type": "array", "items": items}


def map_of(values: Schema) -> Schema:
    """Return an object with any keys whose values are that."""
    return {"type": "object", "additionalProperties": values}


def or_null(schema: Schema) -> Schema:
    """Return that, or null."""
    return {"anyOf": [schema, {"type": "null"}]}
