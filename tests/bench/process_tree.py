"""What a program costs with every process it starts: CPU, memory of its own, time.

In: a command. Out: Usage. A small process stands between: orphans of the command become its
children, so that the CPU seconds of the whole tree are there when the last of them has ended, a
virtual machine and its workers included. It looks at the memory of all processes of the command's
session twenty times a second: `memory` counts every page once that no file holds (Pss_Anon);
`resident` adds up resident less shared, where a page that forked processes share counts for each of
them. Linux only.
"""

import ctypes
import json
import os
import re
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PR_SET_CHILD_SUBREAPER: Final = 36
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
_EVERY: Final = 0.05
_SESSION: Final = 3
"""Place of the session in /proc/PID/stat, behind the name of the program."""
_RESIDENT, _SHARED = 1, 2
_UNSHARED: Final = re.compile(r"^Pss_(?:Anon|Shmem): +(\d+) kB", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Usage:
    """CPU seconds and seconds of a whole tree, the most bytes it held, and what it printed."""

    cpu: float
    wall: float
    memory: int
    resident: int
    said: str


class Ended(Exception):
    """The command failed."""


def used(command: Sequence[str], more: Mapping[str, str] | None = None) -> Usage:
    """Run a command; return what it used. `more` are further environment variables.

    Raises Ended, with the end of what it said, where it fails.
    """
    between = [sys.executable, __file__, *command]
    done = subprocess.run(
        between, check=False, capture_output=True, text=True, env={**os.environ, **(more or {})}
    )
    if done.returncode:
        raise Ended(f"exit code {done.returncode}: {done.stderr[-2000:]}")
    return Usage(**json.loads(done.stdout))


def main(command: Sequence[str]) -> None:
    """Run a command below this process and print its usage."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    look = _Look(process.pid)
    look.start()
    said, _ = process.communicate()
    wall = time.perf_counter() - began
    with suppress(ChildProcessError):
        while True:
            os.wait()
    look.end()
    told = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = told.ru_utime + told.ru_stime
    held = {"memory": look.memory, "resident": look.resident}
    print(json.dumps({"cpu": cpu, "wall": wall, **held, "said": said}))  # noqa: T201 - its answer
    sys.exit(process.returncode)


class _Look(threading.Thread):
    """Looks again and again at the memory of a session."""

    def __init__(self, session: int) -> None:
        super().__init__(daemon=True)
        self.memory = self.resident = 0
        self._session = str(session)
        self._others: set[str] = set()
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.wait(_EVERY):
            every = list(self._processes())
            self.memory = max(self.memory, sum(map(_memory, every)))
            self.resident = max(self.resident, sum(map(_resident, every)))

    def end(self) -> None:
        self._ended.set()
        self.join()

    def _processes(self) -> Iterator[str]:
        """Yield the processes of the session; those of others are asked once."""
        every = set(filter(str.isdigit, os.listdir("/proc")))  # noqa: PTH208 - twenty times a second
        self._others &= every
        for pid in every - self._others:
            with suppress(OSError):
                told = Path("/proc", pid, "stat").read_text()
                if told.rpartition(")")[2].split()[_SESSION] == self._session:
                    yield pid
                else:
                    self._others.add(pid)


def _memory(pid: str) -> int:
    """Return the bytes of a process, its part of what it shares with others of its kind."""
    with suppress(OSError):
        told = Path("/proc", pid, "smaps_rollup").read_text()
        return sum(map(int, _UNSHARED.findall(told))) * 1024
    return 0


def _resident(pid: str) -> int:
    with suppress(OSError, IndexError):
        told = Path("/proc", pid, "statm").read_text().split()
        return (int(told[_RESIDENT]) - int(told[_SHARED])) * _PAGE
    return 0


if __name__ == "__main__":
    main(sys.argv[1:])
