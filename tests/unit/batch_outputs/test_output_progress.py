"""Progress: rates and the time left, from reports and the moments at which they came."""

import pytest

from nelm_fhir.batch.progress import Course, duration
from nelm_fhir.batch.settings import MEGABYTE, Progress
from nelm_fhir.cli.progress import EVERY, Lines

GIGABYTE = 1000 * MEGABYTE


def test_the_rate_is_that_of_this_run_and_not_of_what_was_done_before():
    course = Course()
    course.add(Progress(600 * MEGABYTE, GIGABYTE), 100.0)
    assert course.line() == "Looked through 60 % of 1000.0 MB."
    course.add(Progress(800 * MEGABYTE, GIGABYTE), 102.0)
    assert course.line() == "Looked through 80 % of 1000.0 MB, 100.0 MB/s, 2 s left."


def test_when_patients_are_judged_they_are_told():
    course = Course()
    course.add(Progress(GIGABYTE, GIGABYTE, 0, 900), 0.0)
    course.add(Progress(GIGABYTE, GIGABYTE, 300, 900), 10.0)
    assert course.line() == "Judged 300 of about 900 patients, 30.0 patients/s, 20 s left."


def test_as_long_as_nothing_can_be_said_no_time_is_given():
    course = Course()
    assert course.line() == "Looking at the source."
    course.add(Progress(0, GIGABYTE), 5.0)
    course.add(Progress(0, GIGABYTE), 50.0)
    assert course.line() == "Looked through 0 % of 1000.0 MB."


def test_an_empty_source_divides_by_nothing():
    course = Course()
    course.add(Progress(0, 0, 0, 0), 1.0)
    assert course.line() == "Looking at the source."


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59.4, "59 s"), (60, "1 min"), (3599, "1 h 00 min"), (12_000, "3 h 20 min")],
)
def test_a_duration_is_said_as_people_say_it(seconds: float, words: str):
    assert duration(seconds) == words


def test_a_log_gets_a_line_now_and_then_and_not_one_per_report(capsys):
    moments = iter([0.0, 1.0, 2.0, EVERY, EVERY + 1, 2 * EVERY])
    watch = Lines(lambda: next(moments))
    for number in range(1, 6):
        watch(Progress(GIGABYTE, GIGABYTE, number, 100))
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(" patients")[0] for line in lines] == [
        "Judged 3 of about 100",
        "Judged 5 of about 100",
    ]
