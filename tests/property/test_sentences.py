"""Whatever a record holds, its assessment is told: in declared cases, in plain English."""

import re

from hypothesis import given, settings
from tests.property.records import CATALOGUE, assess, records

from nelm_fhir.assessment.criterion_sentences import (
    changes_words,
    criterion_sentence,
    needs_words,
)
from nelm_fhir.assessment.missing_data import missing_data
from nelm_fhir.assessment.result import CriterionResult
from nelm_fhir.assessment.voice import Voice
from nelm_fhir.cli.pages.explanation import explanation_page
from nelm_fhir.cli.pages.view import View
from nelm_fhir.core.logic import Status
from nelm_fhir.core.unknown import NotApplicable
from nelm_fhir.evaluator.answers import SCOPE
from nelm_fhir.evaluator.registry import SPECS

VOICE = Voice(CATALOGUE.texts.wording)
FAMILIES = CATALOGUE.definitions.staging.families
SLIP = re.compile(r"  |\.\.| \.|,,| ,|None|[{}]")


def results(assessment) -> list[CriterionResult]:
    return [one for verdict in assessment.verdicts for one in verdict.criteria]


@given(records())
@settings(max_examples=150, deadline=None)
def test_every_answer_is_told_in_a_case_of_its_own_outcome(record):
    for one in results(assess(record)):
        for answer in one.answers:
            if answer.asks == SCOPE:
                continue
            assert answer.told, (one.id, answer)
            for told in answer.told:
                case = SPECS[answer.asks].cases[told.case]
                assert told.words.keys() == case.fields
                assert case.outcome == ("beside" if told.beside else answer.outcome), (one.id, told)


@given(records())
@settings(max_examples=150, deadline=None)
def test_every_criterion_is_said_in_a_plain_sentence(record):
    for one in results(assess(record)):
        for text in (criterion_sentence(one, VOICE), needs_words(one, VOICE)):
            assert not text or text.endswith(".")
            assert not SLIP.search(re.sub("“[^”]*”", "“”", text)), text
        failed = one.status is Status.NOT_MET and not one.running
        judged = one.reason != NotApplicable.OUTSIDE_SCOPE
        assert bool(changes_words(one, VOICE)) == (failed and judged), one.id


@given(records())
@settings(max_examples=60, deadline=None)
def test_everything_that_is_missing_is_named_once_with_what_it_would_settle(record):
    assessment = assess(record)
    missing = {(v.title, m.criterion) for v in assessment.verdicts for m in v.missing}
    named = {
        (one.title, one.id)
        for datum in missing_data(assessment, VOICE, FAMILIES)
        for settling in datum.settlings
        for settled in settling.settles
        for one in settled.criteria
    }
    assert named == missing


@given(records())
@settings(max_examples=40, deadline=None)
def test_every_record_has_its_page_and_no_line_is_too_long(record):
    page = explanation_page(assess(record), CATALOGUE, View(80))
    assert not [line for line in page.splitlines() if len(line) > 80]
    assert "None" not in page
