"""RESULTS.md holds every goal with its figure, or says why not; the README says the same."""

import re

import pytest
from tests.bench.figures import keeps
from tests.bench.results import BLOCK, README, RESULTS, block, goals
from tests.bench.sections import GOALS

WRITTEN = {cells[0]: cells for cells in goals(RESULTS.read_text())}
GOAL, FIGURE, SPREAD, DAY, RESULT = 3, 4, 6, 10, -1

every_goal = pytest.mark.parametrize("row", GOALS, ids=[row.name for row in GOALS])


def test_nothing_else_stands_there():
    assert list(WRITTEN) == [row.name for row in GOALS]


@every_goal
def test_every_goal_stands_there_as_it_was_set(row):
    assert WRITTEN[row.name][GOAL] == str(row.goal)


@every_goal
def test_what_is_called_met_is_met_and_all_else_has_a_reason(row):
    result = WRITTEN[row.name][RESULT]
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", WRITTEN[row.name][DAY])
    figures = [float(one.split()[0]) for one in WRITTEN[row.name][FIGURE:SPREAD] if one != "-"]
    assert row.reason
    if not figures:
        assert result.startswith("not measured: ")
    elif keeps(row, *figures):
        assert result == "met"
    else:
        assert result == f"missed: {row.reason}"


def test_the_readme_shows_these_figures():
    assert BLOCK.search(README.read_text())[1] == block(RESULTS.read_text())


def test_no_host_is_named():
    assert not re.search(r"/(tmp|home|root|Users)/", RESULTS.read_text())
