"""Truth tables of three-valued logic, row by row, and the laws they obey."""

import itertools

import pytest

from nelm_fhir.core.logic import (
    BOTH,
    EITHER,
    MET,
    NOT_MET,
    OPPOSITE,
    UNKNOWN,
    all_of,
    any_of,
    over_all,
)

THREE = (MET, UNKNOWN, NOT_MET)
RANK = {NOT_MET: 0, UNKNOWN: 1, MET: 2}


def test_both_is_the_lower_of_two():
    assert {pair: min(pair, key=RANK.get) for pair in itertools.product(THREE, THREE)} == BOTH


def test_either_is_the_higher_of_two():
    assert {pair: max(pair, key=RANK.get) for pair in itertools.product(THREE, THREE)} == EITHER


@pytest.mark.parametrize(("first", "second"), list(BOTH))
def test_the_opposite_of_both_is_either_of_the_opposites(first, second):
    assert OPPOSITE[BOTH[first, second]] == EITHER[OPPOSITE[first], OPPOSITE[second]]


def test_of_nothing_every_one_is_met_and_none_is():
    assert all_of([]) is MET
    assert any_of([]) is NOT_MET


@pytest.mark.parametrize(
    ("statuses", "every", "some"),
    [
        ([MET, MET], MET, MET),
        ([MET, UNKNOWN], UNKNOWN, MET),
        ([UNKNOWN, NOT_MET], NOT_MET, UNKNOWN),
        ([NOT_MET, NOT_MET], NOT_MET, NOT_MET),
    ],
)
def test_several_statuses_join_by_the_tables(statuses, every, some):
    assert all_of(statuses) is every
    assert any_of(statuses) is some


@pytest.mark.parametrize(
    ("holds", "status"),
    [([True, True], MET), ([False], NOT_MET), ([True, False], UNKNOWN), ([], UNKNOWN)],
)
def test_what_holds_in_every_case_is_met_and_in_none_is_not(holds, status):
    assert over_all(holds) is status
