"""The real `nelm serve` in a process of its own."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import requests
from tests.servers.waiting import until

START = [sys.executable, "-m", "nelm_fhir.cli.main", "serve"]


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def serving(ledger: Path, port: int, *more: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Serve with a ledger until the block ends; killed then, if it is still there."""
    command = [*START, "--port", f"{port}", "--ledger", str(ledger), *more]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            until_alive(f"http://127.0.0.1:{port}", process)
            yield process
        finally:
            process.kill()


def until_alive(base: str, process: "subprocess.Popen[bytes]") -> None:
    """Wait until it answers; fails if it ends before."""

    def alive() -> bool:
        assert process.poll() is None, "the service ended by itself"
        with suppress(requests.RequestException):
            return requests.get(f"{base}/healthz", timeout=5).ok
        return False

    until(alive, "the service did not come up")
