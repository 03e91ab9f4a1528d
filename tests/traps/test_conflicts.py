"""Statements that contradict each other: both are shown, no order of the entries decides, no luck.

Each row sends two statements through the real line. Both must stand in the evidence of the profile
and in the JSON of every criterion they bear on, which is as given; the reversed record says the
same (I1).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from tests.traps.line import AS_OF, catalogue, line
from tests.unit.mappers.mapping import (
    coded,
    coding,
    concept,
    condition,
    data,
    observation,
    procedure,
    quantity,
    ref,
    resource,
)

from nelm_fhir import pipeline
from nelm_fhir.assessment.result import Assessment

DAY = {"effectiveDateTime": "2026-05-12"}
EARLIER = {"effectiveDateTime": "2026-05-01"}
NET = condition("sct 737313007")
LIVER = resource("Specimen", "s", collection={"bodySite": concept("sct 10200004")})
STUDY = resource(
    "ImagingStudy", "ct", status="available", started="2026-05-12", modality=[coding("dcm CT")]
)
OPERATION = procedure(
    "sct 51346007", performedDateTime="2024-07-15", reasonReference=[ref("Condition/c")]
)


def index(id_, text, **more):
    told = {"specimen": ref("Specimen/s"), "valueString": text, **DAY, **more}
    return observation("ln 29593-1", id_, **told)


def estimate(id_, percent, **more):
    return observation("el liver-involvement", id_, **quantity(percent, "%"), **more or DAY)


def margin(id_, status):
    about = {"focus": [ref("Condition/c")], "effectiveDateTime": "2024-07-20"}
    return observation("ln 84892-9", id_, **about, **coded(f"residual {status}"))


def status_of_disease(id_, *codes):
    return observation(
        "ln 97509-4", id_, derivedFrom=[ref("ImagingStudy/ct")], **DAY, **coded(*codes)
    )


def site(id_, word, **more):
    told = {"focus": [ref("Condition/c")]} | more
    return observation("el primary-site", id_, **told, **coded(f"an {word}"), **DAY)


@dataclass(frozen=True)
class Conflict:
    """Two statements, their resources, and the criteria that they bear on with the status."""

    sent: tuple[Any, ...]
    both: frozenset[str]
    criteria: dict[str, str]


def conflict(sent, both, **criteria):
    names = {name.replace("_", "-"): status for name, status in criteria.items()}
    return Conflict((NET, *sent), frozenset(both.split()), names)


CONFLICTS = {
    "two Ki-67 values of one specimen": conflict(
        (LIVER, index("a", "2 %"), index("b", "15 %")),
        "Observation/a Observation/b",
        M16_GRADE="unknown",
        OPTN_KI67="unknown",
    ),
    "a reported grade against the numbers": conflict(
        (
            LIVER,
            index("a", "15 %"),
            observation("ncit C18000", "b", specimen=ref("Specimen/s"), **coded("sct 1286769009")),
        ),
        "Observation/a Observation/b",
        M16_GRADE="met",
    ),
    "two estimates of one day": conflict(
        (estimate("a", 30), estimate("b", 60)),
        "Observation/a Observation/b",
        M16_BURD="unknown",
        OPTN_BURD="unknown",
    ),
    "two estimates of different days, the newer one low": conflict(
        (estimate("a", 30), estimate("b", 60, **EARLIER)),
        "Observation/a Observation/b",
        M16_BURD="met",
    ),
    "two estimates of different days, the newer one high": conflict(
        (estimate("a", 30, **EARLIER), estimate("b", 60)),
        "Observation/a Observation/b",
        M16_BURD="not-met",
    ),
    "an estimate and one that nobody can read": conflict(
        (estimate("a", 30), observation("el liver-involvement", "b", valueString="viel", **DAY)),
        "Observation/a Observation/b",
        M16_BURD="unknown",
    ),
    "two margins": conflict(
        (OPERATION, margin("a", "R0"), margin("b", "R1")),
        "Observation/a Observation/b",
        M16_PRIM="unknown",
    ),
    "a margin without tumor and one with tumor left": conflict(
        (OPERATION, margin("a", "R0"), margin("b", "R2")),
        "Observation/a Observation/b",
        M16_PRIM="unknown",
        ESMO_PRIM="unknown",
    ),
    "a site by code and another one attested": conflict(
        (site("a", "pancreas"),),
        "Condition/c Observation/a",
        M16_DRAIN="unknown",
        B_SITE="unknown",
    ),
    "a site by code and another one attested, of a tumor that was resected": conflict(
        (OPERATION, site("a", "pancreas")),
        "Condition/c Observation/a",
        M16_DRAIN="unknown",
    ),
    "an attested site that names no tumor and is neither of two": conflict(
        (condition("sct 735735001", id_="d"), site("a", "lung", focus=[])),
        "Condition/c Condition/d Observation/a",
        M16_DRAIN="unknown",
        B_SITE="unknown",
    ),
    "progressive and stable disease on one day": conflict(
        (STUDY, status_of_disease("a", "sct 359746009"), status_of_disease("b", "sct 271299001")),
        "Observation/a Observation/b",
        M16_STAB="not-met",
        C_PROG="not-met",
    ),
}
EVERY = pytest.mark.parametrize("name", CONFLICTS)


def judged(sent) -> Assessment:
    return pipeline.judge(line(*sent), catalogue())


def resources(value: Any) -> Iterator[str]:
    """Every resource that is named anywhere in the evidence of a record."""
    members = (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    )
    if isinstance(value, dict) and isinstance(value.get("resource"), str):
        yield value["resource"]
    for member in members:
        yield from resources(member)


def criteria(assessment: Assessment) -> dict[str, dict[str, Any]]:
    return {c["id"]: c for v in assessment.to_dict()["verdicts"] for c in v["criteria"]}


@EVERY
def test_both_statements_stand_in_the_evidence_of_the_profile(name):
    case = CONFLICTS[name]
    assert case.both <= set(resources(line(*case.sent).profile.to_record()))


@EVERY
def test_both_statements_stand_in_the_json_of_every_criterion_they_bear_on(name):
    case = CONFLICTS[name]
    found = criteria(judged(case.sent))
    assert {word: found[word]["status"] for word in case.criteria} == case.criteria
    for word in case.criteria:
        shown = [*found[word]["evidence"], *found[word]["set_aside"]]
        assert case.both <= {item["resource"] for item in shown}, word


@EVERY
def test_the_order_of_the_entries_decides_nothing(name):
    sent = CONFLICTS[name].sent
    turned = tuple(reversed(sent))
    assert line(*turned).profile == line(*sent).profile
    assert criteria(judged(turned)) == criteria(judged(sent))


def test_a_grade_against_the_numbers_raises_its_flag_and_the_numbers_count():
    sent = CONFLICTS["a reported grade against the numbers"].sent
    assert "GRADE-CONFLICT" in judged(sent).flags


def test_estimates_of_one_day_that_differ_raise_their_flag_and_an_older_one_does_not():
    same = CONFLICTS["two estimates of one day"].sent
    older = CONFLICTS["two estimates of different days, the newer one low"].sent
    assert "BURDEN-CONFLICT" in judged(same).flags
    assert "BURDEN-CONFLICT" not in judged(older).flags


# --- two birth dates ------------------------------------------------------------------------------


def born(*dates: str, **meta: str) -> bytes:
    """The record with one Patient resource per date, all of the same id."""
    sent = json.loads(data(NET))
    patient = sent["entry"].pop(0)
    versions = [patient | {"resource": patient["resource"] | {"birthDate": day}} for day in dates]
    for name, stamp in meta.items():
        number = int(name.removeprefix("version"))
        versions[number]["resource"] = versions[number]["resource"] | {"meta": {"versionId": stamp}}
    sent["entry"] = [*versions, *sent["entry"]]
    return json.dumps(sent).encode()


@pytest.mark.parametrize("dates", [("1950-01-01", "1980-01-01"), ("1980-01-01", "1950-01-01")])
def test_two_birth_dates_of_one_patient_are_both_shown_and_neither_counts(dates):
    found = pipeline.read_one(born(*dates), catalogue(), as_of=AS_OF)
    (age,) = (
        c for c in criteria(pipeline.judge(found, catalogue())).values() if c["id"] == "M16-AGE"
    )
    note = found.profile.patient.evidence["birth_date"]
    assert (found.profile.patient.birth_date, note["reason"]) == (None, "conflicting")
    assert {item["text"] for item in note["set_aside"]} == set(dates)
    assert (age["status"], age["reason"]) == ("unknown", "conflicting")
    assert {item["text"] for item in age["set_aside"]} == set(dates)
    assert [issue.kind for issue in found.origin.issues] == ["same-id"]


def test_of_two_versions_of_one_patient_the_newer_birth_date_counts():
    sent = born("1950-01-01", "1980-01-01", version0="2", version1="1")
    found = pipeline.read_one(sent, catalogue(), as_of=AS_OF)
    assert str(found.profile.patient.birth_date) == "1950-01-01"


def test_an_r2_in_an_outcome_that_also_says_r0_leaves_open_what_was_removed():
    outcome = concept("residual R0", "residual R2")
    sent = procedure("sct 51346007", performedDateTime="2024-07-15", outcome=outcome)
    (found,) = line(NET, sent).profile.primaries.values()
    assert (found.resection.performed, found.resection.margin) == (None, None)
