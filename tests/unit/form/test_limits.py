"""Which answers are tried: every word, and values around every limit (rules sections 5, 9.2)."""

from datetime import date
from decimal import Decimal

import pytest
from tests.unit.assessment.made import catalogue

from nelm_fhir.form.limits import Limits
from nelm_fhir.knowledge.attested import AttestedRow

LIMITS = Limits(catalogue(), date(2026, 8, 31))


def row(code: str) -> AttestedRow:
    found = catalogue().attested.row(code)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "code", [c for c, r in sorted({**catalogue().attested.elements}.items()) if r.words]
)
def test_every_coded_word_is_tried(code: str) -> None:
    assert set(LIMITS.answers(row(code))) == row(code).words


def test_shares_of_the_liver_are_tried_on_below_and_above_each_limit() -> None:
    tried = LIMITS.answers(row("liver-involvement"))
    assert {Decimal(50), Decimal(75)} <= set(tried)
    for low, high in ((20, 50), (50, 75), (75, 100)):
        assert any(low < number < high for number in tried if isinstance(number, Decimal))


def test_indices_are_tried_as_texts_that_can_be_read() -> None:
    ki67 = LIMITS.answers(row("ki67"))
    assert {"10 %", "20 %", "3 %"} <= set(ki67)
    assert any(str(text).endswith(" %") and Decimal(str(text)[:-2]) > 20 for text in ki67)
    assert {"2 per 2 mm2", "20 per 2 mm2", "30 per 2 mm2"} <= set(
        LIMITS.answers(row("mitotic-count"))
    )


def test_dates_are_tried_as_far_back_as_each_clock() -> None:
    """Six months before 31 August is the last day of February: the clock has just run off."""
    assert set(LIMITS.answers(row("resection-date"))) == {"2026-08-31", "2026-05-31", "2026-02-28"}


def test_both_answers_of_a_yes_or_no_are_tried() -> None:
    assert set(LIMITS.answers(row("syndrome-present"))) == {True, False}


def test_a_text_that_no_rule_reads_is_one_answer() -> None:
    assert len(LIMITS.answers(row("syndrome-type"))) == 1


def test_the_birth_date_that_is_taken_for_a_missing_one_is_adult_and_young() -> None:
    assert LIMITS.birth_date() == "2008-08-31"
