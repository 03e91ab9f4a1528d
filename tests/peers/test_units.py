"""Our table of units against NLM's ucum-lhc, which hospitals and the FHIR tools use.

The same questions as in tests/unit/test_units_against_ucumvert.py, to a program that shares nothing
with that one. Where it is weak, the reason stands beside the row.
"""

import pytest
from tests.peers.judges import UcumLhc
from tests.unit.unit_rows import faults, kept, of_other_dimension, of_other_size

from nelm_fhir.core.unknown import Reason

pytestmark = pytest.mark.peer

NO_DIMENSION = (
    "a field of view has no dimension for it, so that a tenth of one and one per ten are equal"
)
KNOWN = {
    ("mitoses", "/10.[HPF]"): NO_DIMENSION,
    ("mitoses", "{mitoses}/10.[HPF]"): NO_DIMENSION,
    ("mitoses-per-10-hpf", "/10.[HPF]"): NO_DIMENSION,
    ("mitoses-per-10-hpf", "{mitoses}/10.[HPF]"): NO_DIMENSION,
}


def test_every_accepted_unit_is_worth_the_same_for_ucum_lhc(ucum_lhc: UcumLhc):
    assert list(faults(ucum_lhc, KNOWN)) == []


def test_what_is_known_of_ucum_lhc_is_still_so(ucum_lhc: UcumLhc):
    told = {tuple(fault.partition(":")[0].split(" ", 1)) for fault in faults(ucum_lhc, {})}
    assert told == set(KNOWN)


def test_what_is_another_dimension_for_ucum_lhc_is_unknown_for_us(ucum_lhc: UcumLhc):
    differing = list(of_other_dimension(ucum_lhc))
    assert len(differing) > 400
    accepted = {
        (kind, code) for kind, code in differing if not isinstance(kept(kind, code), Reason)
    }
    assert {code for _, code in accepted} == {
        "pct", "percent", "{Ki67}%", "mg/24h", "{mitoses}/[10 HPF]", "{mitoses}/2.mm2", "/2.mm2",
    }  # fmt: skip
    assert {kept(*row).mark for row in accepted} == {"table"}


def test_what_is_another_size_for_ucum_lhc_is_unknown_for_us(ucum_lhc: UcumLhc):
    differing = list(of_other_size(ucum_lhc))
    assert ("chromogranin-a-mass", "pg/mL") in differing
    assert ("volume", "L") in differing
    assert [row for row in differing if not isinstance(kept(*row), Reason)] == []
