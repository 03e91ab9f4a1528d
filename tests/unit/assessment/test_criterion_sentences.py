"""Why a criterion is met or not, in the words of a physician: word by word, and over all cases."""

import re
from functools import cache

import pytest
from tests.unit.assessment.made import catalogue, judged, result, vignette, voice

from nelm_fhir.assessment.criterion_sentences import (
    changes_words,
    criterion_sentence,
    deciding,
    needs_words,
)
from nelm_fhir.assessment.naming import AS_HEADING, claim, named
from nelm_fhir.assessment.result import Assessment, CriterionResult
from nelm_fhir.core.logic import Status
from nelm_fhir.core.unknown import NotApplicable
from nelm_fhir.evaluator.registry import SPECS
from nelm_fhir.knowledge.cases import worked_cases

LONGEST = 600
PATHS = re.compile(r"<id>|\b(specimens|scans|primaries|extrahepatic|response_events|liver)\.\w")
SLIPS = ("  ", "..", " .", ",,", " ,", "None", "{", "}")
RECORDED = re.compile("“[^”]*”")


@cache
def cases() -> dict[str, Assessment]:
    return {case.id: judged(case) for case in worked_cases()}


def results() -> list[CriterionResult]:
    return [c for a in cases().values() for v in a.verdicts for c in v.criteria]


def of(case: str, name: str) -> CriterionResult:
    every = [c for v in cases()[case].verdicts for c in v.criteria]
    return next(one for one in every if one.id == name)


def sentence(case: str, name: str) -> str:
    return criterion_sentence(of(case, name), voice())


@cache
def code_words() -> frozenset[str]:
    """Every word of a code list that no person would write."""
    words = catalogue().texts.wording.words
    codes = {
        code for table in words.values() for code in table if re.search(r"[a-z][-_][a-z]", code)
    }
    said = " ".join(word for table in words.values() for word in table.values())
    return frozenset(code for code in codes if code not in said)


SAID = {
    ("V01", "ESMO-BURD"): (
        "Tumor replaces 30 % of the liver volume by volumetry of 4 May 2026, below the limit of"
        " 50 %."
    ),
    ("V01", "M16-STAB"): (
        "Stability on imaging is documented since 1 September 2025, so 6 months are complete;"
        " the latest assessment is stable disease (CT of 4 May 2026)."
    ),
    ("V01", "OPTN-GEP"): (
        "The primary tumor in the ileum is gastroenteropancreatic and drained by the portal vein."
    ),
    ("V01", "E16-PRIM"): (
        "The primary tumor in the ileum was resected on 1 April 2025 with clear margins (R0)."
        " Nothing adverse is documented, so the question does not arise."
    ),
    ("V01", "E16-FUNC"): "It is documented that there is no functional syndrome.",
    ("V01", "M07-AGE"): "The patient is 45 years old, within the limit of 55 years.",
    ("V18", "ESMO-BURD"): (
        "Tumor replaces 45 to 55 % of the liver volume by visual estimate of 4 May 2026, which"
        " leaves open whether it is less than 50 %."
    ),
    ("V26", "ESMO-STAB"): (
        "The latest assessment on imaging is progression (CT of 1 April 2026), and no stability"
        " is documented since; 6 months are complete on 1 December 2026 at the earliest."
    ),
}


@pytest.mark.parametrize(("place", "said"), list(SAID.items()))
def test_a_criterion_is_said_as_a_physician_would_write_it(place: tuple[str, str], said: str):
    assert sentence(*place) == said


def test_what_would_settle_it_names_the_limit_and_the_test_that_is_lacking():
    assert needs_words(of("V18", "ESMO-BURD"), voice()) == (
        "To settle it: an estimate of the liver involvement that is narrower than 45 to 55 %."
    )
    assert needs_words(of("V01", "ESMO-BURD"), voice()) == ""


def test_what_failed_says_what_it_would_need_and_what_is_there():
    assert changes_words(of("V14", "ESMO-BURD"), voice()) == (
        "It would need less than 50 %; the newest estimate is 50.0 %."
    )
    assert changes_words(of("V26", "ESMO-STAB"), voice()) == ""


