"""The Chromium of this machine, driven by Playwright, and axe-core, which judges pages in it.

In: addresses of this machine. Out: pages, and what keeps somebody from using them. A machine
without Chromium or Node cannot run these (PeerMissing, with the name of what is missing).
"""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from tests.peers.judges import MISSING, PEERS, PeerBroken, PeerMissing

_QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
_GRAVE = {"serious", "critical"}


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser; each test makes a context of its own in it."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        raise PeerMissing("chromium is missing (the browser, apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(_QUIET))
        try:
            yield browser
        finally:
            browser.close()


class Axe:
    """axe-core: which elements of a page keep somebody from using it."""

    def __init__(self, source: str) -> None:
        self._source = source

    @classmethod
    @contextmanager
    def installed(cls) -> "Iterator[Axe]":
        """Install axe-core on the first call."""
        folder = PEERS / "axe"
        command = [str(PEERS / "from-npm"), str(folder), "source.mjs"]
        done = subprocess.run(command, capture_output=True, check=False)
        if done.returncode in MISSING:
            raise PeerMissing(done.stderr.decode().strip())
        if done.returncode:
            raise PeerBroken(done.stderr.decode())
        yield cls(done.stdout.decode())

    def faults(self, page: Page) -> list[str]:
        """Return each serious fault with the element it is about."""
        page.evaluate(self._source)
        found: dict[str, Any] = page.evaluate("axe.run()")
        return [
            f"{one['id']}: {node['html'][:160]}"
            for one in found["violations"]
            if one["impact"] in _GRAVE
            for node in one["nodes"]
        ]
