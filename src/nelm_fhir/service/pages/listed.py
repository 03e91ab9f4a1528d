"""Which lines of the worklist are shown: filtered, sorted, a page of them.

In: the lines of a run in their order, and what was chosen. Out: Listed. Nothing is judged here; the
order of the run stays the order unless another is chosen.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

from nelm_fhir.report.worklist_line import Place, WorklistLine

AT_ONCE: Final = 50
"""Patients on one page."""
_LAST: Final = "9999"
"""Sorts whoever has no earliest date behind all others."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen: a set, a verdict (of that set, else of any), words, an order, a page."""

    set: str = ""
    verdict: str = ""
    text: str = ""
    order: str = ""
    page: int = 1

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Choice":
        """Return what an address says; what it does not say, or says wrongly, is not chosen."""
        number = query.get("page", "")
        order = query.get("order", "")
        return cls(
            query.get("set", ""),
            query.get("verdict", ""),
            query.get("text", "").strip(),
            order if order in ORDERS else "",
            max(int(number), 1) if number.isdecimal() and number.isascii() else 1,
        )

    def query(self, **other: str) -> dict[str, str]:
        """Return the choice as it stands in an address, with other values in its place."""
        told = {"set": self.set, "verdict": self.verdict, "text": self.text, "order": self.order}
        return {name: value for name, value in (told | other).items() if value}


@dataclass(frozen=True, slots=True)
class Listed:
    """The lines of one page, the page that it is, and how many there are of everything."""

    lines: tuple[WorklistLine, ...]
    page: int
    pages: int
    found: int
    every: int
    places: Mapping[Place, int]


def listed(lines: Iterable[WorklistLine], choice: Choice) -> Listed:
    """Return the page that was chosen; one behind the last is the last."""
    everything = list(lines)
    found = [line for line in everything if _fits(line, choice)]
    if choice.order:
        found.sort(key=ORDERS[choice.order])
    pages = max(ceil(len(found) / AT_ONCE), 1)
    page = min(choice.page, pages)
    shown = found[(page - 1) * AT_ONCE : page * AT_ONCE]
    places = Counter(line.place for line in everything)
    return Listed(tuple(shown), page, pages, len(found), len(everything), places)


def _fits(line: WorklistLine, choice: Choice) -> bool:
    if choice.verdict and not any(
        one.verdict == choice.verdict
        for one in line.verdicts
        if not choice.set or one.set == choice.set
    ):
        return False
    words = choice.text.casefold().split()
    return not words or _holds(line, words)


def _holds(line: WorklistLine, words: Iterable[str]) -> bool:
    """Whether patient, missing data and criteria hold every word."""
    told = [line.patient, *(f"{one.datum} {one.settle}" for one in line.missing)]
    for verdict in line.verdicts:
        told += [f"{one.id} {one.label}" for one in (*verdict.deciding, *verdict.missing)]
    text = " ".join(told).casefold()
    return all(word in text for word in words)


def _by_patient(line: WorklistLine) -> Any:
    return line.patient


def _by_missing(line: WorklistLine) -> Any:
    return len(line.missing), line.patient


def _by_earliest(line: WorklistLine) -> Any:
    return line.earliest or _LAST, line.patient


ORDERS: Final[Mapping[str, Callable[[WorklistLine], Any]]] = {
    "patient": _by_patient,
    "missing": _by_missing,
    "earliest": _by_earliest,
}
