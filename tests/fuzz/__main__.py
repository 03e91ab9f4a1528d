"""`python -m tests.fuzz --runs N --seed S`: damage valid records and ask the oracle of each.

In: how many runs, the seed, the first number, the pool of records. Out: a report of every failure
with the command that shows it again, how often the exception of I6 was used, exit code 1 if
anything failed.
"""

import argparse
import sys
import time
from typing import TextIO

from tests.fuzz.bases import POOLS
from tests.fuzz.run import Tally, run

SHOWN_EVERY = 1000


def main() -> int:
    """Carry out the runs that were asked for."""
    given = _arguments()
    tally, began = Tally(), time.monotonic()
    for number in range(given.start, given.start + given.runs):
        seen = len(tally.reports)
        run(given.seed, number, given.pool, tally)
        for report in tally.reports[seen:]:
            _say(report)
        if tally.runs % SHOWN_EVERY == 0:
            _say(f"{tally.runs} runs, {len(tally.reports)} failed", sys.stderr)
    _say(_summary(tally, time.monotonic() - began))
    return 1 if tally.reports else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--pool", choices=sorted(POOLS), default="all")
    return parser.parse_args()


def _say(text: str, to: TextIO = sys.stdout) -> None:
    to.write(f"{text}\n")
    to.flush()


def _summary(tally: Tally, seconds: float) -> str:
    refused = ", ".join(f"{name} {count}" for name, count in sorted(tally.refused.items()))
    excuses = ", ".join(f"{why} {count}" for why, count in sorted(tally.excuses.items()))
    return "\n".join(
        [
            f"{tally.runs} runs in {seconds:.0f} s, {len(tally.reports)} failed",
            f"assessed {tally.assessed}; refused: {refused or 'none'}",
            f"exception of I6 used: {excuses or 'never'}",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
