"""Amounts as intervals: comparison on both sides of, and exactly at, a limit."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nelm_fhir.core.amounts import TESTS, Amount, hull, maximum, plain
from nelm_fhir.core.logic import MET, NOT_MET, UNKNOWN


def between(low, high, *, low_open=False, high_open=False):
    top = None if high is None else Decimal(str(high))
    return Amount(Decimal(str(low)), top, "%", low_open=low_open, high_open=high_open)


@pytest.mark.parametrize(
    ("amount", "below", "at_most", "above", "at_least"),
    [
        (between(9, 9), MET, MET, NOT_MET, NOT_MET),
        (between(10, 10), NOT_MET, MET, NOT_MET, MET),
        (between(11, 11), NOT_MET, NOT_MET, MET, MET),
        (between(0, 10, high_open=True), MET, MET, NOT_MET, NOT_MET),
        (between(0, 10), UNKNOWN, MET, NOT_MET, UNKNOWN),
        (between(10, 20), NOT_MET, UNKNOWN, UNKNOWN, MET),
        (between(10, 20, low_open=True), NOT_MET, NOT_MET, MET, MET),
        (between(5, 15), UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
        (between(5, None), UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
        (between(10, None), NOT_MET, UNKNOWN, UNKNOWN, MET),
    ],
)
def test_a_comparison_holds_only_if_it_holds_for_the_whole_interval(
    amount, below, at_most, above, at_least
):
    limit = Decimal(10)
    found = [amount.compare(test, limit) for test in TESTS]
    assert found == [below, at_most, above, at_least]


@pytest.mark.parametrize(
    ("low", "high", "opens"),
    [(2, 1, {}), (1, 1, {"low_open": True}), (1, 1, {"high_open": True})],
)
def test_an_interval_with_no_value_in_it_is_refused(low, high, opens):
    with pytest.raises(ValueError, match="no value"):
        between(low, high, **opens)


def test_in_a_hull_the_closed_one_of_two_equal_ends_counts():
    joined = hull([between(1, 5, low_open=True, high_open=True), between(1, 5)])
    assert joined == between(1, 5)


def test_a_hull_without_upper_end_has_none():
    assert hull([between(1, 5), between(2, None)]) == between(1, None)


@pytest.mark.parametrize("join", [hull, maximum])
@pytest.mark.parametrize("marks", [(True, False), (False, True)])
def test_one_reported_as_about_so_much_makes_the_whole_so(join, marks):
    parts = [Amount(Decimal(5), Decimal(5), "%", approximate=mark) for mark in marks]
    assert join(parts).approximate
    assert not join([between(5, 5), between(5, 5)]).approximate


def test_the_maximum_starts_at_the_highest_low_and_ends_at_the_highest_high():
    assert maximum([between(1, 30), between(5, 10)]) == between(5, 30)


def test_of_equal_lows_the_open_one_bounds_the_maximum():
    assert maximum([between(5, 9, low_open=True), between(5, 9)]) == between(5, 9, low_open=True)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (between("8.50", "8.50"), "8.50 %"),
        (between(0, 3, high_open=True), "<3 %"),
        (between(0, 3), "<=3 %"),
        (between(5, 10), "5-10 %"),
        (between(20, None, low_open=True), ">20 %"),
        (between(20, None), ">=20 %"),
        (between(20, 100, low_open=True), ">20 and <=100 %"),
        (between(20, 100, high_open=True), ">=20 and <100 %"),
        (Amount(Decimal(10), Decimal(10), "%", approximate=True), "about 10 %"),
    ],
)
def test_an_amount_says_what_it_is(amount, words):
    assert str(amount) == words


def test_a_number_is_written_without_exponent():
    assert plain(Decimal("1E+2")) == "100"


def test_a_point_is_one_number():
    assert Amount.point(Decimal(5), "%").is_point
    assert not between(1, 2).is_point


numbers = st.decimals(min_value=0, max_value=100, places=1)


@given(numbers, numbers, numbers, st.sampled_from(TESTS), numbers)
def test_a_definite_answer_holds_for_every_value_inside(first, second, third, test, limit):
    low, inside, high = sorted([first, second, third])
    whole = between(low, high).compare(test, limit)
    if whole is not UNKNOWN:
        assert between(inside, inside).compare(test, limit) is whole


@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=4), st.data())
def test_the_largest_of_values_from_the_parts_lies_in_the_maximum(ends, data):
    parts = [between(*sorted(pair)) for pair in ends]
    drawn = [data.draw(st.sampled_from([p.low, p.high])) for p in parts]
    whole = maximum(parts)
    assert whole.low <= max(drawn) <= whole.high
