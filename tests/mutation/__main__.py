"""Changes `core` and `evaluator` in thousands of small ways and asks which the tests notice.

    make mutate                                     everything; can be stopped and taken up again
    make mutate ONLY=src/nelm_fhir/core/dates.py    one file, or one folder
    make mutate SAMPLE=0.1 SEED=1                   a tenth of the mutants, drawn by that seed
    make mutate SECONDS=30                          more of the tests for each mutant
    make mutate FRESH=1                             forget what came out before

Fails if fewer than 90 % of the mutants of a room are killed, or if one that survived is not
explained in `survivors.toml`.
"""

import argparse
import contextlib
import gc
import importlib
import json
import os
import random
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from typing import Final

import pytest
from hypothesis import HealthCheck, Phase, settings
from tests.mutation import judge
from tests.mutation.mutants import ROOT, Mutant, files, mutants
from tests.mutation.reach import SUITE, Reach, digest, measured
from tests.mutation.score import Ledger, Outcome, explained, table, verdict

STATE: Final = ROOT / ".mutation"
HEAVY: Final = ("pydantic", "msgspec", "orjson", "hypothesis", "click", "rich", "requests")
PROGRESS: Final = 200
MAKERS: Final = ("tests/mutation/mutants.py", "tests/mutation/operators.py")


