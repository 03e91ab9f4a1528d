"""Which test reaches which line, how long it takes, and which tests are likeliest to notice.

Measured once in a process of its own, so that nothing a test has kept (a cache) is there when a
mutant is judged. Tests that reach the same lines of the file count as alike; the order takes one
of each kind first.
"""

import contextlib
import hashlib
import json
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

import pytest
from _pytest.runner import runtestprotocol
from coverage import Coverage
from tests.mutation.judge import caches
from tests.mutation.mutants import ROOMS, ROOT

SUITE: Final = (
    "tests/cases/test_worked_cases.py",
    "tests/unit/core",
    "tests/unit/evaluator",
    "tests/unit/assessment",
    "tests/golden/test_judgments.py",
    "tests/golden/test_tellings.py",
    "tests/golden/test_unreached.py",
    "tests/golden/test_samples.py",
)
"""What judges mutants. The properties would notice more but take seconds each."""
PROGRAM: Final = ("mappings", "src/nelm_fhir", "sample_bundles", "tests/property")
TESTS: Final = ("tests/cases", "tests/unit", "tests/golden")


NARROW: Final = ("tests/unit/core", "tests/unit/evaluator")
"""Tests of one thing each: they notice what the worked cases pass over, and cost little."""
HOME: Final = ("src/nelm_fhir/core", "tests/unit/core")
"""Defaults and tables of core have tests that run none of its lines; all together cost little."""
STORED: Final = ("lines", "seconds", "early", "read", "modules")


@dataclass(slots=True)
class Reach:
    """By file and test the lines that were run; `seconds` by test; `early` ran while loading.

    `read` says by test what it was measured on: another program or test file outdates it. `modules`
    are those that are imported only while tests run: loaded beforehand they cost nothing.
    """

    lines: dict[str, dict[str, list[int]]]
    seconds: dict[str, float]
    early: list[list[str]]
    read: dict[str, str]
    modules: list[str]
    kills: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def tests(
        self,
        path: str,
        lines: Sequence[int],
        function: str,
        budget: float,
        *,
        loading: bool = False,
    ) -> list[str]:
        """Return tests that reach one of the lines, likeliest first, as many as fit the budget.

        Without lines every test that reaches the file may notice. What runs while modules are
        loaded may be noticed by tests that do not reach it.
        """
        by_kind: dict[tuple[int, ...], list[str]] = defaultdict(list)
        reaching = self._reaching(path, lines, loading=loading)
        for test, reached in reaching.items():
            by_kind[tuple(reached)].append(test)
        here, near = self.kills[f"{path}::{function}"], self.kills[path]

        def order(one: tuple[int, str]) -> tuple[float, bool, float, int, int, float, str]:
            rank, test = one
            cost = self.seconds[test] + 0.001
            broad = not test.startswith(NARROW)
            alike = len(_words(path) & _words(test.partition("::")[0]))
            return -here[test] / cost, broad, -near[test] / cost, -alike, rank, cost, test

        ranked = [(rank, test) for kind in by_kind.values() for rank, test in enumerate(kind)]
        if loading and path.startswith(HOME[0]):
            home = (test for test in self.read if test.startswith(HOME[1]))
            ranked.extend((0, test) for test in home if test not in reaching)
        ranked.sort(key=order)
        return self._fitting((test for _, test in ranked), budget)

    def _reaching(
        self, path: str, lines: Sequence[int], *, loading: bool
    ) -> Mapping[str, Sequence[int]]:
        """Return the tests that reach one of the lines, with all lines of the file they reach.

        Where all that is there runs while modules are loaded, no test does, and any may notice.
        """
        reached = self.lines.get(path, {})
        wanted = set(lines)
        found = {t: those for t, those in reached.items() if not wanted or wanted & set(those)}
        if found or not loading:
            return found
        return reached or {test: (at,) for at, test in enumerate(self.read)}

    def _fitting(self, tests: Iterable[str], budget: float) -> list[str]:
        fitting, spent = [], 0.0
        for test in tests:
            if spent + self.seconds[test] <= budget:
                fitting.append(test)
                spent += self.seconds[test]
        return fitting

    def killed(self, path: str, function: str, test: str) -> None:
        """Remember the test that noticed: it will be asked first about this function and file."""
        self.kills[f"{path}::{function}"][test] += 1
        self.kills[path][test] += 1


