"""Numbers with their unit: Ki-67, mitoses and markers as Quantity, Range or text.

In: the text of the record ("8.5 %", "2-3 %", "<1 %", "5 per 10 HPF"). Out: value[x]. A Quantity or
Range is written only where reading gives exactly that text back; everything else stays a string.
Source: terminology 2.4, 2.5; `mappings/units.toml`.
"""

import re
from decimal import Decimal
from typing import Final, get_args

from nelm_fhir.core.amounts import Test
from nelm_fhir.knowledge.units import Unit, UnitTable
from nelm_fhir.writers.datatypes import Json, quantity, string, value_range

_NUMBER: Final = r"\d+(?:\.\d+)?"
_QUANTITY: Final = re.compile(rf"(?P<sign>[<>]=?)?(?P<value>{_NUMBER}) (?P<unit>\S.*)", re.ASCII)
_RANGE: Final = re.compile(rf"(?P<low>{_NUMBER})-(?P<high>{_NUMBER}) (?P<unit>\S.*)", re.ASCII)
_SIGNS: Final = {sign: sign for sign in get_args(Test)}


def canonical(units: UnitTable, kind: str) -> str:
    """Return the canonical UCUM unit of a kind of quantity."""
    return next(unit.ucum for unit in _proper(units, kind))


def index_value(text: str, units: UnitTable, kind: str) -> Json:
    """Return the text of an index as Quantity or Range where it is one, else as string."""
    return measured(text, written(units, kind)) or {"valueString": string(text)}


def written(units: UnitTable, kind: str) -> dict[str, str]:
    """Return the UCUM units of a kind by how they stand behind a number in the record."""
    return {unit.suffix: unit.ucum for unit in _proper(units, kind)}


def measured(text: str, units: dict[str, str]) -> Json:
    """Return the Quantity or Range that the text is; `units` are UCUM units by how they read."""
    if (one := _QUANTITY.fullmatch(text)) and one["unit"] in units:
        size, unit = Decimal(one["value"]), units[one["unit"]]
        return {"valueQuantity": quantity(size, unit, _SIGNS.get(one["sign"] or ""))}
    if (span := _RANGE.fullmatch(text)) and span["unit"] in units:
        low, high, unit = Decimal(span["low"]), Decimal(span["high"]), units[span["unit"]]
        return {"valueRange": value_range(low, high, unit)} if low <= high else {}
    return {}


def _proper(units: UnitTable, kind: str) -> list[Unit]:
    """Return the units of the kind that are UCUM, as they stand in the record."""
    found = units.kinds[kind].by_ucum.items()
    return [
        unit
        for code, unit in found
        if isinstance(unit, Unit) and unit.mark is None and unit.factor == 1 and unit.ucum == code
    ]
