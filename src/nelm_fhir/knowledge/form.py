"""The form of the tumor board as data: its questions in words, and the answers that are tried.

In: the parsed `mappings/definitions/form.toml`, the table of the attested entry. Out: Form; every
fault is noted. What can be answered at all stands in the table. Source: attested-entry.md 3.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct

from nelm_fhir.knowledge.attested import AttestedRow, AttestedTable
from nelm_fhir.knowledge.toml_reading import Section

DATE: Final = "date"
AS_OF: Final = "as-of"
BEFORE: Final = "before"
LINKS: Final = ("focus", "specimen", "study")
BOUNDS: Final = ("low", "high")
_DAYS: Final = frozenset({AS_OF, BEFORE})
_WORDS: Final = (DATE, *LINKS, *BOUNDS)


class Question(Struct, frozen=True):
    """One element as it is asked.

    `asks` are the links it asks for, `inside` the element in whose group it stands, `words` its own
    texts for date, links and bounds.
    """

    element: str
    heading: str
    text: str
    several: bool
    inside: str | None
    asks: tuple[str, ...]
    words: Mapping[str, str]


class Link(Struct, frozen=True):
    """A question that many elements ask: its words, and the types of resource to be named."""

    text: str
    resources: tuple[str, ...] = ()


class Look(Struct, frozen=True):
    """What an answer looks like: the UCUM unit that is offered, an example of a readable text."""

    unit: str | None = None
    format: str | None = None


class Tried(Struct, frozen=True):
    """Full answers about one thing, tried together with all others (form room).

    `answers` are values by code, a date is `as-of` or `before`; `date` is the day of the statement,
    None leaves it undated; `beside` are keys of the record that the form does not ask for.
    """

    answers: Mapping[str, Any]
    date: str | None
    beside: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Form:
    """The whole form; `head` holds its own texts: title, description, name and the like."""

    head: Mapping[str, str] = field(default_factory=dict)
    questions: tuple[Question, ...] = ()
    components: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, Link] = field(default_factory=dict)
    looks: Mapping[str, Look] = field(default_factory=dict)
    tried: tuple[Tried, ...] = ()

    def look(self, code: str) -> Look:
        """Return what an answer to an element or component looks like."""
        return self.looks.get(code, _PLAIN)


_PLAIN: Final = Look()
HEAD: Final = (
    *("title", "description", "purpose", "copyright", "version", "name"),
    *("none", "why"),
)


def read_form(file: Section, table: AttestedTable) -> Form:
    """Return the form; elements without a question and words of no element are faults."""
    head = {key: file.text(key) for key in HEAD}
    links = {name: _link(link) for name, link in file.section("links").entries()}
    questions = tuple(_question(item, table) for item in file.sections("question"))
    components = file.mapping("components")
    looks = {code: _look(look) for code, look in file.section("answers").entries()}
    tried = tuple(_tried(item, table) for item in file.sections("tried"))
    file.close()
    asked = [question.element for question in questions]
    _same(file, "question", asked, table.elements)
    _same(file, "components", list(components), table.components)
    _same(file, "links", list(links), {DATE: None, **dict.fromkeys(LINKS)})
    for code in looks:
        if table.row(code) is None:
            file.fault(f"answers.{code}", "is no element or component")
    return Form(
        MappingProxyType(head),
        questions,
        MappingProxyType(components),
        MappingProxyType(links),
        MappingProxyType(looks),
        tried,
    )


def _same(file: Section, key: str, given: list[str], wanted: Mapping[str, object]) -> None:
    """Note what is missing, not known or given twice."""
    for name in sorted(wanted.keys() - set(given)):
        file.fault(key, f"{name} is missing")
    for name in sorted(set(given)):
        if name not in wanted:
            file.fault(key, f"{name} is not known")
        elif given.count(name) > 1:
            file.fault(key, f"{name} stands twice")


def _link(section: Section) -> Link:
    link = Link(section.text("text"), section.texts("resources", optional=True))
    section.close()
    return link


def _look(section: Section) -> Look:
    look = Look(section.optional_text("unit"), section.optional_text("format"))
    section.close()
    return look


def _question(section: Section, table: AttestedTable) -> Question:
    question = Question(
        element=section.text("element"),
        heading=section.text("heading"),
        text=section.text("text"),
        several=section.boolean("several", default=False),
        inside=section.word("inside", table.elements, "element") if section.has("inside") else None,
        asks=section.words("asks", LINKS, "link"),
        words={name: section.text(name) for name in _WORDS if section.has(name)},
    )
    section.close()
    return question


def _tried(section: Section, table: AttestedTable) -> Tried:
    beside = section.mapping("beside") if section.has("beside") else {}
    date = section.word("date", _DAYS, "day") if section.has("date") else None
    answers: dict[str, Any] = {}
    for code, value in section.values.items():
        row = table.row(code)
        if row is not None and section.has(code):
            answers[code] = value
            if not all(_fits(row, one) for one in (value if isinstance(value, list) else [value])):
                section.fault(code, "is no answer to it")
    section.close()
    return Tried(MappingProxyType(answers), date, MappingProxyType(beside))


def _fits(row: AttestedRow, value: object) -> bool:
    if row.words:
        return value in row.words
    if "boolean" in row.values:
        return isinstance(value, bool)
    if "dateTime" in row.values:
        return value in _DAYS
    return isinstance(value, str | int | Decimal) and not isinstance(value, bool)
