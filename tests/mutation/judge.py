"""Judges mutants within one pytest session: fork, put the change in, run until a test fails.

Mutmut starts from source that holds every mutant of a file behind a switch. That cannot hold
decorated functions, and every clinical definition is one. So the changed function is compiled and
its code put into the running program, which costs milliseconds. What runs only while modules are
loaded (tables, defaults) is judged by loading everything anew in a child (`loaded`).
"""

import contextlib
import gc
import os
import resource
import signal
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from types import CodeType, FrameType, FunctionType
from typing import Any, Final

import pytest
from _pytest.runner import runtestprotocol
from tests.mutation.mutants import ROOMS, ROOT, Mutant

KILLED: Final = "killed"
SURVIVED: Final = "survived"
TIMEOUT: Final = "timeout"
BROKEN: Final = 3
ALARM: Final = 20.0
MEMORY: Final = 6 << 30
QUIET: Final = ("-qq", "-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:logging", "-s")
PLAIN: Final = ("--assert=plain", "--tb=no", "--no-header", "--no-summary")

Where = tuple[str, str, int]


def _rooms() -> tuple[str, ...]:
    return tuple(str(ROOT / room) for room in ROOMS)


class Session:
    """A pytest plugin that hands the collected tests to a function instead of running them."""

    def __init__(
        self, work: Callable[[dict[str, pytest.Item], set[tuple[str, str]]], None]
    ) -> None:
        self.work = work
        self.early: set[tuple[str, str]] = set()

    def run(self, paths: Sequence[str]) -> int:
        """Collect the tests of these paths and do the work."""
        sys.setprofile(self._note)
        return int(pytest.main([*QUIET, *PLAIN, *paths], plugins=[self]))

    def _note(self, frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(_rooms()):
            self.early.add((code.co_filename, code.co_qualname))

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        sys.setprofile(None)
        self.work({item.nodeid: item for item in session.items}, self.early)
        return True


def functions() -> dict[Where, list[FunctionType]]:
    """Return the living functions of both rooms by file, name and first line."""
    living: dict[Where, list[FunctionType]] = defaultdict(list)
    for one in gc.get_objects():
        if isinstance(one, FunctionType) and one.__code__.co_filename.startswith(_rooms()):
            code = one.__code__
            living[code.co_filename, code.co_qualname, code.co_firstlineno].append(one)
    return living


def caches() -> list[Any]:
    """Return the caches of functions of the program."""
    found = [one for one in gc.get_objects() if hasattr(type(one), "cache_clear")]
    return [one for one in found if str(one.__module__).startswith("nelm_fhir")]


def changed_code(mutant: Mutant, living: dict[Where, list[FunctionType]]) -> list[Any]:
    """Return the living functions that the mutant changes, each with its changed code."""
    file = str(ROOT / mutant.path)
    codes = _codes(compile(mutant.source, file, "exec", dont_inherit=True))
    return [
        (one, code)
        for code in codes
        if code.co_qualname == mutant.function
        for one in living.get((file, code.co_qualname, code.co_firstlineno), [])
        if one.__code__.co_freevars == code.co_freevars
    ]


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def live(
    mutant: Mutant,
    items: Sequence[pytest.Item],
    swaps: Sequence[tuple[FunctionType, CodeType]],
    kept: Sequence[Any] = (),
) -> tuple[str, str]:
    """Judge a mutant by putting its code into the running program; say which test noticed.

    `kept` are the caches that hold what the unchanged code answered.
    """

    def change() -> None:
        for one, code in swaps:
            one.__code__ = code
        for cache in kept:
            cache.cache_clear()

    return _in_child(lambda tell: _until_noticed(items, tell, change))


def loaded(mutant: Mutant, order: Sequence[str]) -> tuple[str, str]:
    """Judge a mutant by loading the program with it anew; say which test noticed."""

    def work(tell: Callable[[str], None]) -> bool:
        module = mutant.path.removeprefix("src/").removesuffix(".py").replace("/", ".")
        sys.meta_path.insert(0, _Changed(module, mutant))
        noticed = True

        def judge(items: dict[str, pytest.Item], _: object) -> None:
            nonlocal noticed
            present = [items[test] for test in order if test in items]
            missing = len(present) < len(order)
            noticed = missing or _until_noticed(present, tell, lambda: None)

        tell("(loading)")
        paths = dict.fromkeys(test.partition("::")[0] for test in order)
        signal.setitimer(signal.ITIMER_REAL, ALARM)
        pytest.main([*QUIET, *PLAIN, *paths], plugins=[_Handed(judge)])
        return noticed

    return _in_child(work)


class _Handed(Session):
    def __init__(self, judge: Callable[[dict[str, pytest.Item], Any], None]) -> None:
        super().__init__(judge)


class _Changed(MetaPathFinder):
    """Finds one module changed and leaves all others to the usual way."""

    def __init__(self, module: str, mutant: Mutant) -> None:
        self.module = module.removesuffix(".__init__")
        self.mutant = mutant

    def find_spec(self, name: str, path: Any, target: Any = None) -> ModuleSpec | None:
        if name != self.module:
            return None
        file = str(ROOT / self.mutant.path)
        return spec_from_file_location(name, file, loader=_Loader(name, file, self.mutant.source))


class _Loader(SourceFileLoader):
    def __init__(self, name: str, path: str, source: str) -> None:
        super().__init__(name, path)
        self.changed = source

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.changed, self.path, "exec", dont_inherit=True)


def _until_noticed(
    items: Sequence[pytest.Item], tell: Callable[[str], None], change: Callable[[], None]
) -> bool:
    """Run the tests in order; whether one fails."""
    change()
    for index, item in enumerate(items):
        tell(item.nodeid)
        signal.setitimer(signal.ITIMER_REAL, ALARM)
        following = items[index + 1] if index + 1 < len(items) else None
        if any(r.failed for r in runtestprotocol(item, log=False, nextitem=following)):
            return True
    return False


def _in_child(work: Callable[[Callable[[str], None]], bool]) -> tuple[str, str]:
    """Run in a child that may hang or fall; return the outcome and the test it was at."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        code = BROKEN
        with contextlib.suppress(BaseException):
            _prepare()
            code = int(work(lambda test: _tell(writing, test)))
        os._exit(code)
    os.close(writing)
    last = _last_line(reading)
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        return TIMEOUT, last
    return (SURVIVED, "") if os.WEXITSTATUS(status) == 0 else (KILLED, last)


def _prepare() -> None:
    gc.disable()
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)


def _tell(pipe: int, test: str) -> None:
    os.write(pipe, f"{test}\n".encode())


def _last_line(pipe: int) -> str:
    last = b""
    with os.fdopen(pipe, "rb") as told:
        for line in told:
            last = line
    return last.decode(errors="replace").strip()
