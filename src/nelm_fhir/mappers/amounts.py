"""Quantities and ranges as amounts (terminology 2.4, 2.5; attested-entry 2, `liver-involvement`).

A comparator or one-sided range gives one bound. The other one is then not stated: above, `high` is
None; below, `low` is 0, closed, beside a `high` that differs from it. So [0, 50) is "<50", and
"not stated" and "from 0" are the same, as the rules have it (10.1, a missing bound is 0 or 100).
"""

from decimal import Decimal
from typing import Final

from nelm_fhir.core.amounts import Amount
from nelm_fhir.core.unknown import Reason
from nelm_fhir.knowledge.units import Unit, UnitTable
from nelm_fhir.mappers.elements import Json, item, number, string
from nelm_fhir.mappers.values import Recorded

SIGNS: Final = frozenset({"<", "<=", ">=", ">"})
ZERO: Final = Decimal(0)


def unit_of(quantity: Json, kind: str, units: UnitTable) -> Unit | Reason:
    """Return the unit of a Quantity, or why it cannot be used."""
    named = (string(quantity, name) for name in ("system", "code", "unit"))
    return units.find(kind, *named)


def sign_of(quantity: Json) -> str | None:
    """Return the comparator, "" without one, None if it is none of R4's four."""
    sign = quantity.get("comparator", "")
    return sign if isinstance(sign, str) and (sign == "" or sign in SIGNS) else None


def amount(value: Recorded, kind: str, units: UnitTable) -> Amount | None:
    """Return a Quantity or Range as an interval; None where it cannot be read or is empty."""
    try:
        if value.kind == "Quantity":
            return _of_quantity(value.json, kind, units)
        return _of_range(value.json, kind, units)
    except ValueError:  # an interval with no value in it, such as "<0"
        return None


def exact_number(quantity: Json, kind: str, units: UnitTable) -> Decimal | None:
    """Return one number in the canonical unit; None with a comparator or an unusable unit."""
    value, unit = number(quantity, "value"), unit_of(quantity, kind, units)
    if value is None or isinstance(unit, Reason) or sign_of(quantity) != "":
        return None
    return value * unit.factor


def _of_quantity(quantity: Json, kind: str, units: UnitTable) -> Amount | None:
    value, sign = number(quantity, "value"), sign_of(quantity)
    unit = unit_of(quantity, kind, units)
    if value is None or sign is None or isinstance(unit, Reason):
        return None
    size = value * unit.factor
    if sign.startswith("<"):
        return Amount(ZERO, size, unit.ucum, high_open=sign == "<")
    if sign.startswith(">"):
        return Amount(size, None, unit.ucum, low_open=sign == ">")
    return Amount.point(size, unit.ucum)


def _of_range(span: Json, kind: str, units: UnitTable) -> Amount | None:
    low, high = item(span, "low"), item(span, "high")
    bounds = [bound for bound in (low, high) if bound]
    found = [unit_of(bound, kind, units) for bound in bounds]
    sizes = [exact_number(bound, kind, units) for bound in bounds]
    unit = found[0] if found else Reason.UNREADABLE
    if isinstance(unit, Reason) or None in sizes:
        return None
    lowest = exact_number(low, kind, units) if low else ZERO
    highest = exact_number(high, kind, units) if high else None
    return None if lowest is None else Amount(lowest, highest, unit.ucum)
