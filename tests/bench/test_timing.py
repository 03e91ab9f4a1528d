"""The arithmetic of the benchmark, without a clock: nothing depends on how fast anything is."""

import pytest
from tests.bench import data
from tests.bench.figures import Goal, Measured, NotHere, Row, cells, of_difference
from tests.bench.growth import Growth
from tests.bench.timing import FEWEST, WARM, Pace, Times, alternate, exponent, spread

from nelm_fhir import pipeline

ROW = Row("one", "what", "floor", None, Goal(1.5), reason="because")


def test_the_exponent_of_what_grows_with_the_bytes_is_one():
    assert exponent([10, 100, 1000], [3, 30, 300]) == pytest.approx(1)


def test_the_exponent_of_what_compares_each_with_each_is_two():
    assert exponent([10, 100, 1000], [1, 100, 10000]) == pytest.approx(2)


def test_a_steep_end_is_not_hidden_by_what_every_record_costs():
    found = Growth(fitted=0.6, large=1.2, steepest=1.3, first=0.5, last=0.1)
    assert found.judged == 1.2


def test_a_ratio_is_that_of_the_medians_and_one_slow_round_changes_nothing():
    times = Times(floor=(1, 1, 1, 1, 9), own=(2, 2, 2, 2, 90))
    assert (times.ratio, times.ratio_of_minima, times.spread) == (2, 2, 0)


def test_the_spread_holds_the_middle_half():
    assert spread([1, 2, 3, 4, 5]) == 2
    assert spread([7]) == 0


def test_what_a_start_takes_longer_is_a_difference():
    found = of_difference(Times(floor=(1, 1, 2), own=(3, 4, 5)))
    assert (found.value, found.minimum) == (3, 2)


def test_the_floor_stands_before_the_thing_on_every_record():
    calls = []
    pace = Pace(rounds=7, seconds=60)
    times = alternate(
        lambda one: calls.append(f"own {one}"), lambda one: calls.append(f"floor {one}"), "ab", pace
    )
    assert calls == ["floor a", "own a", "floor b", "own b"] * (WARM + 7)
    assert len(times.floor) == len(times.own) == 7


def test_a_few_rounds_are_run_whatever_they_cost():
    times = alternate(str, str, "a", Pace(rounds=30, seconds=0))
    assert len(times.own) == FEWEST


@pytest.mark.parametrize(
    ("goal", "value", "holds"),
    [
        (Goal(1.5), 1.5, True),
        (Goal(1.5), 1.51, False),
        (Goal(40, at_least=True), 40, True),
        (Goal(40, at_least=True), 39.9, False),
    ],
)
def test_a_goal_holds_up_to_its_limit(goal, value, holds):
    assert goal.holds(value) is holds


def test_a_row_says_whether_it_meets_its_goal_and_otherwise_why_not():
    assert cells(ROW, Measured(1.4, 1.3, 0.1))[-1] == "met"
    assert cells(ROW, Measured(1.6, 1.3, 0.1))[-1] == "missed: because"
    assert cells(ROW, Measured(1.4, 1.6, 0.1))[-1] == "missed: because"
    assert cells(ROW, NotHere("no Java"))[-1] == "not measured: no Java"


def test_the_records_are_the_same_every_time_and_as_large_as_the_goals_say():
    catalogue = pipeline.load()
    first, second = (data.referred(catalogue, 10) for _ in range(2))
    assert first == second
    assert 140_000 < first.mean_bytes < 156_000


def test_only_the_records_about_a_tumor_concern_this_program():
    catalogue = pipeline.load()
    told = {
        make.__name__: {pipeline.concerns(one, catalogue) for one in make(catalogue, 10).records}
        for make in (data.referred, data.in_workup, data.ordinary)
    }
    assert told == {"referred": {True}, "in_workup": {True}, "ordinary": {False}}


@pytest.mark.parametrize("make", [data.of_entries, data.of_statements])
def test_a_record_that_grows_has_the_entries_that_were_asked_for(make):
    record, _ = make(pipeline.load(), 60)
    assert record.count(b'"fullUrl"') == 60
