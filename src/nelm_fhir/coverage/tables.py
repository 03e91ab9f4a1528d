"""The tables of `mappings/coverage`: data elements, places of answers, words of the field.

In: the files, and the catalogue whose lists and attested codes they name. Out: Tables, or every
fault at once. They rank and label codes for people; nothing is read or judged by them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from nelm_fhir.coverage.words import Phrase, any_of
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.knowledge.faults import Faults
from nelm_fhir.knowledge.files import coverage_files
from nelm_fhir.knowledge.toml_reading import Section, read_toml

FOLDER: Final = "coverage"


class Kind(StrEnum):
    """What a local code can be mapped to: an element, words that answer one, a code list."""

    ELEMENT = "element"
    WORDS = "words"
    LIST = "list"


@dataclass(frozen=True, slots=True, order=True)
class Aim:
    """What a code would be mapped to, for instance the element `ki67` or the list `body-site`."""

    kind: Kind
    name: str


Aims = tuple[Aim, ...]


@dataclass(frozen=True, slots=True)
class Element:
    """One data element: its path without ids, its name, the codes by which it is spoken of.

    `leaves` are the paths of the profile that count as it.
    """

    path: str
    label: str
    leaves: frozenset[str]
    attested: frozenset[str]
    lists: frozenset[str]


@dataclass(frozen=True, slots=True)
class Place:
    """A place where a resource carries an answer; `always`: whether or not it is read otherwise."""

    at: str
    aims: Aims
    feeds: tuple[str, ...]
    always: bool


@dataclass(frozen=True, slots=True)
class Topic:
    """What a code is probably about: groups of words, and what it would be mapped to by type."""

    id: str
    label: str
    words: tuple[tuple[Phrase, ...], ...]
    maps: Mapping[str, Aims]

    def speaks_in(self, text: str) -> bool:
        """Whether a folded text holds a word of every group of one of the lists."""
        return any(all(group.search(text) for group in together) for together in self.words)


@dataclass(frozen=True, slots=True)
class Discretion:
    """What may be shown: the smallest count, the digits of a name, the length of a code."""

    smallest: int
    display_digits: int
    code_length: int


@dataclass(frozen=True, slots=True)
class Tables:
    """All tables of coverage reports; `questions` gives what answers the codes of a list."""

    elements: tuple[Element, ...]
    questions: Mapping[str, Aims]
    places: Mapping[str, Place]
    topics: tuple[Topic, ...]
    discretion: Discretion

    def fed_by(self, lists: frozenset[str], attested: frozenset[str]) -> tuple[str, ...]:
        """Return the paths of the elements that codes of these lists or attested codes feed."""
        return tuple(
            element.path
            for element in self.elements
            if element.lists & lists or element.attested & attested
        )


def load_tables(catalogue: Catalogue) -> Tables:
    """Return the tables; KnowledgeError names every fault with file and key."""
    reader = _Reader(coverage_files(), catalogue, Faults())
    elements = tuple(reader.elements())
    tables = Tables(
        elements,
        reader.questions(),
        reader.places(frozenset(element.path for element in elements)),
        tuple(reader.topics()),
        reader.discretion(),
    )
    reader.faults.raise_if_any()
    return tables


class _Reader:
    """Reads file by file and checks every name against the catalogue."""

    def __init__(self, files: Mapping[str, bytes], catalogue: Catalogue, faults: Faults) -> None:
        self._files = files
        self._lists = frozenset(catalogue.codes.groups)
        self._attested = catalogue.attested.elements.keys() | catalogue.attested.components.keys()
        self.faults = faults

    def _file(self, name: str) -> Section:
        return read_toml(f"{FOLDER}/{name}.toml", self._files[f"{name}.toml"], self.faults)

    def elements(self) -> Iterator[Element]:
        for row in self._file("elements").sections("element"):
            path = row.text("path")
            yield Element(
                path,
                row.text("label"),
                frozenset(row.texts("leaves", optional=True) or (path,)),
                frozenset(row.words("attested", self._attested, "attested code")),
                frozenset(row.words("lists", self._lists, "code list")),
            )
            row.close()

    def questions(self) -> dict[str, Aims]:
        found = {}
        for row in self._file("places").sections("question"):
            found[row.word("list", self._lists, "code list")] = self._aims(row)
            row.close()
        return found

    def places(self, paths: frozenset[str]) -> dict[str, Place]:
        found = {}
        for row in self._file("places").sections("answer"):
            at = row.text("at")
            feeds = row.words("feeds", paths, "path")
            found[at] = Place(at, self._aims(row), feeds, row.boolean("always", default=False))
            row.close()
        return found

    def topics(self) -> Iterator[Topic]:
        file = self._file("words")
        file.text("source")
        groups = {name: _phrase(group) for name, group in file.section("words").entries()}
        for row in file.sections("topic"):
            named = row.values.get("words", [])
            unknown = {name for together in named for name in together} - groups.keys()
            for name in sorted(unknown):
                row.unknown("words", "group of words", name, groups.keys())
            row.has("words")
            maps = {kind: self._aims(aims) for kind, aims in row.section("maps").entries()}
            words = tuple(
                tuple(groups[name] for name in names if name in groups) for names in named
            )
            yield Topic(row.text("id"), row.text("label"), words, maps)
            row.close()
        file.close()

    def discretion(self) -> Discretion:
        file = self._file("discretion")
        names = ("smallest", "display_digits", "code_length")
        smallest, digits, length = (file.integer(name) for name in names)
        file.close()
        return Discretion(smallest, digits, length)

    def _aims(self, row: Section) -> Aims:
        """Return what a code at that place would be mapped to, the attested entry first."""
        return (
            *(Aim(Kind.ELEMENT, n) for n in row.words("element", self._attested, "attested code")),
            *(Aim(Kind.WORDS, n) for n in row.words("words", self._attested, "attested code")),
            *(Aim(Kind.LIST, n) for n in row.words("lists", self._lists, "code list")),
        )


def _phrase(group: Section) -> Phrase:
    return any_of(word for language in group.values for word in group.texts(language))
