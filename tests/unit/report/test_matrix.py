"""The matrix: every criterion under its question, disagreement seen, nothing merged over sets."""

import pytest
from tests.unit.report.made import NAMES, about, sample

from nelm_fhir import pipeline
from nelm_fhir.report.matrix import Chapter, matrix


def of(name: str) -> tuple[Chapter, ...]:
    view = about(*sample(name))
    words = view.voice.wording.words
    return matrix(view.assessment, pipeline.load(), words["question"], words["chapter"])


def row(name: str, question: str):
    return next(row for chapter in of(name) for row in chapter.rows if row.question == question)


@pytest.mark.parametrize("name", NAMES)
def test_every_criterion_that_is_judged_stands_in_the_column_of_its_set(name) -> None:
    placed: dict[str, set[str]] = {}
    for chapter in of(name):
        for one in chapter.rows:
            for key, items in one.cells.items():
                placed.setdefault(key, set()).update(item.result.id for item in items)
    for verdict in sample(name)[1].verdicts:
        assert placed[verdict.set] == {result.id for result in verdict.criteria}


def test_sets_that_come_to_different_answers_are_said_to_differ() -> None:
    assert row("sets-that-disagree", "Liver involvement").differs
    assert row("sets-that-disagree", "Ki-67").differs
    assert not row("sets-that-disagree", "Age").differs  # the others make it relative


def test_a_criterion_that_asks_for_several_things_answers_each_in_its_row() -> None:
    removed = row("deferred-by-a-clock", "Removed").cells["optn"]
    waiting = row("deferred-by-a-clock", "Time since resection").cells["optn"]
    assert [(one.result.id, one.outcome) for one in removed] == [("OPTN-RES6", "met")]
    assert [(one.result.id, one.outcome) for one in waiting] == [("OPTN-RES6", "running")]


def test_the_value_stands_beside_the_question_where_all_sets_compare_the_same() -> None:
    value = row("sets-that-disagree", "Liver involvement").value
    assert value is not None
    assert (value.low, value.unit) == (50, "%")


def test_of_alternatives_a_criterion_stands_once_with_its_own_status() -> None:
    places = [
        one.outcome
        for chapter in of("sets-that-disagree")
        for line in chapter.rows
        for one in line.cells.get("la-fe-2026", ())
        if one.result.id == "B-BURD"
    ]
    assert places == ["not-met"]
