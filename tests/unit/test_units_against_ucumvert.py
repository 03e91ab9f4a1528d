"""Our table of units against `ucumvert`, another program's reading of UCUM.

Every unit that we accept must be worth for it what it is worth for us; what it calls another
dimension or another size we must call unknown. Where it is weak, the reason stands beside the row.
"""

from functools import cache

import pytest
from lark.exceptions import LarkError
from pint import Quantity
from pint.errors import DimensionalityError
from tests.unit.unit_rows import (
    NO_UCUM,
    Answer,
    faults,
    kept,
    of_other_dimension,
    of_other_size,
)
from ucumvert import PintUcumRegistry

from nelm_fhir.core.unknown import Reason

FIELD = "high_power_field"
TOO_WIDE = "it takes all that follows a leading slash as the denominator; UCUM reads left to right"
KNOWN = {
    ("mitoses", "/10.[HPF]"): TOO_WIDE,
    ("mitoses", "/2.mm2"): TOO_WIDE,
    ("mitoses-per-10-hpf", "/10.[HPF]"): TOO_WIDE,
}


class Ucumvert:
    """ucumvert with pint."""

    def __init__(self) -> None:
        self._units = PintUcumRegistry()

    @cache  # noqa: B019 - one judge for the module
    def _read(self, code: str) -> Quantity | None:
        try:
            found = self._units.from_ucum(code)
        except LarkError:
            return None
        # Of a unit that is an annotation alone it returns the annotation; in UCUM that is one.
        return found if isinstance(found, Quantity) else self._units.Quantity(1)

    def factor(self, one: str, other: str) -> Answer:
        """The judge's answer; a field of view is a dimension of its own, as for us."""
        found, wanted = self._read(one), self._read(other)
        if found is None or wanted is None:
            return NO_UCUM
        if _fields(found) != _fields(wanted):
            return None
        try:
            return float(found.to(wanted.units).magnitude / wanted.magnitude)
        except DimensionalityError:
            return None


def _fields(quantity: Quantity) -> float:
    return dict(quantity.unit_items()).get(FIELD, 0)


@pytest.fixture(scope="module")
def judge() -> Ucumvert:
    return Ucumvert()


def test_every_accepted_unit_is_worth_the_same_for_ucumvert(judge):
    assert list(faults(judge, KNOWN)) == []


def test_what_is_known_of_ucumvert_is_still_so(judge):
    told = {tuple(fault.partition(":")[0].split(" ", 1)) for fault in faults(judge, {})}
    assert told == set(KNOWN)


def test_what_is_another_dimension_for_ucumvert_is_unknown_for_us(judge):
    differing = list(of_other_dimension(judge))
    assert len(differing) > 500
    accepted = {
        (kind, code) for kind, code in differing if not isinstance(kept(kind, code), Reason)
    }
    assert {code for _, code in accepted} == {
        "pct", "percent", "{Ki67}%", "mg/24h", "{mitoses}/[10 HPF]", "{mitoses}/10.[HPF]",
        "{mitoses}/2.mm2",
    }  # fmt: skip
    assert {kept(kind, code).mark for kind, code in accepted} == {"table"}


def test_what_is_another_size_for_ucumvert_is_unknown_for_us(judge):
    differing = list(of_other_size(judge))
    assert ("chromogranin-a-mass", "pg/mL") in differing
    assert ("mitoses", "/[HPF]") in differing
    assert ("volume", "L") in differing
    assert [row for row in differing if not isinstance(kept(*row), Reason)] == []
