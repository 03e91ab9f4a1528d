"""The verdicts as a matrix: clinical questions by criteria sets, so that disagreement is seen.

In: an Assessment and the questions of its criteria. Out: chapters of rows; a cell holds what the
criteria of one set answer to one question. A criterion that asks for several things at once stands
in the row of each, with the answer to that question; of alternatives it stands whole, in the row of
the first. Nothing is merged over sets.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from msgspec import Struct

from nelm_fhir.assessment.result import Assessment, CriterionResult, SetVerdict
from nelm_fhir.core.amounts import Amount
from nelm_fhir.core.logic import Status
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.knowledge.criteria import Ask, Group, Joined, Kind, asks_of
from nelm_fhir.knowledge.wording import Words

Place = tuple[str, str]
"""Chapter and question of a row."""
RUNNING: Final = "running"
_WORST_FIRST: Final = (Status.NOT_MET, RUNNING, Status.UNKNOWN, Status.MET, Status.NOT_APPLICABLE)


class Item(Struct, frozen=True):
    """What one criterion answers to one question; `partly`: it asks for other things besides.

    `compares`: the question compares a value with the limits of the criterion; `otherwise`: there
    is an alternative to it.
    """

    result: CriterionResult
    outcome: str
    partly: bool
    compares: bool
    otherwise: bool = False


class Row(Struct, frozen=True):
    """One question, and by set what its criteria answer."""

    question: str
    cells: Mapping[str, tuple[Item, ...]]

    @property
    def differs(self) -> bool:
        """Whether sets that ask this come to different answers."""
        found = {item.outcome for item in self.items if item.result.counts}
        return len(found - {Status.NOT_APPLICABLE}) > 1

    @property
    def items(self) -> Iterator[Item]:
        """Every answer of the row."""
        return (item for items in self.cells.values() for item in items)

    @property
    def value(self) -> Amount | None:
        """The value that every set compared; None where there is none or not one for all."""
        found = {item.result.observed for item in self.items if item.compares}
        amounts = {one for one in found if isinstance(one, Amount)}
        return next(iter(amounts)) if len(amounts) == 1 else None


class Chapter(Struct, frozen=True):
    """Rows about one thing."""

    heading: str
    rows: tuple[Row, ...]


def matrix(
    assessment: Assessment, catalogue: Catalogue, questions: Words, chapters: Words
) -> tuple[Chapter, ...]:
    """Return the chapters; `questions` and `chapters` give the words of each definition."""
    places = {name: (chapters.get(name, name), words) for name, words in questions.items()}
    cells: dict[Place, dict[str, list[Item]]] = {}
    for verdict in assessment.verdicts:
        for result in verdict.criteria:
            kind, asked = _asked(verdict, result, catalogue)
            for place, item in _items(result, kind, asked, places):
                cells.setdefault(place, {}).setdefault(verdict.set, []).append(item)
    order = dict.fromkeys((*places.values(), *cells))
    found = [place for place in order if place in cells]
    return tuple(
        Chapter(heading, tuple(_row(p, cells[p]) for p in found if p[0] == heading))
        for heading in dict.fromkeys(heading for heading, _ in found)
    )


def _row(place: tuple[str, str], cells: Mapping[str, list[Item]]) -> Row:
    return Row(place[1], {name: tuple(items) for name, items in cells.items()})


def _asked(
    verdict: SetVerdict, result: CriterionResult, catalogue: Catalogue
) -> tuple[Kind, Ask | Group | None]:
    """Return kind and question of a criterion; that of a damaged record belongs to every set."""
    for criterion in catalogue.sets[verdict.set].criteria:
        if criterion.id == result.id:
            return criterion.kind, criterion.question
    return catalogue.record.kind, catalogue.record.question


def _items(
    result: CriterionResult, kind: Kind, asked: Ask | Group | None, places: Mapping[str, Place]
) -> Iterator[tuple[Place, Item]]:
    """Yield the criterion for each row that it stands in."""
    rows: dict[Place, list[Ask]] = {}
    for ask in asks_of(asked):
        rows.setdefault(places.get(ask.asks, ("", ask.asks)), []).append(ask)
    apart = isinstance(asked, Group) and asked.joined is Joined.ALL and kind is not Kind.GUARD
    for place, asks in list(rows.items())[: None if apart else 1]:
        partly = apart and len(rows) > 1
        its = _outcome(result, {ask.asks for ask in asks}) if partly else outcome(result)
        compares = any(ask.limit is not None for ask in asks)
        yield place, Item(result, its, partly, compares, _is_either(asked))


def _is_either(asked: Ask | Group | None) -> bool:
    return isinstance(asked, Group) and asked.joined is Joined.ANY


def outcome(result: CriterionResult) -> str:
    """Return the status of a criterion, or `running` for a clock that runs."""
    return RUNNING if result.running else str(result.status)


def _outcome(result: CriterionResult, names: Collection[str]) -> str:
    """Return the answer to some of the questions that must all be answered well."""
    found = {answer.outcome for answer in result.answers if answer.asks in names}
    if not found or result.status is Status.NOT_APPLICABLE:
        return outcome(result)
    return str(next(worst for worst in _WORST_FIRST if worst in found))
