"""Code lists by concept group: which codes ask what, and what they mean in our words.

(Contract; the room's author completes it.)
"""

from dataclasses import dataclass

from nelm_fhir.core.codes import Code
from nelm_fhir.core.evidence import Match


@dataclass(frozen=True, slots=True)
class Hit:
    """A code found in a group: the word it stands for (None in a plain list), and how it matched.

    `exact` is False where a ConceptMap says the match is only narrower, specialized, inexact or
    related (then the finding is unknown, `map-not-exact`).
    """

    group: str
    word: str | None
    match: Match
    exact: bool
    source: str


@dataclass(frozen=True, slots=True)
class CodeTables:
    """All code lists of the catalogue."""

    def normalize(self, system: str | None, code: str | None) -> Code | None:
        """Fold a recorded system into its canonical URI (terminology 2.2); None without either."""
        raise NotImplementedError

    def hits(self, code: Code) -> tuple[Hit, ...]:
        """Return every group a normalized code belongs to, overlays included."""
        raise NotImplementedError
