"""No count from 1 to 4 is shown, and none follows from those that are shown."""

from collections.abc import Iterable, Sequence
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nelm_fhir.coverage.small_counts import Shown, SmallCounts

FIVE = SmallCounts(5)
MANY = 34


def readings(shown: Shown, most: int) -> Iterable[int]:
    """Every count that can stand behind what is shown."""
    if shown is None:
        return range(1, most + 1)
    if isinstance(shown, str):
        return range(1, 5)
    return range(shown, min(shown + 4, most) + 1)


def possible(total: int | str, parts: Sequence[Shown]) -> set[tuple[int, ...]]:
    """Every set of parts that can stand behind a report whose parts cover the total.

    A part is never more than the total, and together, overlapping or not, they cover it.
    """
    found = set()
    for whole in readings(total, MANY):
        for counts in product(*(readings(part, whole) for part in parts)):
            if max(counts) <= whole <= sum(counts):
                found.add(counts)
    return found


@pytest.mark.parametrize(
    ("count", "shown"), [(0, 0), (1, "<5"), (4, "<5"), (5, 5), (9, 5), (10, 10), (23, 20)]
)
def test_a_count_is_hidden_or_rounded_down(count: int, shown: int | str):
    assert FIVE.shown(count) == shown
    assert FIVE.low(count) <= count <= FIVE.high(count)


@given(st.integers(5, 200), st.integers(1, 4))
def test_the_difference_of_two_counts_never_tells_a_small_one(found: int, unknown: int):
    """Found and unknown are all records: whatever is shown of two, the third stays open."""
    all_of_them = readings(FIVE.shown(found + unknown), 300)
    behind = {one - part for one in all_of_them for part in readings(FIVE.shown(found), 300)}
    assert behind & {1, 2, 3, 4} == {1, 2, 3, 4}


@given(st.lists(st.integers(1, 9), min_size=1, max_size=4), st.integers(0, 12))
def test_the_parts_of_a_count_never_tell_a_small_one(counts: list[int], overlap: int):
    total = max(*counts, sum(counts) - overlap)
    shown = FIVE.parts(FIVE.low(total), counts)
    behind = possible(FIVE.shown(total), shown)
    for place, count in enumerate(counts):
        if count < 5:
            assert {1, 2} <= {parts[place] for parts in behind}


def test_parts_that_would_tell_are_shown_without_counts():
    assert FIVE.parts(20, [4, 4, 4, 4, 4]) == [None] * 5
    assert FIVE.parts(10, [4, 4, 4]) == [None] * 3
    assert FIVE.parts(25, [9, 4, 4, 4, 4]) == [None] * 5


def test_parts_that_tell_nothing_are_shown():
    assert FIVE.parts(5, [4, 4]) == ["<5", "<5"]
    assert FIVE.parts(20, [22, 3]) == [20, "<5"]
    assert FIVE.parts(20, [3]) == ["<5"], "they do not cover the count"
    assert FIVE.parts(0, []) == []
