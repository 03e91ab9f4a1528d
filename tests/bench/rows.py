"""The rows about single records, with their goals and why they may miss them.

In: a Setting. Out: Measured. The goals were set before the project existed; a row without one shows
where time goes.
"""

import gc
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any, Final

import msgspec
import orjson
from tests.bench import data, growth, memory, startup
from tests.bench.figures import ITSELF, Goal, Measured, Row, milliseconds, of_difference, of_ratio
from tests.bench.line import Steps
from tests.bench.obvious import obvious
from tests.bench.setting import FEW, Setting
from tests.bench.timing import alternate

from nelm_fhir import pipeline

FLOOR: Final = "`orjson.loads` of the same bytes"


def _line(own: Callable[[Steps, bytes], object], patients: str) -> Callable[[Setting], Measured]:
    """Return a row that runs something of the line over whole records."""

    def measure(setting: Setting) -> Measured:
        bench = getattr(setting, patients)
        run = partial(own, setting.steps(bench))
        return setting.against_floor(run, bench.records, bench.records)

    return measure


def _step(
    own: Callable[[Steps, Any], object], *before: Callable[[Steps, Any], Any]
) -> Callable[[Setting], Measured]:
    """Return a row that runs one step on what the steps before it made of each record."""

    def measure(setting: Setting) -> Measured:
        bench = setting.referred
        steps, made = setting.steps(bench), list[Any](bench.records)
        for step in before:
            made = [step(steps, one) for one in made]
        gc.freeze()  # the results of the steps before are held by this harness alone
        try:
            return setting.against_floor(partial(own, steps), made, bench.records)
        finally:
            gc.unfreeze()

    return measure


def _peer(own: Callable[[bytes], object]) -> Callable[[Setting], Measured]:
    return _line(lambda _steps, record: own(record), "referred")


def _obvious(*, judging: bool) -> Callable[[Setting], Measured]:
    """Return a row that compares the line with the obvious program."""

    def measure(setting: Setting) -> Measured:
        bench, program = setting.referred, obvious()
        steps, records = setting.steps(bench), bench.records[:FEW]
        ready = {record: steps.to_profile(record) for record in records}

        def theirs(record: bytes) -> object:
            return program(record), steps.written(steps.judged(ready[record])) if judging else None

        ours = steps.whole if judging else steps.to_profile
        return of_ratio(alternate(theirs, ours, records, setting.pace))

    return measure


def _growth(
    make: Callable[[Any, int], tuple[bytes, date]],
) -> Callable[[Setting], Measured]:
    def measure(setting: Setting) -> Measured:
        def run(record: bytes, as_of: date) -> object:
            read = pipeline.read_one(record, setting.catalogue, as_of=as_of)
            return pipeline.judge(read, setting.catalogue)

        sizes = growth.QUICK if setting.quick else growth.SIZES
        found = growth.growth(partial(make, setting.catalogue), run, sizes)
        ends = [f"{seconds:.3f} s/MB" for seconds in (found.first, found.last)]
        return Measured(found.judged, found.steepest, 0.0, *ends, growth.REPEATS)

    return measure


def _memory(
    make: Callable[[Any, int], tuple[bytes, date]],
) -> Callable[[Setting], Measured]:
    def measure(setting: Setting) -> Measured:
        small, as_of = data.of_entries(setting.catalogue, growth.QUICK[0])
        sizes = growth.QUICK[-1:] if setting.quick else growth.SIZES[-3:]
        records = [make(setting.catalogue, size)[0] for size in sizes]
        rises = [memory.rise(small, record, as_of) for record in records]
        spread = max(rises) - min(rises)
        length = f"{len(records[-1]) / 1e6:.1f} MB"
        return Measured(max(rises), min(rises), spread, length, "-", len(rises))

    return measure


def _start(arguments: tuple[str, ...]) -> Callable[[Setting], Measured]:
    def measure(setting: Setting) -> Measured:
        cpu, wall = startup.started(arguments, setting.pace)
        found = of_difference(cpu)
        return replace(found, own=f"{found.own} (waited {milliseconds(wall.own)})")

    return measure


