"""Which texts of practice apply, and what figures after recurrence stand beside (rules 11, 12)."""

import pytest
from tests.property.records import assess
from tests.unit.evaluator.changed import GONE, LISTED, changed

NODE = {"class": "node", "status": "confirmed", "first_seen": "2026-05-04"}
BONE = {"class": "bone", "status": "confirmed", "first_seen": "2026-05-04"}
PD = {"response_events/pd": {"date": "2026-05-20", "category": "PD", "modality": "CT"}}
DONE = {"liver_transplant": {"performed": True, "date": "2024-01-10"}}
MILAN = {"liver_transplant": {**DONE["liver_transplant"], "within_milan_at_lt": True}}
CONFIRMED = {**DONE, "recurrence/status": "confirmed"}
NEC = {"specimens/liver-1/histology": "NEC"}
YOUNG = {"patient/birth_date": "2010-01-10"}


def rows(*numbers):
    return tuple(f"SURV-{number}" for number in numbers)


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({}, ()),
        (LISTED, rows(1)),
        ({"extrahepatic/n": NODE}, ()),
        ({**LISTED, "extrahepatic/n": NODE}, rows(1, 3)),
        ({**LISTED, "extrahepatic/n": {**NODE, "status": "suspected"}}, rows(1)),
        ({**LISTED, "extrahepatic/b": BONE}, rows(1, 4)),
        ({**LISTED, "extrahepatic/b": BONE, "extrahepatic/n": NODE}, rows(1, 3, 4)),
        ({"extrahepatic/b": BONE}, ()),
        (PD, rows(5)),
        ({**LISTED, **PD}, rows(1, 2, 5)),
        ({**DONE, **PD}, rows(7, 8)),
        (DONE, rows(7, 8)),
        ({**DONE, "recurrence/status": "suspected"}, rows(7, 8, 10, 11)),
        (CONFIRMED, rows(7, 8, 12)),
        ({**CONFIRMED, "recurrence/under_treatment": True}, rows(7, 8, 12, 13)),
        ({"recurrence/status": "confirmed"}, ()),
        ({**LISTED, **YOUNG}, ()),
    ],
)
def test_the_rows_that_apply_are_shown_in_their_order(changes, shown):
    assert assess(changed(changes)).surveillance == shown


@pytest.mark.parametrize(
    ("changes", "notes", "some"),
    [
        ({**CONFIRMED}, 1, True),
        ({**CONFIRMED, **MILAN}, 0, True),
        ({**DONE}, 0, False),
        ({**CONFIRMED, **NEC}, 0, False),
        ({**CONFIRMED, **YOUNG}, 0, False),
    ],
)
def test_figures_after_recurrence_need_a_recurrence_and_no_other_ground(changes, notes, some):
    assessment = assess(changed({"recurrence": {}, **changes}))
    assert len(assessment.reference_notes) == notes
    assert any(name.startswith("R") for name in assessment.references) is some


@pytest.mark.parametrize(
    ("sites", "points"),
    [
        (["ileum"], 1),
        (["pancreas-tail"], 2),
        (["pancreas-tail", "ileum"], 2),
        (["ileum", GONE], None),
        (["not-listed"], None),
        ([], None),
    ],
)
def test_points_need_volumes_and_a_classified_site_of_every_primary(sites, points):
    primaries = {
        f"p{at}": {"resection": {"performed": True}, **({} if site is GONE else {"site": site})}
        for at, site in enumerate(sites)
    }
    volumes = {"liver/volume_ml": 1900, "liver/standard_volume_ml": 1500}
    found = assess(changed({"primaries": primaries, **volumes})).references
    models = [name for name in found if "=" in name]
    assert [int(name.partition("=")[2]) for name in models] == ([] if points is None else [points])
    without = assess(changed({"primaries": primaries})).references
    assert not any("=" in name for name in without)
