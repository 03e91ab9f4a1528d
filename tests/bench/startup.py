"""How long a command takes to start, beyond a bare interpreter.

In: the arguments of `nelm`. Out: CPU seconds of the whole process, in alternation with
`python -c pass`, and the seconds one waits for it, which hold whatever else the machine does. Goals
are held against the first. Bytecode is there, as after an installation: it goes to a folder of its
own, and the first runs do not count.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from tests.bench.timing import WARM, Pace, Times

ROOT: Final = Path(__file__).parents[2]
SAMPLE: Final = ROOT / "sample_bundles" / "sets-that-disagree" / "bundle.json"
VERSION: Final = ("--version",)
ASSESS: Final = ("assess", str(SAMPLE), "--as-of", "2026-04-20")
_CLI: Final = ("-c", "from nelm_fhir.cli.main import main; main()")
"""What the installed command `nelm` runs."""
_BARE: Final = ("-c", "pass")


def started(arguments: tuple[str, ...], pace: Pace) -> tuple[Times, Times]:
    """Return CPU and wall clock of the bare interpreter and of `nelm` with these arguments."""
    with tempfile.TemporaryDirectory() as bytecode:
        environment = dict(os.environ, PYTHONPYCACHEPREFIX=bytecode, PYTHONPATH=str(ROOT / "src"))
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for _ in range(WARM):
            _run((*_CLI, *arguments), environment)
        runs = [
            (_run(_BARE, environment), _run((*_CLI, *arguments), environment))
            for _ in range(pace.rounds)
        ]
    cpu, wall = (
        Times(tuple(bare[clock] for bare, _ in runs), tuple(own[clock] for _, own in runs))
        for clock in (0, 1)
    )
    return cpu, wall


def _run(arguments: tuple[str, ...], environment: dict[str, str]) -> tuple[float, float]:
    """Return CPU and wall clock of one process."""
    cpu, wall = _of_children(), time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
        env=environment,
        cwd=ROOT,
    )
    return _of_children() - cpu, time.perf_counter() - wall


def _of_children() -> float:
    told = resource.getrusage(resource.RUSAGE_CHILDREN)
    return told.ru_utime + told.ru_stime
