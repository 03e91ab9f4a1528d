"""Code lists by concept group: which codes ask what, and what they mean in our words.

In: the lists of `mappings/codes/` and of overlays, built by `code_build`. Out: answers to "what
does this code mean", by dictionary look-ups. Identity is (normalized system, code); only verified
(V), weak (W) and site codes match (terminology 1, 2.1).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from msgspec import Struct

from nelm_fhir.core.codes import Code
from nelm_fhir.core.evidence import Match
from nelm_fhir.knowledge.code_systems import NO_SYSTEMS, Systems

UNVERIFIED: Final = "N"


class Hit(Struct, frozen=True):
    """A code found in a group: the word it stands for (None in a plain list), and how it matched.

    `exact` is False where a ConceptMap says the match is only narrower, specialized, inexact or
    related (then the finding is unknown, `map-not-exact`).
    """

    group: str
    word: str | None
    match: Match
    exact: bool
    source: str


class Member(Struct, frozen=True):
    """One line of a code list, for people: the code, what it stands for, how sure, and from where.

    `hit` is None where the line matches nothing: an unverified code (certainty N), one of the
    group `never`, or a weak code that an overlay switched off. `certainty` is V, W, N or `site`.
    `element` is the attested element that the meaning is limited to. `family` tells that the codes
    below it (after a point) belong to it.
    """

    code: Code
    group: str
    word: str | None
    certainty: str
    source: str
    file: str
    hit: Hit | None = None
    display: str | None = None
    note: str | None = None
    element: str | None = None
    family: bool = False


Hits = tuple[Hit, ...]


@dataclass(frozen=True, slots=True, eq=False)
class CodeTables:
    """All code lists of the catalogue; immutable, and equal only to itself.

    `listed` is every line of every list, in order of file. `local_systems` are the code systems
    that only overlays name.
    """

    systems: Systems = NO_SYSTEMS
    listed: tuple[Member, ...] = ()
    local_systems: frozenset[str] = frozenset()
    by_code: Mapping[Code, Hits] = field(default_factory=dict, repr=False)
    by_family: Mapping[Code, Hits] = field(default_factory=dict, repr=False)
    by_element: Mapping[tuple[str, Code], Hits] = field(default_factory=dict, repr=False)
    limited: frozenset[Code] = field(default=frozenset(), repr=False)

    def normalize(self, system: str | None, code: str | None) -> Code | None:
        """Fold a recorded system into its canonical URI (terminology 2.2); None without either."""
        return self.systems.normalize(system, code)

    def hits(self, code: Code, element: str | None = None) -> Hits:
        """Return every group a normalized code belongs to, overlays included.

        With `element` (a code of attested-element) also what a site gave the code as an answer to
        that element only (attested-entry section 4).
        """
        found = self.by_code.get(code) or self._of_family(code)
        if element is None:
            return found
        return found + self.by_element.get((element, code), ())

    def knows(self, code: Code) -> bool:
        """Whether a normalized code has any meaning here; cheap, for choosing candidates."""
        return code in self.by_code or code in self.limited or bool(self._of_family(code))

    def members(self, group: str) -> Iterator[Member]:
        """Yield the lines of one group, those that match nothing included."""
        return (member for member in self.listed if member.group == group)

    def origin(self, code: Code) -> Iterator[Member]:
        """Yield every line that names the code or a family it belongs to."""
        head = Code(code.system, code.code.partition(".")[0])
        return (m for m in self.listed if m.code == code or (m.family and m.code == head))

    @property
    def groups(self) -> tuple[str, ...]:
        """Every group, in alphabetical order."""
        return tuple(sorted({member.group for member in self.listed}))

    def _of_family(self, code: Code) -> Hits:
        head, point, _ = code.code.partition(".")
        return self.by_family.get(Code(code.system, head), ()) if point else ()
