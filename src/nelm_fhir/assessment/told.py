"""What an assessment tells: facts of the record, and how each answer came out, without any words.

A sentence is a key (`asks`, `case`) and typed values; `voice.py` says them in one language. So no
page and no language can say more than the judgment, and every page says the same.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from msgspec import Struct

from nelm_fhir.core.amounts import Amount
from nelm_fhir.core.dates import DaySpan
from nelm_fhir.core.evidence import Evidence, SetAside
from nelm_fhir.core.logic import Status

Value = Amount | DaySpan | Decimal | bool | int | str | tuple[str, ...]


class Limit(Struct, frozen=True):
    """What a value was compared with, as the criterion writes it: `< 50 %`."""

    test: str
    value: str
    unit: str

    def __str__(self) -> str:
        return f"{self.test} {self.value} {self.unit}"


class Element(Struct, frozen=True):
    """One element of a fact, by its name in the record format (rules 15.2).

    `value` None is unknown, with `reason`. `text` is a text as recorded where `value` is what was
    read in it. `set_aside` was stated of the same element and not used.
    """

    name: str
    value: Value | None
    text: str | None = None
    reason: str | None = None
    evidence: tuple[Evidence, ...] = ()
    set_aside: tuple[SetAside, ...] = ()


class Fact(Struct, frozen=True):
    """One thing of the record that criteria looked at: a specimen, a scan, a focus of disease.

    `id` is its place in the profile (`specimens.biopsy`), `kind` names it in the texts.
    """

    id: str
    kind: str
    elements: tuple[Element, ...] = ()

    def element(self, name: str) -> Element | None:
        """Return the element of that name; None if the fact has none."""
        return next((element for element in self.elements if element.name == name), None)

    def value(self, name: str) -> Value | None:
        """Return the value of an element; None if it is unknown."""
        element = self.element(name)
        return None if element is None else element.value


class Term(Struct, frozen=True):
    """A word of the record format or of the rules, said by a table of the texts."""

    table: str
    word: str


class Recorded(Struct, frozen=True):
    """A text of the record that nothing interprets; it is quoted."""

    text: str


class Months(Struct, frozen=True):
    """A number of calendar months."""

    number: int


class Claims(Struct, frozen=True):
    """Some elements of a fact, said one after another: Ki-67 6 % and reported grade G2."""

    fact: Fact
    names: tuple[str, ...]


Part = Amount | DaySpan | date | int | Limit | Term | Recorded | Months | Fact | Claims
Word = Part | tuple[Part, ...] | None


class Told(Struct, frozen=True):
    """One sentence: the case of its definition, and what fills it.

    `beside`: it is said besides the answer, so nothing settles or changes it.
    """

    case: str
    words: Mapping[str, Word]
    beside: bool = False


class Aside(Struct, frozen=True):
    """A fact that was looked at and not used, and why (a word of the texts, table `asides`)."""

    fact: Fact
    reason: str


class Answer(Struct, frozen=True):
    """What one definition answered for one criterion.

    Answers with one `branch` must all hold; several branches are alternatives. `used` are the facts
    that the answer rests on.
    """

    asks: str
    branch: int
    status: Status
    told: tuple[Told, ...]
    reason: str | None = None
    running: bool = False
    used: tuple[Fact, ...] = ()
    aside: tuple[Aside, ...] = ()

    @property
    def outcome(self) -> str:
        """The status, or `running` for a clock that has not failed."""
        return "running" if self.running else str(self.status)
