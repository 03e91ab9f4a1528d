"""What the judgment of a whole profile carries, and what its digest depends on."""

import dataclasses

import pytest
from msgspec import structs
from tests.golden.sourced_records import sourced
from tests.property.records import BASELINE, CATALOGUE, assess, having
from tests.unit.evaluator.changed import GONE, LISTED, changed

from nelm_fhir.core.logic import Status
from nelm_fhir.core.unknown import NotApplicable, Reason
from nelm_fhir.evaluator.asking import ask, judge_criterion
from nelm_fhir.evaluator.assess import assess_profile, input_digest, verdicts_of
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.criteria import Kind
from nelm_fhir.profile.record_format import CandidateProfile

RECURRED = {
    "liver_transplant/performed": True,
    "liver_transplant/date": "2024-01-10",
    "recurrence/status": "confirmed",
    "recurrence/date": "2026-01-10",
}


def profile(record):
    return CandidateProfile.from_record(record)


def digest(record):
    return input_digest(profile(record))


@pytest.mark.parametrize("record", [BASELINE, changed(LISTED), changed(RECURRED)])
def test_verdicts_alone_are_those_of_the_assessment_without_what_was_answered(record):
    alone = verdicts_of(profile(record), CATALOGUE)
    told = assess(record).verdicts
    assert any(result.answers for verdict in told for result in verdict.criteria)
    for verdict, whole in zip(alone, told, strict=True):
        silent = tuple(structs.replace(r, answers=()) for r in whole.criteria)
        assert dataclasses.replace(whole, criteria=silent) == verdict


def test_verdicts_alone_are_given_for_the_sets_that_were_named_and_no_other():
    assert [v.set for v in verdicts_of(profile(BASELINE), CATALOGUE, ["optn"])] == ["optn"]


def test_verdicts_alone_know_the_switches_of_overlays():
    record = having(BASELINE, ("specimens", "liver-1", "ki67_text"), "20 %")
    switched = dataclasses.replace(CATALOGUE, options={"la_fe_ki67_up_to_20": True})
    found = verdicts_of(profile(record), switched, ["la-fe-2026"])
    assert [v.verdict for v in found] == ["criteria-met"]


def test_the_digest_is_that_of_the_content_whatever_its_order_and_the_day():
    both = changed({"liver/involvement/b": {"low": 20, "high": 20, "date": "2026-05-04"}})
    inner = both["liver"]["involvement"]
    turned = having(both, ("liver", "involvement"), dict(reversed(inner.items())))
    assert list(turned["liver"]["involvement"]) != list(inner)
    assert digest(turned) == digest(both) != digest(BASELINE)
    assert digest({**both, "as_of": "2026-06-02"}) == digest(both)
    assert digest(sourced(both)) != digest(both)


def test_an_assessment_carries_digest_notes_and_surveillance():
    assessment = assess(changed(LISTED))
    assert assessment.input_digest == digest(changed(LISTED))
    assert "SURV-1" in assessment.surveillance
    assert set(assessment.notes) == {note.id for body in CATALOGUE.bodies for note in body.notes}
    assert set(assessment.notes) <= assessment.texts.keys()


def guards():
    criteria = (c for one in CATALOGUE.sets.values() for c in one.criteria)
    return [c for c in criteria if c.kind is Kind.GUARD and c.question is not None]


GUARDED = [
    BASELINE,
    changed({"functional_syndrome": GONE}),
    changed({"primaries": {}}),
    changed({"primaries/primary-1/resection": {"performed": False}}),
    changed({"specimens/liver-1/histology": "NEC"}),
    changed({"specimens/liver-1/ki67_text": "many"}),
]


@pytest.mark.parametrize("criterion", guards(), ids=lambda criterion: criterion.id)
@pytest.mark.parametrize("record", GUARDED)
def test_a_guard_says_on_what_its_answer_rests_though_it_is_never_met(record, criterion):
    view = View(profile(sourced(record)), CATALOGUE.definitions)
    answered = ask(view, criterion.question)
    guarded = judge_criterion(view, criterion.kind, criterion.question)
    assert (guarded.value, guarded.evidence) == (answered.value, answered.evidence)
    if answered.status is Status.MET:
        assert guarded.reason is NotApplicable.NOTHING_ADVERSE
    else:
        assert guarded.reason is Reason.NO_SOURCE_TEXT
        assert (guarded.set_aside, guarded.paths) == (answered.set_aside, answered.paths)


def test_a_note_whose_source_is_not_named_is_shown_without_one():
    (body, *others) = CATALOGUE.bodies
    bare = structs.replace(body, notes=tuple(unsourced(note) for note in body.notes))
    optn = CATALOGUE.sets["optn"]
    silent = structs.replace(optn, criteria=tuple(map(unsourced, optn.criteria)))
    catalogue = dataclasses.replace(
        CATALOGUE, bodies=(bare, *others), sets={**CATALOGUE.sets, "optn": silent}
    )
    assessment = assess_profile(profile(BASELINE), catalogue)
    notes = [*(note.id for note in body.notes), *assessment.verdict_of("optn").notes]
    assert len(notes) > len(body.notes) > 0
    assert {assessment.texts[note].source for note in notes} == {""}


def unsourced(criterion):
    return structs.replace(criterion, source=None)


def test_points_of_a_model_and_the_note_on_their_limit_go_together():
    exact = {"liver/volume_ml": 1800, "liver/standard_volume_ml": 1500}
    placed = assess(changed({**exact, "primaries/primary-1/site": "ileum"}))
    points = [reference for reference in placed.references if "=" in reference]
    assert len(points) == 1
    assert placed.texts[points[0]].text.endswith("This record: 1 point.")
    assert len(placed.reference_notes) == 1
    unplaced = assess(changed({**exact, "primaries": {}}))
    assert not any("=" in reference for reference in unplaced.references)
    assert unplaced.reference_notes == ()
