"""A thread that takes one step after the other until it is stopped, and rests without any."""

import threading
from collections.abc import Callable
from typing import Final

from nelm_fhir.events import defect
from nelm_fhir.service.messages.bell import Bell
from nelm_fhir.service.numbering import current

PAUSE: Final = 1.0
"""Seconds after which the ledger is looked into again, though nobody rang."""

Step = Callable[[], bool]
"""One step of work; whether there was any."""


class Loop:
    """One thread. A step that fails costs a pause, never the thread."""

    def __init__(self, bell: Bell, step: Step, name: str, pause: float = PAUSE) -> None:
        self._bell = bell
        self._step = step
        self._pause = pause
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Let the step end that was begun, and take no other."""
        self._stopped.set()
        self._bell.ring()

    def join(self, seconds: float) -> None:
        """Wait for the end. What takes longer is taken up again at the next start."""
        self._thread.join(seconds)

    def _run(self) -> None:
        while not self._stopped.is_set():
            seen = self._bell.rings
            if not self._one_step():
                self._bell.wait(seen, self._pause)

    def _one_step(self) -> bool:
        try:
            return self._step()
        except Exception as error:  # noqa: BLE001 - whatever it is, the others' work has to go on
            defect(current().number, error)
            return False
