"""`kill -9` of a writer at every moment of a run: the next run ends right, nothing twice.

The proxy before the server kills the writer: before a request is passed on, after the server did
it and before the answer, or a moment after the answer. Every request of the run has its turn.
"""

import os
import random
import signal
import threading
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from tests.servers.fault_proxy import FaultProxy
from tests.servers.local import Asked, Hang, Reply
from tests.unit.exchange.killed import Runs
from tests.unit.exchange.writing_site import SETS, WAYS, Site, ends

from nelm_fhir.ledger.store import Ledger

pytestmark = pytest.mark.usefixtures("loopback")

KILLED = {
    "transaction": WAYS["transaction"],
    "single, nothing named": WAYS["single"] - {"named"},
    "single, nothing guarded": WAYS["single"] - {"named", "conditional"},
}
VOID = "Observation/liver-involvement-2026-05"


@dataclass
class Killer:
    """Kills a process at its n-th request."""

    moment: str
    number: int
    process: int | None = None
    count: int = 0
    done: threading.Event = field(default_factory=threading.Event)

    def __call__(self, asked: Asked):
        if not self.done.is_set():
            self.count += 1
            if self.count == self.number:
                return "", self.kill
        return None

    def kill(self, asked: Asked, through) -> Reply:
        while self.process is None:
            threading.Event().wait(0.001)
        if self.moment == "before":
            self.now()
            raise Hang
        reply = through(asked)
        if self.moment == "after":
            self.now()
            raise Hang
        delay = random.Random(self.number).uniform(0, 0.02)  # noqa: S311 - chance, not secrets
        threading.Timer(delay, self.now).start()
        return reply

    def now(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.process, signal.SIGKILL)
        self.done.set()


@pytest.fixture(scope="module")
def runs():
    with Runs() as opened:
        yield opened


def after_a_kill(runs, folder, way, killer, prepare) -> bool:
    """One run that is killed, and the next one; whether the first came as far as the kill."""
    with Site.opened(folder, offers=KILLED[way]) as site:
        void = prepare(site)
        with FaultProxy(site.base.removesuffix("/fhir"), lambda _asked: None) as proxy:
            moved(site, f"{proxy.origin}/fhir")
            proxy.choice = killer
            killer.process = runs.begin(site, void)
            runs.end()
            was_killed = killer.count >= killer.number
            assert not was_killed or killer.done.wait(5)
            killer.done.set()
            last = site.run(void=frozenset(void))
            assert set(ends(last)) <= {"unchanged", "created", "updated", "retracted"}
            site.agrees()
            assert len(site.results()) >= len(SETS)
    return was_killed


def moved(site, base):
    """The server has another address from now on, for the ledger, too."""
    if site.path.exists():
        with Ledger.open(site.path, exclusive=True) as ledger:
            ledger.execute("UPDATE result SET server = ?", (base,))
    site.base = base


def nothing(_site):
    return ()


def changed(site):
    site.run()
    site.record.burden(80)
    return ()


def void(site):
    site.run()
    site.record.change("liver-involvement-2026-05", status="entered-in-error")
    return (VOID,)


@pytest.mark.threat(13)
@pytest.mark.parametrize(
    "prepare",
    [
        pytest.param(nothing, id="create"),
        pytest.param(changed, id="update", marks=pytest.mark.slow),
        pytest.param(void, id="void", marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize(
    "moment", ["before", "after", pytest.param("soon after", marks=pytest.mark.slow)]
)
@pytest.mark.parametrize("way", KILLED)
def test_the_run_after_a_kill_at_any_request_ends_right(tmp_path, runs, way, moment, prepare):
    number = 1
    while after_a_kill(runs, made(tmp_path / str(number)), way, Killer(moment, number), prepare):
        number += 1
    assert number > 3, "the run asked for nothing"


def made(folder):
    folder.mkdir()
    return folder
