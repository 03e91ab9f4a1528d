"""A written resource as JSON bytes, the digits of every number as they were recorded.

FHIR decimals carry precision: 2.0 is not 2. The same resource gives the same bytes, always.
"""

from decimal import Decimal

import orjson

from nelm_fhir.core.amounts import plain
from nelm_fhir.writers.datatypes import Json


def fhir_json(resource: Json, *, indent: bool = False) -> bytes:
    """Return the resource as UTF-8 JSON, on one line unless `indent`."""
    option = orjson.OPT_INDENT_2 if indent else None
    return orjson.dumps(resource, default=_digits, option=option)


def _digits(value: object) -> orjson.Fragment:
    if isinstance(value, Decimal) and value.is_finite():
        return orjson.Fragment(plain(value))
    raise TypeError("only finite numbers stand in a resource")
