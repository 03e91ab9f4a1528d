"""Faults of mapping files, collected so that one run reports every one of them (architecture 3).

A fault is a sentence "file: key: what is wrong, and the nearest word". Nothing is raised before
all files were read.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from difflib import get_close_matches

from nelm_fhir.errors import KnowledgeError

REMEDY = "Correct these files; nothing was loaded."


@dataclass(slots=True)
class Faults:
    """Every fault found so far, in the order of finding."""

    found: list[str] = field(default_factory=list)

    def add(self, file: str, key: str, what: str) -> None:
        """Note a fault at that key of that file."""
        self.found.append(f"{file}: {key}: {what}" if key else f"{file}: {what}")

    def unknown(self, file: str, key: str, what: str, word: str, known: Collection[str]) -> None:
        """Note a word that is not one of the known ones, with the nearest of those."""
        self.add(file, key, f"{what} {word!r} is not known{nearest(word, known)}")

    def raise_if_any(self) -> None:
        """Raise KnowledgeError with every fault, if there is one."""
        if self.found:
            count = len(self.found)
            some = "1 fault" if count == 1 else f"{count} faults"
            raise KnowledgeError(f"The mappings have {some}.", REMEDY, tuple(self.found))


def nearest(word: str, known: Collection[str]) -> str:
    """Return "; nearest: x" if a word is near, "; known: ..." if there are few, else nothing."""
    close = get_close_matches(word, sorted(known), n=1)
    if close:
        return f"; nearest: {close[0]!r}"
    few = 8
    return f"; known: {', '.join(sorted(known))}" if 0 < len(known) <= few else ""
