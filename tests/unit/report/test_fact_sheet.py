"""The fact sheet: to be pasted anywhere, every fact with its source, no recommendation."""

import pytest
from tests.unit.report.made import LANGUAGES, NAMES, sample, sheet

NEVER = ("eligible", "rejected", "score", "recommend", "geeignet", "abgelehnt")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_no_line_is_wider_than_80_columns_and_no_control_character_is_left(name, language) -> None:
    told = sheet(*sample(name), language)
    assert max(map(len, told.splitlines())) <= 80
    assert all(line.isprintable() for line in told.splitlines())


@pytest.mark.parametrize("name", NAMES)
def test_english_is_ascii_as_far_as_the_record_is(name) -> None:
    read, assessment = sample(name)
    words = {letter for letter in sheet(read, assessment) if not letter.isascii()}
    own = {letter for verdict in assessment.verdicts for letter in verdict.title + verdict.citation}
    texts = (item.text or "" for f in assessment.facts.values() for e in f.elements
             for item in (*e.evidence, *(a.evidence for a in e.set_aside)))  # fmt: skip
    assert words <= own | {letter for text in texts for letter in text}


@pytest.mark.parametrize("name", NAMES)
def test_every_criterion_that_was_judged_and_every_fact_has_its_line(name) -> None:
    read, assessment = sample(name)
    told = sheet(read, assessment)
    for verdict in assessment.verdicts:
        assert verdict.version in told
        if str(verdict.verdict) != "not-applicable":
            assert all(result.id in told for result in verdict.criteria)
    assert told.count("\n  [") >= len(assessment.facts)


@pytest.mark.parametrize("name", NAMES)
def test_it_says_what_is_documented_and_recommends_nothing(name) -> None:
    told = " ".join(sheet(*sample(name)).split())
    for words in ("The guideline does not recommend liver transplantation by default.",):
        told = told.replace(words, "")
    assert not [word for word in NEVER if word in told.lower()]
    assert sample(name)[1].notice in told
