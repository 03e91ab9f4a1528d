"""One adverse fact told by the tumor board in the form: the verdict must move as for any carrier.

The base is the sample record that meets six sets; each row adds one answer of the form, completed
or not yet, and names the criteria that can no longer be met.
"""

import pytest
from tests.property.fhir_parts import MEETS_ALL, judged, ref, resource, statuses, with_added
from tests.unit.both_carriers import Said, coded, response
from tests.unit.mappers.mapping import quantity

SPREAD = "M16-EHD ESMO-EHD OPTN-LIVER OPTN-WORK B-EHD C-EHD"
PET = [("scan-modality", coded("PET/CT")), ("scan-tracer", coded("68Ga-DOTATATE"))]
BONE = {"identifier": {"value": "bone"}}
SPOT = Said("focus-uptake", coded("positive"), date=None, focus=[BONE])
ADVERSE = {
    "a positive scan": (SPREAD, Said("scan", coded("positive"), PET, date="2026-05-20")),
    "an undated positive scan": (SPREAD, Said("scan", coded("positive"), PET, date=None)),
    "a focus on a scan called negative": (
        SPREAD,
        Said("scan", coded("negative"), PET, date="2026-05-20", inside=[SPOT]),
    ),
    "a scan with a result of another type": (
        "",
        Said("scan", {"valueTime": "12:00:00"}, PET, date="2026-05-20"),
    ),
    "a focus in bone": (
        f"{SPREAD} OPTN-SOLID B-SOLID",
        Said("focus-class", coded("bone"), date="2026-05-20", focus=[BONE]),
    ),
    "progression": (
        "M07-STAB M16-STAB ESMO-STAB B-STAB C-PROG",
        Said("response", coded("PD"), [("response-modality", coded("CT"))], date="2026-05-28"),
    ),
    "too much of the liver": (
        "M07-BURD M16-BURD OPTN-BURD ESMO-BURD B-BURD C-BURD",
        Said("liver-involvement", quantity(80, "%"), date="2026-05-28"),
    ),
    "a share that nobody can read": (
        "M07-BURD M16-BURD OPTN-BURD ESMO-BURD B-BURD C-BURD",
        Said("liver-involvement", {"valueDecimal": 20}, date="2026-05-28"),
    ),
    "a resectable liver": (
        "ESMO-UNRES B-UNRES C-UNRES OPTN-LIVER",
        Said("liver-resectability", coded("resectable"), date="2026-05-28"),
    ),
    "a resectable liver, undated": (
        "ESMO-UNRES B-UNRES C-UNRES OPTN-LIVER",
        Said("liver-resectability", coded("resectable"), date=None),
    ),
    "a high Ki-67": (
        "ESMO-KI67 B-KI67 OPTN-KI67 M16-GRADE",
        Said("ki67", {"valueString": "30 %"}, date="2026-02-01"),
    ),
    "a Ki-67 that nobody can read": (
        "ESMO-KI67 B-KI67 OPTN-KI67 M16-GRADE",
        Said("ki67", {"valueString": "low"}, date="2026-02-01"),
    ),
    "a contraindicating comorbidity": (
        "M07-COM",
        Said("comorbidity-contraindication", {"valueBoolean": True}, date="2026-05-28"),
    ),
    "a primary that was not resected": (
        "M07-PRIM M16-PRIM ESMO-PRIM B-PRIM C-PRIM",
        Said("primary-resected", {"valueBoolean": False}, date="2026-05-28"),
    ),
}


def told(said, status="completed"):
    sent = response([said], status=status)
    who = resource("QuestionnaireResponse")
    return {**sent, "id": who["id"], "subject": who["subject"]}


@pytest.mark.parametrize("name", ADVERSE)
def test_an_adverse_answer_keeps_its_criteria_from_being_met(name):
    criteria, said = ADVERSE[name]
    after = statuses(judged(with_added([told(said)])))
    assert [one for one in criteria.split() if after[one] not in {"not-met", "unknown"}] == []


@pytest.mark.parametrize("status", ["in-progress", "stopped"])
@pytest.mark.parametrize("name", ADVERSE)
def test_an_adverse_answer_that_is_not_completed_makes_nothing_met(name, status):
    _, said = ADVERSE[name]
    before = statuses(judged(MEETS_ALL))
    after = statuses(judged(with_added([told(said, status)])))
    assert [one for one in after if after[one] == "met" and before[one] != "met"] == []


@pytest.mark.parametrize("name", [name for name in ADVERSE if "scan" in name])
def test_disease_in_answers_that_are_not_completed_may_be_there(name):
    criteria, said = ADVERSE[name]
    after = statuses(judged(with_added([told(said, "in-progress")])))
    assert [one for one in criteria.split() if after[one] == "met"] == []


def test_a_foreign_or_void_form_moves_nothing():
    before = statuses(judged(MEETS_ALL))
    _, said = ADVERSE["a positive scan"]
    for harm in ({"status": "entered-in-error"}, {"questionnaire": "urn:another"}):
        assert statuses(judged(with_added([told(said) | harm]))) == before
    derived = {**told(said), "status": "entered-in-error"}
    named = resource("Observation", status="cancelled", derivedFrom=[ref(derived)])
    assert statuses(judged(with_added([derived, named | {"code": {"text": "x"}}]))) == before
