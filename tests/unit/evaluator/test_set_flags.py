"""Flags of a set that need more than one criterion, each by itself (rules 1.6)."""

import pytest
from tests.property.records import assess
from tests.unit.evaluator.changed import LISTED, changed

PET = {"modality": "PET/CT", "tracer": "68Ga-DOTATATE", "date": "2026-05-04"}
PD = {"response_events/pd": {"date": "2026-05-20", "category": "PD", "modality": "CT"}}
GONE = {
    "extrahepatic/f": {
        "class": "node",
        "status": "confirmed",
        "first_seen": "2025-01-10",
        "treatment": "resection",
        "treatment_end": "2025-03-01",
    }
}
RESECTED = {"performed": True, "date": "2025-04-01", "margin": "R0"}


def ki67(text, mitoses="1 per 2 mm2"):
    return {"specimens/liver-1/ki67_text": text, "specimens/liver-1/mitoses_text": mitoses}


def second(site, margin="R0"):
    return {"primaries/second": {"site": site, "resection": {**RESECTED, "margin": margin}}}


@pytest.mark.parametrize(
    ("name", "flag", "changes", "raised"),
    [
        ("milan-2007", "M07-G2", ki67("2 %"), False),
        ("milan-2007", "M07-G2", ki67("5 %"), True),
        ("milan-2007", "M07-G2", ki67("5 %") | {"specimens/liver-1/histology": "NEC"}, False),
        ("milan-2007", "M07-G2", ki67("5 %") | {"primaries/primary-1/site": "lung"}, False),
        ("milan-2007", "M07-G2", ki67("30 %"), False),
        ("milan-2007", "M07-AGE55", {"patient/birth_date": "1971-06-01"}, True),
        ("milan-2007", "M07-AGE55", {"patient/birth_date": "1971-06-02"}, False),
        ("milan-2007", "M07-AGE55", {"patient/birth_date": "1960-06-02"}, False),
        ("milan-2007", "M07-UNRES", {"liver/resectability": "resectable"}, True),
        ("milan-2007", "M07-UNRES", {"liver/resectability": "unresectable"}, False),
        ("milan-net-2016", "M16-UNRES", {"liver/resectability": "resectable"}, True),
        ("milan-net-2016", "M16-KI67", ki67("12 %"), True),
        ("milan-net-2016", "M16-KI67", ki67("9 %"), False),
        ("milan-net-2016", "M16-KI67", ki67("30 %"), False),
        ("milan-net-2016", "M16-RECTUM", second("rectum-upper"), True),
        ("milan-net-2016", "M16-RECTUM", second("ileum"), False),
        ("optn", "OPTN-D2", ki67("20 %"), True),
        ("optn", "OPTN-D2", ki67("2 %", "20 per 2 mm2"), True),
        ("optn", "OPTN-D2", ki67("30 %"), False),
        ("optn", "OPTN-D2", {}, False),
        ("optn", "OPTN-TEST", {}, False),
        ("optn", "OPTN-TEST", {"scans/pet-1": {"tracer": "18F-FDG"}}, True),
        ("optn", "OPTN-TEST", {"scans/pet-2": {"tracer": "18F-FDG"}}, False),
        ("optn", "OPTN-PROG", PD, True),
        ("optn", "OPTN-PROG", {**PD, **LISTED}, False),
        ("optn", "OPTN-PROG", {}, False),
        ("optn", "OPTN-MARGIN", second("ileum", "R1"), True),
        ("optn", "OPTN-MARGIN", second("ileum"), False),
        ("esmo-2020", "ESMO-MARGIN", second("ileum", "R1"), True),
        ("citterio-2023", "C-MARGIN", second("ileum", "R1"), True),
        ("citterio-2023", "C-KI67", ki67("20 %"), True),
        ("citterio-2023", "C-KI67", ki67("9 %"), False),
        (
            "citterio-2023",
            "C-KI67",
            ki67("25 %") | {"specimens/liver-1/reported_grade": "G3"},
            False,
        ),
        ("citterio-2023", "C-DEP", GONE, True),
        ("citterio-2023", "C-DEP", {}, False),
        ("citterio-2023", "C-DEP", {**GONE, "scans": {}}, False),
        ("milan-net-2016", "M16-AGE", {"patient/birth_date": "1966-06-01"}, True),
        ("milan-net-2016", "M16-AGE", {"patient/birth_date": "1966-06-02"}, False),
    ],
)
def test_a_flag_of_a_set_is_raised_by_what_it_says_and_by_nothing_beside(
    name, flag, changes, raised
):
    pet = {**PET, "extrahepatic_result": "negative"}
    merged = {k: {**pet, **one} if k.startswith("scans/") else one for k, one in changes.items()}
    assert (flag in assess(changed(merged)).verdict_of(name).flags) is raised
