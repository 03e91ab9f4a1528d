"""`make soak`: the real service at full speed for minutes; does it hold its memory and its word?

In: minutes (10) and senders (4). Out: a line per minute with requests, statuses and resident
memory, and exit code 1 if a request ended as a server error, or if memory after the last minute is
more than a tenth above that after the second. Linux only.
"""

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock

import click
import requests
from tests.service.process import free_port, serving
from tests.soak.load import Ask, asks

SETTLED = 2
"""Minutes after which memory is as it has to stay."""
MOST = 1.1


@dataclass
class Seen:
    """How requests ended."""

    statuses: Counter[int] = field(default_factory=Counter)
    unexpected: Counter[tuple[str, int]] = field(default_factory=Counter)
    lock: Lock = field(default_factory=Lock)

    def note(self, ask: Ask, status: int) -> None:
        with self.lock:
            self.statuses[status] += 1
            if status not in ask.good:
                self.unexpected[ask.path, status] += 1


def resident(pid: int) -> float:
    """Resident memory of a process in MB."""
    text = Path(f"/proc/{pid}/status").read_text()
    return int(text.partition("VmRSS:")[2].split()[0]) / 1000


def send(base: str, source: Iterator[Ask], turn: Lock, seen: Seen, over: Event) -> None:
    with requests.Session() as session:
        session.trust_env = False
        while not over.is_set():
            with turn:
                ask = next(source)
            answer = session.request(ask.method, f"{base}{ask.path}", timeout=60, **ask.options)
            seen.note(ask, answer.status_code)


def soak(minutes: float, senders: int) -> tuple[Seen, list[float]]:
    """Ask for so many minutes; return how requests ended, and the memory after each minute."""
    seen, over, turn, memory = Seen(), Event(), Lock(), []
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        with serving(Path(folder, "ledger.sqlite"), port) as process:
            base, source = f"http://127.0.0.1:{port}", asks()
            with ThreadPoolExecutor(senders) as pool:
                work = [pool.submit(send, base, source, turn, seen, over) for _ in range(senders)]
                began = time.monotonic()
                for minute in range(1, max(1, round(minutes)) + 1):
                    until = began + minute * min(60.0, minutes * 60)
                    time.sleep(max(0.0, until - time.monotonic()))
                    memory.append(resident(process.pid))
                    told(minute, seen, memory[-1])
                over.set()
                for one in work:
                    one.result()
    return seen, memory


def told(minute: int, seen: Seen, memory: float) -> None:
    with seen.lock:
        counted = sorted(seen.statuses.items())
    statuses = ", ".join(f"{status}: {many}" for status, many in counted)
    click.echo(
        f"{minute:>3} min  {sum(dict(counted).values()):>7} requests  {memory:6.1f} MB  {statuses}"
    )


@click.command()
@click.option("--minutes", type=float, default=10.0, show_default=True)
@click.option("--senders", type=int, default=4, show_default=True)
def main(minutes: float, senders: int) -> None:
    """Put the service under load and say whether it held."""
    seen, memory = soak(minutes, senders)
    for (path, status), many in sorted(seen.unexpected.items()):
        click.echo(f"unexpected: {many} times {status} at {path}")
    first = memory[min(SETTLED, len(memory)) - 1]
    growth = memory[-1] / first
    click.echo(f"memory at the end: {growth:.2f} times that after minute {SETTLED}")
    sys.exit(1 if seen.unexpected or growth > MOST else 0)


if __name__ == "__main__":
    main()