@lru_cache(maxsize=256)
def _words(path: str) -> frozenset[str]:
    """Return the words of a file's name: a test file named alike is the likeliest to notice."""
    words = Path(path).stem.split("_")
    return frozenset(word.removesuffix("s") for word in words) - {"test", "of"}


def digest(folders: Sequence[str] = (*PROGRAM, *TESTS)) -> str:
    """Return the digest of all files in these folders."""
    total = hashlib.sha256()
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                total.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return total.hexdigest()[:16]


def measured(items: Sequence[pytest.Item], early: Iterable[tuple[str, str]], at: Path) -> Reach:
    """Return what the tests reach, measured in a child where no earlier run has told it."""
    known = Reach(**json.loads(at.read_text())) if at.exists() else Reach({}, {}, [], {}, [])
    program = digest(PROGRAM)
    files = {path: f"{program} {_digest_of(path)}" for path in {item.path for item in items}}
    read = {item.nodeid: files[item.path] for item in items}
    fresh = [item for item in items if known.read.get(item.nodeid) != read[item.nodeid]]
    reach = Reach(
        {
            file: {test: lines for test, lines in by_test.items() if test in read}
            for file, by_test in known.lines.items()
        },
        known.seconds,
        [list(one) for one in sorted(early)],
        read,
        known.modules,
    )
    if fresh:
        _measure(fresh, at.with_suffix(".fresh"))
        lines, seconds, modules = json.loads(at.with_suffix(".fresh").read_text())
        reach.modules = sorted({*reach.modules, *modules})
        for test in seconds:
            for by_test in reach.lines.values():
                by_test.pop(test, None)
        for file, by_test in lines.items():
            reach.lines.setdefault(file, {}).update(by_test)
        reach.seconds.update(seconds)
    stored = {name: getattr(reach, name) for name in STORED}
    at.write_text(json.dumps(stored))
    return reach


def _digest_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def _measure(items: Sequence[pytest.Item], into: Path) -> None:
    child = os.fork()
    if child == 0:
        with contextlib.ExitStack() as leaving:
            leaving.callback(os._exit, 1)
            _run(items, into)
            os._exit(0)
    if os.waitpid(child, 0)[1] != 0:
        raise SystemExit("the tests do not pass on the unchanged source")


def _run(items: Sequence[pytest.Item], into: Path) -> None:
    rooms = [str(ROOT / room / "*") for room in ROOMS]
    coverage = Coverage(data_file=None, include=rooms, branch=False, config_file=False)
    seconds: dict[str, float] = {}
    before = set(sys.modules)
    kept = caches()
    coverage.start()
    for index, item in enumerate(items):
        coverage.switch_context(item.nodeid)
        for cache in kept:
            cache.cache_clear()
        start = time.process_time()
        following = items[index + 1] if index + 1 < len(items) else None
        reports = runtestprotocol(item, log=False, nextitem=following)
        if any(report.failed for report in reports):
            sys.stderr.write(f"fails on the unchanged source: {item.nodeid}\n")
            os._exit(1)
        seconds[item.nodeid] = time.process_time() - start
    coverage.stop()
    into.write_text(json.dumps([_lines(coverage), seconds, sorted(set(sys.modules) - before)]))


def _lines(coverage: Coverage) -> dict[str, dict[str, list[int]]]:
    data = coverage.get_data()
    lines: dict[str, dict[str, list[int]]] = {}
    for name in data.measured_files():
        by_test = lines[Path(name).relative_to(ROOT).as_posix()] = defaultdict(list)
        for line, tests in sorted(data.contexts_by_lineno(name).items()):
            for test in filter(None, tests):
                by_test[test].append(line)
    return lines