GOALS: Final = (
    Row(
        "profile",
        "read, map and assemble a 148 KB record of a NET patient",
        FLOOR,
        _line(Steps.to_profile, "referred"),
        Goal(0.8),
        reason="reading, mapping and assembling each exceed it alone (see the steps): 79 elements "
        "of eleven families, each with its evidence; the goal came from a stand-in that selected "
        "values",
    ),
    Row(
        "whole",
        "the whole line: all seven sets, RiskAssessments as bytes",
        FLOOR,
        _line(Steps.whole, "referred"),
        Goal(1.5),
        reason="the goal came from a stand-in that judged for 100 microseconds; each record gets "
        "an account of every criterion, and some 100 KB of FHIR",
    ),
    Row(
        "passed-over",
        "a patient without any neuroendocrine finding, passed over",
        FLOOR,
        _line(Steps.passed_over, "ordinary"),
        Goal(0.4),
        reason="one regular expression over all bytes costs 0.28 alone",
    ),
    Row(
        "obvious",
        "times faster than the obvious program, to the assessment as bytes; evaluator and writer "
        "are shared, its mapping is given to it",
        "whole Bundle through fhir.resources R4B",
        _obvious(judging=True),
        Goal(40, at_least=True),
        reason="judging and writing, which both share, are half of our time; forty times would be "
        "a whole line of one millisecond",
    ),
    Row(
        "obvious-reading",
        "the same without what both share: to our finished profile, to its codes picked",
        "whole Bundle through fhir.resources R4B",
        _obvious(judging=False),
        Goal(40, at_least=True),
        reason="ours maps and assembles, which the obvious program leaves out",
    ),
    Row(
        "growth",
        "exponent of time over bytes, 10 to 20,000 entries: the larger of the fits over all sizes "
        "and from 1,000 on; then the steepest between two sizes",
        ITSELF,
        _growth(data.of_entries),
        Goal(1.05),
        reason="the collector walks through what a large record makes",
    ),
    Row(
        "growth-statements",
        "the same where every entry is about the tumor",
        ITSELF,
        _growth(data.of_statements),
        Goal(1.05),
        reason="the collector walks through what a large record makes; linear without it",
    ),
    Row(
        "memory",
        "memory of one record, times its bytes: the worst of 1,000, 5,000 and 20,000 entries, then "
        "the best",
        ITSELF,
        _memory(data.of_entries),
        Goal(6),
        reason="see the row below",
    ),
    Row(
        "memory-statements",
        "the same where every entry is about the tumor",
        ITSELF,
        _memory(data.of_statements),
        Goal(6),
        reason="Python holds parsed JSON in five times its text, and every statement about the "
        "tumor is held; a patient has some dozens, not 20,000",
    ),
    Row(
        "start-version",
        "start of `nelm --version` beyond a bare interpreter",
        "`python -c pass`",
        _start(startup.VERSION),
        Goal(0.15, " s"),
        " s",
        reason="importing click",
    ),
    Row(
        "start-assess",
        "start of `nelm assess` on a sample record beyond a bare interpreter",
        "`python -c pass`",
        _start(startup.ASSESS),
        Goal(0.4, " s"),
        " s",
        reason="imports of pydantic, rich and click; the catalogue is parsed anew at each start",
    ),
)
STEPS: Final = (
    Row("split", "split into entries, read their heads", FLOOR, _step(Steps.split)),
    Row("records", "the whole of reading", FLOOR, _step(Steps.records)),
    Row("map", "map", FLOOR, _step(Steps.mapped, Steps.records)),
    Row("assemble", "assemble", FLOOR, _step(Steps.assembled, Steps.records, Steps.mapped)),
    Row("judge", "judge", FLOOR, _step(Steps.judged, Steps.to_profile)),
    Row("write", "build the FHIR", FLOOR, _step(Steps.built, Steps.to_profile, Steps.judged)),
    Row("bytes", "build it, as bytes", FLOOR, _step(Steps.written, Steps.to_profile, Steps.judged)),
    Row(
        "profile-workup",
        "read, map, assemble: a complete workup, 50 resources about the tumor",
        FLOOR,
        _line(Steps.to_profile, "in_workup"),
    ),
    Row("whole-workup", "the whole line: the same", FLOOR, _line(Steps.whole, "in_workup")),
)
PEERS: Final = (
    Row("msgspec", "`msgspec.json.decode`, untyped", FLOOR, _peer(msgspec.json.decode)),
    Row("json", "`json.loads` of the standard library", FLOOR, _peer(json.loads)),
    Row("orjson", "`orjson.loads` itself: what the method is worth", FLOOR, _peer(orjson.loads)),
)
