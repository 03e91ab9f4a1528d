"""How long a command takes to start, beyond a bare interpreter.

In: the arguments of `nelm`. Out: CPU seconds of the whole process, in alternation with
`python -c pass`: on a machine that has nothing else to do they are the seconds one waits. Bytecode
is there, as after an installation: it goes to a folder of its own, and the first runs do not count.
"""

import os
import resource
import subprocess
import sys
import tempfile
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


def started(arguments: tuple[str, ...], pace: Pace) -> Times:
    """Return the seconds of the bare interpreter and those of `nelm` with these arguments."""
    with tempfile.TemporaryDirectory() as bytecode:
        environment = dict(os.environ, PYTHONPYCACHEPREFIX=bytecode, PYTHONPATH=str(ROOT / "src"))
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for _ in range(WARM):
            _seconds((*_CLI, *arguments), environment)
        runs = [
            (_seconds(_BARE, environment), _seconds((*_CLI, *arguments), environment))
            for _ in range(pace.rounds)
        ]
    return Times(tuple(bare for bare, _ in runs), tuple(own for _, own in runs))


def _seconds(arguments: tuple[str, ...], environment: dict[str, str]) -> float:
    began = _of_children()
    subprocess.run(
        [sys.executable, *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
        env=environment,
        cwd=ROOT,
    )
    return _of_children() - began


def _of_children() -> float:
    told = resource.getrusage(resource.RUSAGE_CHILDREN)
    return told.ru_utime + told.ru_stime