class Run:
    """One run over the chosen mutants."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.seconds = float(options.SECONDS)
        self.tests = digest()
        if options.FRESH:
            (STATE / "outcomes.jsonl").unlink(missing_ok=True)
        self.ledger = Ledger(STATE / "outcomes.jsonl")
        self.chosen = [
            mutant
            for path in files(options.ONLY or None)
            for mutant in _mutants_of(path)
            if _drawn(mutant, float(options.SAMPLE), options.SEED)
        ]

    def open(self) -> list[Mutant]:
        """Return the mutants that have no outcome that still holds."""
        known = self.ledger.outcomes
        return [
            mutant
            for mutant in self.chosen
            if mutant.name not in known
            or not known[mutant.name].holds(mutant.digest, self.tests, self.seconds)
        ]

    def reach(self) -> Reach:
        """Return which test reaches what, as measured for these tests."""
        reach = Reach(**json.loads((STATE / "reach.json").read_text()))
        self._recall(reach)
        return reach

    def _recall(self, reach: Reach) -> None:
        """Remember which tests noticed something in earlier runs."""
        for outcome in self.ledger.outcomes.values():
            if outcome.by in reach.seconds:
                path, _, rest = outcome.name.partition("::")
                reach.killed(path, rest.partition(": ")[0], outcome.by)

    def judge_live(self) -> None:
        """Judge what can be put into the running program, in a process of its own."""
        child = os.fork()
        if child == 0:
            code = judge.Session(self._live).run([str(ROOT / path) for path in SUITE])
            os._exit(code)
        if os.waitpid(child, 0)[1] != 0:
            raise SystemExit("the tests could not be collected or run")

    def _live(self, items: dict[str, pytest.Item], early: set[tuple[str, str]]) -> None:
        reach = measured(list(items.values()), early, STATE / "reach.json")
        self._recall(reach)
        _load(reach.modules)
        living, kept = judge.functions(), judge.caches()
        gc.collect()
        gc.freeze()
        loading = {tuple(one) for one in reach.early}
        self._unchanged_passes(items, reach)
        todo = [mutant for mutant in self.open() if mutant.live]
        started = time.monotonic()
        for count, mutant in enumerate(todo, 1):
            swaps = judge.changed_code(mutant, living)
            if not swaps:
                continue
            order = reach.tests(mutant.path, mutant.lines, mutant.function, self.seconds)
            status, by = judge.live(mutant, [items[test] for test in order], swaps, kept)
            if status == judge.SURVIVED and (str(ROOT / mutant.path), mutant.function) in loading:
                continue
            self._note(mutant, status, by)
            if by:
                reach.killed(mutant.path, mutant.function, by)
            if count % PROGRESS == 0:
                _say(f"{count} of {len(todo)} in {time.monotonic() - started:.0f} s")

    def _unchanged_passes(self, items: dict[str, pytest.Item], reach: Reach) -> None:
        """Make sure that the judge itself lets an unchanged program pass."""
        unchanged = Mutant("", "", "", "", live=True, lines=(), digest="")
        for path in sorted(reach.lines)[:: max(1, len(reach.lines) // 4)]:
            order = reach.tests(path, (), "", 1.0)
            status, by = judge.live(unchanged, [items[test] for test in order], [])
            if status != judge.SURVIVED:
                raise SystemExit(f"the unchanged program is not let pass: {by}")

    def _unchanged_loads(self, some: Sequence[Mutant], reach: Reach) -> None:
        """Make sure that a program that is loaded anew without a change passes, too."""
        for mutant in some:
            unchanged = replace(mutant, source=(ROOT / mutant.path).read_text())
            order = reach.tests(mutant.path, (), "", self.seconds, loading=True)
            status, by = judge.loaded(unchanged, order)
            if status != judge.SURVIVED:
                raise SystemExit(f"the unchanged program is not let pass: {by}")

    def judge_loaded(self) -> None:
        """Judge the rest, each by loading the program anew."""
        reach = self.reach()
        _load(name for name in reach.modules if not name.startswith(("nelm_fhir", "tests")))
        todo = self.open()
        self._unchanged_loads(todo[:1], reach)
        started = time.monotonic()
        for count, mutant in enumerate(todo, 1):
            lines = mutant.lines if mutant.live else ()
            order = reach.tests(mutant.path, lines, mutant.function, self.seconds, loading=True)
            self._note(mutant, *judge.loaded(mutant, order))
            if count % PROGRESS == 0:
                _say(f"{count} of {len(todo)} loaded in {time.monotonic() - started:.0f} s")

    def _note(self, mutant: Mutant, status: str, by: str) -> None:
        self.ledger.add(Outcome(mutant.name, mutant.digest, status, by, self.tests, self.seconds))

    def report(self) -> int:
        """Print score and survivors; return the exit code."""
        self.ledger = Ledger(self.ledger.path)
        names = {mutant.name for mutant in self.chosen}
        outcomes = {name: one for name, one in self.ledger.outcomes.items() if name in names}
        reasons = explained()
        _say("\n".join(table(outcomes.values(), reasons)))
        wrong = verdict(outcomes, reasons)
        _say("\n".join(wrong) if wrong else "enough are killed, and every survivor is explained")
        return int(bool(wrong))


def _mutants_of(path: str) -> list[Mutant]:
    """Return the mutants of a file, kept from the last run as long as it and the makers last."""
    source = "".join((ROOT / one).read_text() for one in (path, *MAKERS))
    kept = STATE / "mutants" / f"{path.replace('/', '.')}.json"
    if kept.exists():
        found = json.loads(kept.read_text())
        if found["source"] == source:
            return [Mutant(**{**one, "lines": tuple(one["lines"])}) for one in found["mutants"]]
    made = mutants(path)
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps({"source": source, "mutants": [asdict(one) for one in made]}))
    return made


def _drawn(mutant: Mutant, fraction: float, seed: str) -> bool:
    return random.Random(f"{seed}:{mutant.name}").random() < fraction  # noqa: S311 - a sample


def _load(names: Iterable[str]) -> None:
    for name in names:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _without_shrinking() -> None:
    """Let a property fail with the first example: nobody reads which one is the smallest."""
    settings.register_profile(
        "mutation",
        derandomize=True,
        max_examples=60,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    os.environ["HYPOTHESIS_PROFILE"] = "mutation"


def main(arguments: Sequence[str]) -> int:
    """Run and return the exit code."""
    parser = argparse.ArgumentParser(prog="make mutate")
    parser.add_argument("--ONLY", default="")
    parser.add_argument("--SAMPLE", default="1")
    parser.add_argument("--SEED", default="1")
    parser.add_argument("--SECONDS", default="3")
    parser.add_argument("--FRESH", action="store_true")
    STATE.mkdir(exist_ok=True)
    for name in HEAVY:
        importlib.import_module(name)
    _without_shrinking()
    run = Run(parser.parse_args(arguments))
    _say(f"{len(run.chosen)} mutants, {len(run.open())} to judge")
    run.judge_live()
    run.ledger = Ledger(run.ledger.path)
    run.judge_loaded()
    return run.report()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
