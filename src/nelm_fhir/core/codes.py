"""Identity of a code: system and code. The display is for people and never compared."""

from dataclasses import dataclass
from typing import NamedTuple


class Code(NamedTuple):
    """A code within its normalized system (terminology 2.1, 2.2)."""

    system: str
    code: str

    def __str__(self) -> str:
        return f"{self.system}|{self.code}"


@dataclass(frozen=True, slots=True)
class Coding:
    """A code as recorded: identity, and what stood beside it for the audit trail."""

    code: Code
    display: str | None = None
    version: str | None = None
