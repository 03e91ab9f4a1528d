"""Every unit that `mappings/units.toml` speaks of, and others, to be asked of other programs.

A judge answers `factor(one, other)`: how many of the other unit one of the first is, None where the
dimensions differ, NO_UCUM where a unit is none. Each knows units from its own reading of UCUM.
"""

import math
import tomllib
from collections.abc import Iterator, Mapping
from typing import Final, Protocol

from tests.unit.shipped_codes import MAPPINGS

from nelm_fhir.core.unknown import Reason
from nelm_fhir.knowledge.units import Unit, build_unit_table

TABLE: Final = tomllib.loads((MAPPINGS / "units.toml").read_text(encoding="utf-8"))
UNITS: Final = build_unit_table(TABLE)[0]
UCUM: Final = "http://unitsofmeasure.org"
NO_UCUM: Final = "no UCUM"
Answer = float | str | None

LISTED: Final = sorted({code for rows in TABLE.values() for row in rows["accept"]
                        for code in row.get("ucum", ())})  # fmt: skip
BESIDE: Final = [
    "10*-2", "[ppth]", "[ppm]", "%{cells}", "%[slope]",
    "cm", "mm", "cm2", "mm3", "dm3", "L", "dL", "uL", "m3", "[foz_us]", "g", "mg",
    "/cm2", "/(5.[HPF])", "/(20.[HPF])", "/(0.5.mm2)", "/[LPF]", "/m2",
    "pg/mL", "mg/mL", "g/mL", "ng/L", "ug/mL", "ng/dL", "ng/uL", "mg/L", "ug/dL",
    "pmol/L", "umol/L", "mmol/L", "nmol/mL", "U/L", "[IU]/L", "k[IU]/L",
    "umol/h", "mmol/d", "nmol/d", "umol/mmol", "umol/wk", "mg/h", "g/d", "ug/d", "mg/g", "mg/wk",
    "s", "d", "{ratio}", "10", "1/2",
]  # fmt: skip
"""Units that a hospital could send and that no kind accepts, many of them near one that is."""


class Judge(Protocol):
    """Another program that converts UCUM."""

    def factor(self, one: str, other: str) -> Answer:
        """How many of the other unit one of the first is."""


def kept(kind: str, code: str) -> Unit | Reason:
    """What we make of a UCUM code."""
    return UNITS.find(kind, UCUM, code, None)


def units_of(kind: str) -> list[str]:
    """The canonical units of a kind; counts keep several."""
    rows = TABLE[kind]
    return sorted({rows["unit"], *(row["unit"] for row in rows["accept"] if "unit" in row)})


def faults(judge: Judge, known: Mapping[tuple[str, str], str]) -> Iterator[str]:
    """Every (kind, code) in which the judge and our table differ and no reason is `known`."""
    for kind in TABLE:
        for code in [*LISTED, *BESIDE]:
            fault = _fault(judge, kind, code)
            if fault and (kind, code) not in known:
                yield f"{kind} {code}: {fault}"


def _fault(judge: Judge, kind: str, code: str) -> str | None:
    ours = kept(kind, code)
    if isinstance(ours, Reason):
        return None
    theirs = judge.factor(code, ours.ucum)
    if ours.mark is not None:  # no UCUM, or not the unit that is meant: accepted by our table alone
        differs = not isinstance(theirs, float) or not math.isclose(theirs, float(ours.factor))
        return None if differs else "is UCUM for what is meant, so it needs no mark"
    if not isinstance(theirs, float):
        return f"we accept it, for the judge it is {theirs or 'another dimension'}"
    if not math.isclose(theirs, float(ours.factor), rel_tol=1e-12):
        return f"our factor is {ours.factor}, the judge's {theirs}"
    return None


def of_other_dimension(judge: Judge) -> Iterator[tuple[str, str]]:
    """Every kind and code of which the judge says that it is another dimension, or is no unit."""
    for kind in TABLE:
        for code in [*LISTED, *BESIDE]:
            answers = [judge.factor(code, unit) for unit in units_of(kind)]
            if not any(isinstance(answer, float) for answer in answers):
                yield kind, code


def of_other_size(judge: Judge) -> Iterator[tuple[str, str]]:
    """Every kind and code that the judge converts, but not one to one into any unit of the kind."""
    for kind in TABLE:
        for code in [*LISTED, *BESIDE]:
            answers = [judge.factor(code, unit) for unit in units_of(kind)]
            sizes = [answer for answer in answers if isinstance(answer, float)]
            if sizes and not any(math.isclose(size, 1, rel_tol=1e-12) for size in sizes):
                yield kind, code
