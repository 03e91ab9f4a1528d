"""Ki-67 and mitotic counts as texts for the grammars of rules 6.4 and 6.5.

In: a value as sent. Out: a text that carries its unit: "8.5 %", "<3 %", "2-3 %", "3 per 10 HPF",
or a string exactly as sent. What has no usable unit, or contradicts itself, is handed on as a text
that no grammar reads ("unreadable: 0.08 1"): it leaves the grade open to G3 (POL-12), silence
would not. Nothing is multiplied or converted here.
"""

from collections.abc import Callable
from typing import Final

from nelm_fhir.core.amounts import plain
from nelm_fhir.core.unknown import Reason
from nelm_fhir.fhir_r4.record import Resource
from nelm_fhir.knowledge.units import Unit
from nelm_fhir.mappers.amounts import sign_of, unit_of
from nelm_fhir.mappers.concepts import codings
from nelm_fhir.mappers.context import Context
from nelm_fhir.mappers.elements import Json, item, number, string
from nelm_fhir.mappers.values import Recorded

PERCENT: Final = "percent"
MITOSES: Final = "mitoses"
MITOSES_PER_10_HPF: Final = "mitoses-per-10-hpf"
_DENOMINATOR: Final = "mitoses-denominator"
_BY_TABLE: Final = "table"
_CODED: Final = "coded"


def unreadable(text: str, why: str = Reason.UNREADABLE) -> str:
    """Return the text so that no grammar reads it."""
    return f"{why}: {text}"


def index_text(value: Recorded, kind: str | None, resource: Resource, ctx: Context) -> str:
    """Return an index as text; `kind` is that of units.toml, None where only a string is read."""
    if value.kind == "string":
        return value.text.strip()
    if value.kind == "CodeableConcept":
        return _coded(value, ctx)
    shape = _SHAPES.get(value.kind)
    shown = shape(value, kind, resource, ctx) if shape and kind else Reason.UNREADABLE
    return unreadable(value.text, shown) if isinstance(shown, Reason) else shown


def _coded(value: Recorded, ctx: Context) -> str:
    """Low, intermediate, high: an ordinal, never a number; text beside no code is a string."""
    if any(codings(value.json, ctx.codes)):
        return unreadable(value.text, _CODED)
    return value.text.strip() or unreadable("")


def _quantity(value: Recorded, kind: str, resource: Resource, ctx: Context) -> str | Reason:
    return _with_unit(value.json, kind, resource, ctx)


def _integer(value: Recorded, kind: str, resource: Resource, ctx: Context) -> str | Reason:
    return _with_unit({"value": value.content}, kind, resource, ctx)


def _with_unit(quantity: Json, kind: str, resource: Resource, ctx: Context) -> str | Reason:
    size, unit = _size(quantity), unit_of(quantity, kind, ctx.units)
    if isinstance(unit, Reason):
        return unit
    return Reason.UNREADABLE if size is None else _written(size, unit, resource, ctx)


def _range(value: Recorded, kind: str, resource: Resource, ctx: Context) -> str | Reason:
    low, high = item(value.json, "low"), item(value.json, "high")
    bounds = [bound for bound in (low, high) if bound]
    units = [unit_of(bound, kind, ctx.units) for bound in bounds]
    sizes = [size for bound in bounds if not sign_of(bound) and (size := _size(bound))]
    unit = units[0] if units else Reason.UNREADABLE
    if isinstance(unit, Reason) or len(sizes) < len(bounds):
        return unit if isinstance(unit, Reason) else Reason.UNREADABLE
    if any(isinstance(u, Reason) or u.suffix != unit.suffix for u in units):
        return Reason.UNREADABLE
    sign = "" if len(sizes) > 1 else (">=" if low else "<=")
    return _written(f"{sign}{'-'.join(sizes)}", unit, resource, ctx)


def _ratio(value: Recorded, kind: str, resource: Resource, ctx: Context) -> str | Reason:
    """A count over an area or a number of fields; both are kept as sent."""
    above, below = item(value.json, "numerator"), item(value.json, "denominator")
    size, parts = _size(above), number(below, "value")
    unit = unit_of(below, _DENOMINATOR, ctx.units) if kind == MITOSES else Reason.UNREADABLE
    if isinstance(unit, Reason) or size is None or parts is None or _has_unit(above):
        return unit if isinstance(unit, Reason) else Reason.UNREADABLE
    return _written(f"{size} per {plain(parts)}", unit, resource, ctx)


_Shape = Callable[[Recorded, str, Resource, Context], str | Reason]
_SHAPES: Final[dict[str, _Shape]] = {
    "Quantity": _quantity,
    "integer": _integer,
    "Range": _range,
    "Ratio": _ratio,
}


def _written(size: str, unit: Unit, resource: Resource, ctx: Context) -> str:
    if unit.mark == _BY_TABLE:
        ctx.note("unit-by-table", resource)
    return f"{size} {unit.suffix}"


def _has_unit(quantity: Json) -> bool:
    return bool(string(quantity, "unit") or string(quantity, "code"))


def _size(quantity: Json) -> str | None:
    value, sign = number(quantity, "value"), sign_of(quantity)
    return None if value is None or sign is None else f"{sign}{plain(value)}"
