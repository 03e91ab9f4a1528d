"""Types of the criteria files: sets, criteria, and what they ask (architecture section 3).

A criterion is data; the definition it asks for is code, found by name. Nothing here knows what a
definition does.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from msgspec import Struct

from nelm_fhir.core.amounts import Test

Parameter = str | bool | int | Decimal | tuple[str, ...]
NO_PARAMETERS: Mapping[str, Parameter] = MappingProxyType({})


class Kind(StrEnum):
    """Kind of criterion (rules 1.2), in the words of the files."""

    REQUIREMENT = "requirement"
    EXCLUSION = "exclusion"
    CLOCK = "clock"
    GUARD = "guard"
    RELATIVE = "relative"
    DUE = "due"
    NOTE = "note"

    @property
    def counts(self) -> bool:
        """Whether a criterion of this kind takes part in the verdict of its set."""
        return self not in {Kind.RELATIVE, Kind.NOTE}


class Basis(StrEnum):
    """Basis of a rule (rules 0.1); a policy stands beside it by number."""

    PAPER = "paper"
    ABSTRACT = "abstract"
    SECOND_HAND = "second-hand"


class Joined(StrEnum):
    """How the parts of one criterion are joined."""

    ALL = "all"
    ANY = "any"


class Source(Struct, frozen=True):
    """One source of rules section 2: key, citation as printed there, what of it was available."""

    key: str
    citation: str
    available: str


class Place(Struct, frozen=True):
    """Where in a source something stands."""

    key: str
    where: str


class Quotation(Struct, frozen=True):
    """A verbatim passage and where it stands."""

    quote: str
    source: Place


class Ask(Struct, frozen=True):
    """One question to a definition: its name, the comparison, and further parameters.

    `limit` is in `unit`, a UCUM code; a definition that compares nothing has none of the three.
    """

    asks: str
    test: Test | None = None
    limit: Decimal | None = None
    unit: str | None = None
    parameters: Mapping[str, Parameter] = NO_PARAMETERS

    def __hash__(self) -> int:
        """The name alone: judgments are looked up by their question, and few share a name."""
        return hash(self.asks)


class Group(Struct, frozen=True):
    """Questions joined by all or any; nested once."""

    joined: Joined
    parts: tuple["Ask | Group", ...]


class FlagRule(Struct, frozen=True):
    """A flag that one criterion raises: when its status is one of `on`, or while `under` months.

    `on` holds statuses, or `judged` for whenever the set is judged; `under` is a number of months
    below which a met clock is flagged.
    """

    id: str
    on: frozenset[str] = frozenset()
    under: int | None = None


class Option(Struct, frozen=True):
    """What a site switch replaces in a criterion while it is on (rules 15.2)."""

    name: str
    question: Ask | Group | None
    policy: tuple[str, ...]


class Criterion(Struct, frozen=True):
    """One published condition.

    `question` is None for a note; `text` then is what is shown. `label` is what a table shows,
    `statement` one plain sentence of what is asked, `settle` the datum that would settle it when
    unknown. `further` are passages beside `quote` that the rule book names for it.
    """

    id: str
    kind: Kind
    label: str
    statement: str
    question: Ask | Group | None
    quote: str | None
    source: Place | None
    basis: Basis | None
    policy: tuple[str, ...]
    settle: str
    flag: FlagRule | None = None
    text: str | None = None
    options: tuple[Option, ...] = ()
    further: tuple[Quotation, ...] = ()


class CriteriaSet(Struct, frozen=True):
    """One published group of criteria with its citation and version.

    `order` is its place among the sets (rules 0.2); a set of an overlay, which must name the one
    it is `derived_from`, comes last.
    """

    id: str
    version: str
    title: str
    citation: str
    sources: tuple[str, ...]
    scope: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    derived_from: str | None = None
    order: int = 0


class BodyNote(Struct, frozen=True):
    """A body without own verdict (rules 3.8, 3.9): notes, and whose verdicts stand beside.

    `words` are shown with those verdicts.
    """

    id: str
    title: str
    beside: tuple[str, ...]
    notes: tuple[Criterion, ...]
    words: str | None = None


class CaseSpec(Struct, frozen=True):
    """One way in which an answer of a definition is told: its outcome and the fields it fills.

    `outcome` is a status of rules 1.1, `running`, or `beside` for what is said besides any of them.
    """

    outcome: str
    fields: frozenset[str]


class DefinitionSpec(Struct, frozen=True):
    """What the loader may accept for a definition, handed in by the evaluator.

    `parameters` gives the allowed words of each further parameter (an empty set: any of its kind);
    `required` those that must stand. `units` are the UCUM codes of its limit; empty if it compares
    nothing. `statuses` are those it can give, in the words of rules 1.1; `adds` those it can give
    besides when a parameter stands. `cases` are the ways in which its answers are told; each needs
    its sentence in every language.
    """

    name: str
    statuses: frozenset[str]
    units: frozenset[str] = frozenset()
    parameters: Mapping[str, frozenset[str]] = MappingProxyType({})
    required: frozenset[str] = frozenset()
    adds: Mapping[str, frozenset[str]] = MappingProxyType({})
    cases: Mapping[str, CaseSpec] = MappingProxyType({})


def asks_of(question: Ask | Group | None) -> Iterator[Ask]:
    """Yield every definition that a question asks, in order; a note asks none."""
    if isinstance(question, Ask):
        yield question
    elif question is not None:
        for part in question.parts:
            yield from asks_of(part)
