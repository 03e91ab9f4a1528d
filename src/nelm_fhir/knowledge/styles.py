"""How hospitals write: which codes a style uses for which word, and what it leaves in text.

In: `mappings/styles/*.toml`. Out: one Style per hospital, and the noise that stands around a
record. No verdict rests on them, so they are no part of the catalogue and of its digest. Source:
terminology section 3 (codes), 5.1 and 5.2 (shapes).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from msgspec import Struct

from nelm_fhir.core.codes import Coding
from nelm_fhir.core.unknown import Reason

HABITS: Final = ("index-as-text", "uptakes-as-members", "year-as-text")
Codings = tuple[Coding, ...]
BUNDLES: Final = ("collection", "searchset", "transaction")


class Carrier(Struct, frozen=True):
    """How a style says one element of rules 15.2.

    `element` is its line in the table. `coded`: by a standard code where the style has one for the
    value, else by the attested entry. `lost`: in text alone, so that reading leaves it unknown for
    this reason. Text may be limited to records where every value of the element, or of its member
    `leaf`, is one of `words`, to those `without` any of these elements, and to those where the
    thing it is about stands `alone`.
    """

    element: str = ""
    coded: bool = False
    lost: Reason | None = None
    words: frozenset[str] = frozenset()
    leaf: str = ""
    without: tuple[str, ...] = ()
    alone: bool = False


class FocusCode(Struct, frozen=True):
    """Codes of a metastasis: the class (rules 8.4) that they tell, and the organ they name."""

    codings: Codings
    organ: str
    focus_class: str | None = None


@dataclass(frozen=True, slots=True)
class Style:
    """One kind of hospital.

    `bundle` is the type of Bundle it sends, `base` the address of its server, `zone` its time zone,
    `language` and `texts` its phrases by name, `habits` what it does in its own way, `profiles` and
    `extensions` the canonical URLs of what its resources claim, `carriers` how it says each
    element, `questions` codings by code group, `answers` codings by group and word, `other` codings
    by name that nobody reads, `speaks` the code systems that its noise is coded in.
    """

    id: str
    title: str
    bundle: str
    base: str
    zone: str
    speaks: frozenset[str]
    carriers: Mapping[str, Carrier]
    questions: Mapping[str, Codings]
    answers: Mapping[str, Mapping[str, Codings]]
    foci: tuple[FocusCode, ...] = ()
    language: str = "en"
    texts: Mapping[str, str] = field(default_factory=dict)
    profiles: Mapping[str, str] = field(default_factory=dict)
    extensions: Mapping[str, str] = field(default_factory=dict)
    other: Mapping[str, Codings] = field(default_factory=dict)
    habits: frozenset[str] = frozenset()

    def carrier(self, element: str) -> Carrier:
        """Return how an element is said: by the nearest line above it, else attested."""
        line = element
        while line:
            if line in self.carriers:
                return self.carriers[line]
            line = line.rpartition(".")[0]
        return Carrier(element)
