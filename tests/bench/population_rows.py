"""Rows about whole populations: `nelm batch` on an export, beside floors and peers.

In: a Setting, whose populations were gone through by every program in the same rounds. Out:
Measured. Ratios are of CPU seconds of whole process trees, from start to end; beside them stand the
seconds, megabytes per CPU second and the most memory of their own.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.util import find_spec
from statistics import median
from typing import Final

from tests.bench.figures import ITSELF, Goal, Measured, NotHere, Row, of_ratio
from tests.bench.populations import (
    BATCH,
    DUCKDB,
    FOUR,
    ONE,
    ORJSON,
    PARQUET,
    SIZES,
    SPARK_ROUNDS,
    Populations,
    Rounds,
)
from tests.bench.setting import Setting
from tests.bench.timing import Times, exponent, spread

LINES: Final = "`orjson.loads` of every line"
EMBEDDED: Final = "the embedded engine"
_MB: Final = 1e6
Measure = Callable[[Setting], Measured]


def _ratio(program: str, size: float = ONE) -> Measure:
    """Return a row that sets one program against the parser of every line."""

    def measure(setting: Setting) -> Measured:
        told, sizes = setting.populations, setting.populations.export(size).bytes
        floor, own = told.of(ORJSON, size), told.of(program, size)
        return _compared(own, floor, sizes)

    return measure


def _compared(own: Rounds, floor: Rounds, size: int) -> Measured:
    found = of_ratio(Times(_cpu(floor), _cpu(own)))
    return replace(found, floor=_told(floor, size), own=_told(own, size))


def _beyond(program: str, before: str, *, is_judging: bool = False) -> Measure:
    """Return a row of what one program needs beyond another that stops earlier."""

    def measure(setting: Setting) -> Measured:
        told = setting.populations
        floor, own, less = (_cpu(told.of(name, ONE)) for name in (ORJSON, program, before))
        beyond = [high - low for high, low in zip(own, less, strict=True)]
        each = [one / bare for one, bare in zip(beyond, floor, strict=True)]
        seconds = median(own) - median(less)
        share = f", {seconds / told.export(ONE).with_tumor * 1000:.1f} ms a patient"
        return Measured(
            seconds / median(floor),
            (min(own) - min(less)) / min(floor),
            spread(each),
            f"{median(floor):.2f} s",
            f"{seconds:.2f} s{share if is_judging else ''}",
            len(own),
        )

    return measure


def _growth(setting: Setting) -> Measured:
    """Return the exponent of what a run costs beyond its start."""
    told = setting.populations
    sizes = [told.export(size).bytes for size in SIZES]
    start = min(_cpu(told.of("start", ONE)))
    seconds = [min(_cpu(told.of(BATCH, size))) - start for size in SIZES]
    if min(seconds) <= 0:
        raise NotHere("a run of so few data takes no longer than its start")
    first, last = (exponent(sizes[n : n + 2], seconds[n : n + 2]) for n in range(2))
    ends = [f"{seconds[n] / sizes[n] * _MB:.4f} s/MB" for n in (0, -1)]
    rounds = len(told.of(BATCH, FOUR))
    return Measured(max(exponent(sizes, seconds), last), max(first, last), 0.0, *ends, rounds)


def _memory(setting: Setting) -> Measured:
    told = setting.populations
    return _most(told, [told.of(BATCH, size) for size in SIZES])


def _memory_with_parquet(setting: Setting) -> Measured:
    if not find_spec("pyarrow"):
        raise NotHere("pyarrow is not installed (extra `cloud`)")
    told = setting.populations
    return _most(told, [[told.run(PARQUET, size)] for size in SIZES])


def _most(told: Populations, runs: Sequence[Rounds]) -> Measured:
    """Return the most memory at the worst size, and at the best."""
    most = [max(one.memory for one in rounds) / _MB for rounds in runs]
    resident = max(one.resident for rounds in runs for one in rounds) / _MB
    of = f"{told.export(FOUR).bytes / _MB:.0f} MB of data"
    added = f"{resident:.0f} MB with shared pages added up"
    return Measured(max(most), min(most), max(most) - min(most), of, added, len(runs[-1]))


def _spark_equal(setting: Setting) -> Measured:
    """Return in how many files Spark differs from the embedded engine, at two sizes."""
    rounds = [one for size in SPARK_ROUNDS for one in setting.populations.both(size)]
    differing = [len(one.differing) for one in rounds]
    return Measured(max(differing), min(differing), 0.0, rounds=len(rounds))


def _spark(setting: Setting) -> Measured:
    rounds, size = setting.populations.both(ONE), setting.populations.export(ONE).bytes
    return _compared([one.spark for one in rounds], [one.embedded for one in rounds], size)


def _cpu(rounds: Rounds) -> tuple[float, ...]:
    return tuple(one.cpu for one in rounds)


def _told(rounds: Rounds, size: int) -> str:
    seconds, memory = median(_cpu(rounds)), median(one.memory for one in rounds)
    return f"{seconds:.2f} s, {size / _MB / seconds:.0f} MB/s, {memory / _MB:.0f} MB"


GOALS: Final = (
    Row(
        "population",
        "`nelm batch` on an export in ten files, a patient in twenty with a tumor: from start to "
        "the written files",
        LINES,
        _ratio(BATCH),
        Goal(0.8),
        reason="judging, not reading: the goal assumed 0.1 ms for each patient with a tumor, and "
        "it takes some 20; finding them and bringing their lines together exceeds it, too (see the "
        "steps)",
    ),
    Row(
        "population-growth",
        "exponent of its CPU beyond the start over 0.25, 1 and 4 times the data: the larger of the "
        "fits over all and over the last two; then the steepest between two sizes",
        ITSELF,
        _growth,
        Goal(1.05),
        reason="of so few rounds on a busy machine a large run tells more than its own work",
    ),
    Row(
        "population-memory",
        "its own memory on the core install, all processes: the worst of the three sizes, then "
        "the best",
        ITSELF,
        _memory,
        Goal(100, " MB"),
        " MB",
        reason="three processes, each with a catalogue that becomes its own as it is used",
    ),
    Row(
        "population-parquet",
        "the same where pyarrow is installed and the worklist becomes Parquet, too",
        ITSELF,
        _memory_with_parquet,
        Goal(100, " MB"),
        " MB",
        reason="pyarrow takes some 60 MB when the table is written at the end, and no more at ten "
        "times the data",
    ),
    Row(
        "population-equal",
        "files of `nelm batch --engine spark` that differ from those of the embedded engine, by "
        "SHA-256, the worse of two sizes",
        ITSELF,
        _spark_equal,
        Goal(0),
        reason="an engine that differs is wrong",
    ),
)
STEPS: Final = (
    Row("population-read", "read the bytes", LINES, _ratio("read")),
    Row("population-lines", "split them into lines", LINES, _ratio("lines")),
    Row(
        "population-start",
        "the engine with nothing to do: interpreter, catalogue, two worker processes",
        LINES,
        _ratio("start"),
    ),
    Row(
        "population-scan",
        "beyond that: whose each line is, who may have a tumor, their lines brought together",
        LINES,
        _beyond("scan", "start"),
    ),
    Row(
        "population-judging",
        "beyond that: those judged by all sets, with account, profile and RiskAssessments",
        LINES,
        _beyond("judge", "scan", is_judging=True),
    ),
    Row(
        "population-outputs",
        "beyond that: kept in the ledger, and all files written",
        LINES,
        _beyond(BATCH, "judge", is_judging=True),
    ),
    Row("population-four", "`nelm batch` on four times the data", LINES, _ratio(BATCH, FOUR)),
    Row(
        "population-duckdb",
        "DuckDB on two threads: who has a tumor, their lines brought together; nobody is judged",
        LINES,
        _ratio(DUCKDB),
    ),
    Row("population-duckdb-four", "the same, four times the data", LINES, _ratio(DUCKDB, FOUR)),
    Row(
        "population-scan-four",
        "what the engine does up to there, start included, four times the data",
        LINES,
        _ratio("scan", FOUR),
    ),
    Row("population-spark", "`nelm batch --engine spark` on this machine", EMBEDDED, _spark),
)
