"""Codes near our elements that nobody maps, of one record.

In: every usable resource of the mapped types, what the line read of them, the code lists. Out: per
gap (place, code, and for an answer what it answers) why it is near:

answer   it answers a question that is read, or stands at another place where an answer is read
listed   our lists name it and wait for its confirmation
word     display, text or local code hold a word of the field
linked   its resource is linked to something that is read, or is read otherwise
drug     it names a drug; alone the farthest of all

An answer to a question that is itself a gap is as near as its question. A concept that has one
coding that is read is no gap. Values, texts and ids never leave this module.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from nelm_fhir.core.codes import Code
from nelm_fhir.coverage.known import Coded, Known
from nelm_fhir.coverage.nearness import Neighborhood
from nelm_fhir.coverage.spots import TYPES, Role, Spot, spots
from nelm_fhir.coverage.tables import Aims
from nelm_fhir.coverage.words import fold
from nelm_fhir.fhir_r4.record import Record, Resource
from nelm_fhir.mappers.elements import items, string


class Near(StrEnum):
    """Why a code is near; the first is the nearest."""

    ANSWER = "answer"
    LISTED = "listed"
    WORD = "word"
    LINKED = "linked"
    DRUG = "drug"


@dataclass(frozen=True, slots=True)
class Gap:
    """A code at a place; `question` is the gap it answers, `aims` and `feeds` those of a place."""

    at: str
    code: Code
    question: Code | None = None
    aims: Aims = ()
    feeds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Signs:
    """Why a gap is near, what it is probably about, and by which types it is answered."""

    near: frozenset[Near]
    topics: frozenset[str] = frozenset()
    values: frozenset[str] = frozenset()

    def __or__(self, other: "Signs") -> "Signs":
        """Return the signs of both."""
        return Signs(self.near | other.near, self.topics | other.topics, self.values | other.values)


_NO_SIGNS: Final = Signs(frozenset())


@dataclass(slots=True)
class Gaps:
    """The gaps of one record, what their codes call themselves, and topics said in words only."""

    found: dict[Gap, Signs] = field(default_factory=dict)
    displays: dict[Code, set[str]] = field(default_factory=dict)
    words_only: set[tuple[str, str]] = field(default_factory=set)

    def add(self, gap: Gap, signs: Signs, display: str | None) -> None:
        """Note a gap; a second one of the same code and place adds its signs."""
        self.found[gap] = self.found.get(gap, _NO_SIGNS) | signs
        if display is not None:
            self.displays.setdefault(gap.code, set()).add(display)


def gaps_of(record: Record, read: frozenset[str], known: Known) -> Gaps:
    """Return the gaps of a record, `read` being the keys of what the line read of it."""
    mapped = [resource for resource in record.resources if resource.type in TYPES]
    spoken = [resource for resource in mapped if _speaks(resource, known)]
    neighborhood = Neighborhood(record, read, spoken)
    gaps = Gaps()
    for resource in mapped:
        _Search(resource, neighborhood, known, gaps).all()
    return gaps


def _speaks(resource: Resource, known: Known) -> bool:
    """Whether the code of a resource speaks of the field in words and is not read."""
    return any(
        any(_about(own_texts(spot, coded, known), resource, known))
        for spot in spots(resource)
        if spot.role is Role.QUESTION and not known.is_read(spot)
        for coded in known.unknown(spot)
    )


def own_texts(spot: Spot, coded: Coded, known: Known) -> list[str | None]:
    """Return what a code itself says; only of a nameless local code the text beside it.

    The text tells what this one statement is about; the code may say much less ("report").
    """
    if not known.is_local(coded.code):
        return [coded.display]
    return [coded.display or string(spot.concept, "text"), coded.code.code]


def _about(texts: list[str | None], resource: Resource, known: Known) -> Iterator[str]:
    """Yield the topics that texts speak of, as far as a resource of that type can be about them."""
    folded = " ".join(fold(text) for text in texts if text)
    for topic in known.tables.topics:
        if resource.type in topic.maps and topic.speaks_in(folded):
            yield topic.id


class _Search:
    """Looks at the spots of one resource."""

    def __init__(
        self, resource: Resource, neighborhood: Neighborhood, known: Known, gaps: Gaps
    ) -> None:
        self._resource = resource
        self._neighborhood = neighborhood
        self._known = known
        self._gaps = gaps
        self._asking: dict[str, tuple[Code, Signs]] = {}
        """Questions that are gaps themselves, by the part of the Observation they ask in."""

    def all(self) -> None:
        for spot in spots(self._resource):
            if spot.role is Role.ANSWER:
                self._answer(spot)
            elif not self._known.is_read(spot):
                self._question(spot)

    def _question(self, spot: Spot) -> None:
        nearness = self._nearness(spot)
        for coded in self._known.unknown(spot):
            topics = frozenset(self._topics(*own_texts(spot, coded, self._known)))
            spoken = topics or any(self._topics(string(spot.concept, "text")))
            near = nearness | ({Near.WORD} if spoken else set())
            near |= {Near.LISTED} if self._known.waiting(coded.code) else set()
            if near:
                signs = Signs(frozenset(near), topics, spot.values)
                self._gaps.add(Gap(spot.at, coded.code), signs, coded.display)
                self._asking.setdefault(spot.part, (coded.code, signs))
        if not items(spot.concept, "coding"):
            self._in_words(spot)

    def _nearness(self, spot: Spot) -> set[Near]:
        near = {Near.DRUG} if spot.role is Role.DRUG else set()
        in_near = bool(spot.part) and self._neighborhood.is_near(self._resource)
        linked = in_near or self._neighborhood.is_linked(self._resource)
        return near | ({Near.LINKED} if linked else set())

    def _topics(self, *texts: str | None) -> Iterator[str]:
        return _about(list(texts), self._resource, self._known)

    def _in_words(self, spot: Spot) -> None:
        """Note what is said in words without any code: no overlay can map it."""
        if text := string(spot.concept, "text"):
            self._gaps.words_only |= {(topic, spot.at) for topic in self._topics(text)}

    def _answer(self, spot: Spot) -> None:
        if spot.question is not None and not self._known.asks(spot.question):
            self._answer_to_gap(spot)
        elif spot.question is not None:
            self._add(spot, None, Signs(frozenset({Near.ANSWER})))
        elif (near := self._at_place(spot)) is not None:
            self._add(spot, None, Signs(frozenset({near})))

    def _at_place(self, spot: Spot) -> Near | None:
        """Return how near an answer is that stands at a place of its own; None if it is not."""
        place = self._known.tables.places.get(spot.at)
        if place is None:
            return None
        if place.always or self._neighborhood.is_ours(self._resource):
            return Near.ANSWER
        return Near.LINKED if self._neighborhood.is_near(self._resource) else None

    def _answer_to_gap(self, spot: Spot) -> None:
        if spot.part in self._asking:
            question, signs = self._asking[spot.part]
            self._add(spot, question, Signs(signs.near, signs.topics))

    def _add(self, spot: Spot, question: Code | None, signs: Signs) -> None:
        if self._known.is_read(spot):
            return
        aims = self._known.aims_of(spot) if question is None else ()
        feeds = self._known.fed_by(spot) if question is None else ()
        for coded in self._known.unknown(spot):
            gap = Gap(spot.at, coded.code, question, aims, feeds)
            self._gaps.add(gap, signs, coded.display)
