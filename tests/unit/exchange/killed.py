"""Runs of a site as processes of their own, to be killed; their imports are made once, beforehand.

    with Runs() as runs:
        pid = runs.begin(site, void=())
        os.kill(pid, signal.SIGKILL)
        runs.end()

A helper process loads everything, then forks itself for each run that it reads of on its stdin.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).parents[3]


class Runs:
    """The helper process; a context manager."""

    def __enter__(self) -> Self:
        self._helper = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            text=True,
        )
        assert self._helper.stdout.readline() == "ready\n"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None
    ) -> None:
        self._helper.stdin.close()
        self._helper.wait(30)
        self._helper.stdout.close()

    def begin(self, site, void=()) -> int:
        """Begin a run of the site and return the id of its process."""
        record = site.path.with_name("record.json")
        record.write_bytes(site.record.text)
        told = {"base": site.base, "path": str(site.path), "record": str(record), "void": [*void]}
        self._helper.stdin.write(f"{json.dumps(told)}\n")
        self._helper.stdin.flush()
        return int(self._helper.stdout.readline())

    def end(self) -> None:
        """Wait until the run has ended, or was killed."""
        assert self._helper.stdout.readline() == "ended\n"


def serve() -> None:
    """Fork for each line of stdin, and tell the process and its end."""
    from tests.unit.exchange.records import catalogue
    from tests.unit.exchange.writing_site import DAY, Record, Site

    from nelm_fhir.fhir_r4.models import validate

    catalogue()
    validate({"resourceType": "Provenance"})
    tell("ready")
    for line in sys.stdin:
        told = json.loads(line)
        process = os.fork()
        if process == 0:
            record = Record(json.loads(Path(told["record"]).read_bytes()))
            Site(None, told["base"], Path(told["path"]), record=record).run(
                DAY, void=frozenset(told["void"])
            )
            os._exit(0)
        tell(str(process))
        os.waitpid(process, 0)
        tell("ended")


def tell(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    serve()
