"""Units that are read, and what they are in our canonical units.

In: the parsed `mappings/units.toml`. Out: `UnitTable.convert`. What is not listed is not
convertible; nothing is guessed, and nothing is multiplied but by an exact factor of the table
(terminology 2.5). Counts keep the denominator they were reported with: rules 6.5 convert them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct

from nelm_fhir.core.amounts import plain
from nelm_fhir.core.unknown import Reason
from nelm_fhir.knowledge.code_systems import fold

UCUM: Final = fold("http://unitsofmeasure.org")
UNITS_FILE: Final = "units.toml"
_KIND_KEYS: Final = frozenset({"unit", "suffix", "missing", "accept"})
_ROW_KEYS: Final = frozenset(
    {"ucum", "text", "factor", "unit", "suffix", "mark", "refuse", "source"}
)
_MARKS: Final = frozenset({"table"})
_REFUSALS: Final = frozenset({Reason.UNREADABLE, Reason.CONFLICTING, Reason.UNIT_NOT_CONVERTIBLE})


class Unit(Struct, frozen=True):
    """One accepted unit: canonical UCUM code, exact factor, and how it is written after a number.

    `mark` is `table` where the unit is no proper UCUM and was accepted by the table only, or the
    words for a unit that was not sent because the question code fixes it.
    """

    ucum: str
    factor: Decimal
    suffix: str
    mark: str | None = None


class Converted(Struct, frozen=True):
    """A value in its canonical unit; `text` is what the grammars of rules 6.4 and 6.5 read."""

    value: Decimal
    unit: Unit

    @property
    def text(self) -> str:
        """The value with its unit: "8.5 %", "3 per 10 HPF"."""
        return f"{plain(self.value)} {self.unit.suffix}".rstrip()


Found = Unit | Reason


class Kind(Struct, frozen=True):
    """The units of one kind of quantity; `missing` is the unit fixed by the question, if any."""

    by_ucum: Mapping[str, Found]
    by_text: Mapping[str, Found]
    missing: Unit | None = None


@dataclass(frozen=True, slots=True)
class UnitTable:
    """All units by kind of quantity; immutable."""

    kinds: Mapping[str, Kind] = field(default_factory=dict)

    def find(self, kind: str, system: str | None, code: str | None, text: str | None) -> Found:
        """Return what a recorded unit is, or why it cannot be used.

        `system`, `code` and `text` are `Quantity.system`, `.code` and `.unit`. A code without any
        system counts as text, one of a system other than UCUM not at all. A listed text that says
        another unit than the code is conflicting. KeyError for a kind the table does not have.
        """
        table = self.kinds[kind]
        if not code and not text:
            return table.missing or Reason.UNIT_NOT_CONVERTIBLE
        said = {table.by_text[t] for t in [fold_unit(text or "")] if t in table.by_text}
        if code and system and fold(system) == UCUM:
            said.add(table.by_ucum.get(code, Reason.UNIT_NOT_CONVERTIBLE))
        elif code and not system:
            said.add(table.by_text.get(fold_unit(code), Reason.UNIT_NOT_CONVERTIBLE))
        return _agreed(said)

    def convert(
        self,
        kind: str,
        value: Decimal,
        system: str | None = None,
        code: str | None = None,
        text: str | None = None,
    ) -> Converted | Reason:
        """Return a recorded value in the canonical unit of its kind, or why it is unknown."""
        unit = self.find(kind, system, code, text)
        if isinstance(unit, Reason):
            return unit
        return Converted(value * unit.factor if unit.factor != 1 else value, unit)


def fold_unit(text: str) -> str:
    """Return a unit text without case and spaces, "mm²" as "mm2"."""
    return "".join(text.casefold().split()).replace("²", "2").replace("³", "3").replace("μ", "µ")


def _agreed(said: set[Found]) -> Found:
    units = {found for found in said if isinstance(found, Unit)}
    reasons = said - units
    if len({(u.ucum, u.factor) for u in units}) > 1 or (units and reasons):
        return Reason.CONFLICTING
    if units:
        # a proper UCUM code says enough; the text beside it needs no table then
        return min(units, key=lambda unit: unit.mark or "")
    if len(reasons) > 1:
        return Reason.CONFLICTING
    return next(iter(said), Reason.UNIT_NOT_CONVERTIBLE)


def build_unit_table(parsed: Mapping[str, Any]) -> tuple[UnitTable, tuple[str, ...]]:
    """Read `units.toml`; return the table and every fault as "file: key: what"."""
    faults: list[str] = []
    kinds = {name: _kind(name, rows, faults) for name, rows in parsed.items()}
    return UnitTable(MappingProxyType(kinds)), tuple(faults)


def _kind(name: str, rows: Mapping[str, Any], faults: list[str]) -> Kind:
    where = f"{UNITS_FILE}: {name}"
    faults.extend(f"{where}: {key}: unknown key" for key in sorted(rows.keys() - _KIND_KEYS))
    faults.extend(f"{where}: {key}: missing" for key in ("unit", "suffix") if key not in rows)
    kind = Kind({}, {}, _missing(rows))
    by_ucum, by_text = dict(kind.by_ucum), dict(kind.by_text)
    for at, row in enumerate(rows.get("accept", ())):
        found = _row(f"{where}: accept[{at}]", rows, row, faults)
        _add(by_ucum, row.get("ucum", ()), found, where, faults)
        _add(by_text, [fold_unit(t) for t in row.get("text", ())], found, where, faults)
    return Kind(MappingProxyType(by_ucum), MappingProxyType(by_text), kind.missing)


def _missing(rows: Mapping[str, Any]) -> Unit | None:
    if "missing" not in rows:
        return None
    return Unit(rows.get("unit", ""), Decimal(1), rows.get("suffix", ""), rows["missing"])


def _add(
    table: dict[str, Found], names: Iterable[str], found: Found, where: str, faults: list[str]
) -> None:
    doubled = [name for name in names if table.setdefault(name, found) != found]
    faults.extend(f"{where}: {name}: has two meanings" for name in doubled)


def _row(where: str, rows: Mapping[str, Any], row: Mapping[str, Any], faults: list[str]) -> Found:
    faults.extend(f"{where}: {key}: unknown key" for key in sorted(row.keys() - _ROW_KEYS))
    if not row.get("source"):
        faults.append(f"{where}: source: missing")
    if not row.get("ucum") and not row.get("text"):
        faults.append(f"{where}: needs ucum or text")
    if row.get("mark") not in _MARKS | {None}:
        faults.append(f"{where}: mark: unknown word")
    if "refuse" in row:
        return _refusal(where, row, faults)
    suffix = row.get("suffix", rows.get("suffix", ""))
    factor = _factor(where, row.get("factor"), faults)
    return Unit(row.get("unit", rows.get("unit", "")), factor, suffix, row.get("mark"))


def _refusal(where: str, row: Mapping[str, Any], faults: list[str]) -> Reason:
    if row["refuse"] not in _REFUSALS:
        faults.append(f"{where}: refuse: unknown word")
        return Reason.UNIT_NOT_CONVERTIBLE
    return Reason(row["refuse"])


def _factor(where: str, text: Any, faults: list[str]) -> Decimal:
    try:
        factor = Decimal(text) if isinstance(text, str) else Decimal(0)
    except InvalidOperation:
        factor = Decimal(0)
    if not factor.is_finite() or factor <= 0:
        faults.append(f"{where}: factor: must be an exact positive decimal in quotes")
        return Decimal(1)
    return factor
