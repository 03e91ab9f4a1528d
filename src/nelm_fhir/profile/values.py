"""Types of the values of a profile: dates, exact numbers, and how they read and write as JSON.

Source: rules 15.1. Dates are strings `YYYY`, `YYYY-MM`, `YYYY-MM-DD` (and, for what was recorded
as a period, two full dates joined by `/`); numbers are exact decimals; nothing is coerced.
"""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from nelm_fhir.core.amounts import plain
from nelm_fhir.core.dates import DaySpan

_DATE_SHAPE = r"^\d{4}(-\d{2}(-\d{2})?)?$|^\d{4}-\d{2}-\d{2}/\d{4}-\d{2}-\d{2}$"


def _span(value: object) -> DaySpan:
    if isinstance(value, DaySpan):
        return value
    if not isinstance(value, str):
        raise ValueError("a date is a string")  # noqa: TRY004 - pydantic reports ValueError
    return DaySpan.parse(value)


def _exact(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError("a number is expected")  # noqa: TRY004 - pydantic reports ValueError
    number = Decimal(str(value))
    if not number.is_finite():
        raise ValueError("a finite number is expected")
    return number


def json_number(number: Decimal) -> int | float:
    """Return the number for JSON output; a decimal keeps the digits that a float can carry."""
    return int(number) if number == number.to_integral_value() else float(plain(number))


PartialDate = Annotated[
    DaySpan,
    BeforeValidator(_span),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": _DATE_SHAPE}),
]

ExactNumber = Annotated[
    Decimal,
    BeforeValidator(_exact),
    PlainSerializer(json_number, return_type=int | float),
    WithJsonSchema({"type": "number"}),
]

Volume = Annotated[ExactNumber, Field(ge=0)]

EvidenceNote = Annotated[
    Any,
    WithJsonSchema({"description": "What the values of this object rest on; no rule reads it."}),
]
