"""How long a server is asked again before it counts as unavailable.

`waits` are the longest pauses before the second, third ... attempt, in seconds; the pause itself is
drawn evenly from zero up to them (full jitter), so that many clients do not come back together.
`deadline` is when no further attempt begins. Source: interop 7, rule 9.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Patience:
    """Pauses between attempts, and the time for all of them; seconds."""

    waits: tuple[float, ...]
    deadline: float

    def within(self, seconds: float) -> "Patience":
        """Return the same pattern, stretched or shrunk to a deadline in seconds."""
        scale = seconds / self.deadline
        return Patience(tuple(wait * scale for wait in self.waits), seconds)


NONE: Final = Patience((), 0.001)
"""One attempt."""
INTERACTIVE: Final = Patience((1, 2, 4, 8, 16, 32, 64), 120)
"""Somebody waits."""
BULK: Final = Patience((60, 120, 240, 480), 30 * 60)
"""A job of the night: servers throw stray errors for minutes."""