@pytest.mark.parametrize("asks", list(SPECS))
def test_every_definition_is_told_in_every_status_that_a_case_gives_it(asks: str):
    given = {a.outcome for r in results() for a in r.answers if a.asks == asks}
    told = {
        a.outcome
        for r in results()
        for a in r.answers
        if a.asks == asks and a.told and all(voice().sentence(asks, t) for t in a.told)
    }
    assert given == told != set()


def test_a_sentence_belongs_to_the_outcome_of_its_answer():
    for one in results():
        for answer in one.answers:
            for told in answer.told:
                case = SPECS[answer.asks].cases[told.case]
                expected = "beside" if told.beside else answer.outcome
                assert case.outcome == expected, (one.id, told.case)
                assert told.words.keys() == case.fields, (one.id, told.case)


def test_every_sentence_is_plain_english():
    for one in results():
        texts = [criterion_sentence(one, voice()), needs_words(one, voice())]
        texts.append(changes_words(one, voice()))
        for text in filter(None, texts):
            assert text.endswith("."), text
            assert text[0].isupper() or text[0].isdigit(), text
            assert len(text) <= LONGEST, text
            assert not any(slip in text for slip in SLIPS), text
            own = RECORDED.sub("", text)
            assert not PATHS.search(own), text
            assert not [code for code in code_words() if code in own], text


def test_every_unknown_says_what_would_settle_it_and_every_failure_what_it_would_need():
    for one in results():
        if one.reason != NotApplicable.OUTSIDE_SCOPE:
            assert bool(needs_words(one, voice())) == (one.status is Status.UNKNOWN), one.id
            failed = one.status is Status.NOT_MET and not one.running
            assert bool(changes_words(one, voice())) == failed, one.id


def test_unknown_is_never_said_as_met_or_not():
    for one in results():
        if one.status is Status.UNKNOWN and len({a.branch for a in one.answers}) == 1:
            said = criterion_sentence(one, voice())
            assert not re.search(
                r"within the limit|below the limit|the set asks for \w+ than", said
            )


def test_things_of_the_record_are_named_and_say_what_they_hold_without_code_words():
    wording = catalogue().texts.wording
    for assessment in cases().values():
        for fact in assessment.facts.values():
            texts = [named(wording, fact), named(wording, fact, AS_HEADING)]
            texts += [claim(wording, fact, element) for element in fact.elements]
            for text in texts:
                assert text, fact.id
                assert "  " not in text, text
                assert "None" not in text, text
                assert not [code for code in code_words() if code in RECORDED.sub("", text)], text


def test_every_reason_for_setting_a_fact_aside_has_its_words():
    reasons = {x.reason for r in results() for a in r.answers for x in a.aside}
    assert reasons
    assert not [reason for reason in reasons if voice().aside(reason).startswith("“")]


def test_of_alternatives_the_one_that_holds_is_said_else_all_that_say_more():
    refractory = next(r for r in results() if r.id == "B-BURD" and len(met_by(r)) > 1)
    assert "refractory" in criterion_sentence(refractory, voice())
    unknown = of("V18", "B-BURD")
    assert len({one.branch for one in unknown.answers}) == 2
    failed = next(r for r in results() if r.id == "B-BURD" and r.status is Status.NOT_MET)
    assert "Nor does the alternative hold. " in criterion_sentence(failed, voice())


def met_by(one: CriterionResult) -> tuple[str, ...]:
    return tuple(answer.asks for answer in deciding(one)) if one.status is Status.MET else ()


def test_a_result_without_answers_is_said_by_its_label():
    bare = result(kind="guard", label="Liver involvement (guard)", value="30 %")
    assert criterion_sentence(bare, voice()) == "Liver involvement: met (30 %)."
    unknown = result(status=Status.UNKNOWN, reason="too-old")
    assert criterion_sentence(unknown, voice(), settle=True) == (
        "Liver involvement: unknown (the newest statement is too old). To settle it: volumetry."
    )


def test_outside_the_scope_nothing_is_judged():
    first = vignette("V55").verdicts[0].criteria[0]
    assert criterion_sentence(first, voice()) == "The patient is outside the scope of the set."
