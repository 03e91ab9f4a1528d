"""Plain access to the JSON of a resource: an element of another shape than FHIR's is not there.

The reader has checked the shapes of the elements we know; this keeps a mapper from falling over
what a vendor adds. No meaning here.
"""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

Json = Mapping[str, Any]
NONE: Final[Json] = MappingProxyType({})


def item(parent: Json, name: str) -> Json:
    """Return an element that is an object; an empty one if it is not there."""
    value = parent.get(name)
    return value if isinstance(value, dict) else NONE


def items(parent: Json, name: str) -> tuple[Json, ...]:
    """Return the objects of a repeating element; one object without a list counts as one."""
    value = parent.get(name)
    if value is None:
        return ()
    if isinstance(value, list):
        return tuple([v for v in value if isinstance(v, dict)])
    return (value,) if isinstance(value, dict) else ()


def string(parent: Json, name: str) -> str | None:
    """Return an element that is a string and not blank."""
    value = parent.get(name)
    return value if isinstance(value, str) and value.strip() else None


def number(parent: Json, name: str) -> Decimal | None:
    """Return an element that is a number, exact; a number in quotes is none (terminology 2.4)."""
    value = parent.get(name)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    exact = Decimal(value)
    return exact if exact.is_finite() else None


def extension(parent: Json, *urls: str) -> tuple[Json, ...]:
    """Return the extensions with one of those URLs, in their order."""
    return tuple(e for e in items(parent, "extension") if e.get("url") in urls)
