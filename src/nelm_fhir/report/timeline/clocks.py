"""The clocks that run: from when, and until which day at the earliest.

In: an Assessment. Out: one Clock for all sets that wait for the same thing until the same day. A
clock that cannot be dated is told by its criterion and not drawn.
"""

from collections.abc import Iterator
from datetime import date

from msgspec import Struct

from nelm_fhir.assessment.told import Answer, Months
from nelm_fhir.core.dates import DaySpan
from nelm_fhir.report.about import About

_STARTS = ("start", "date")


class Clock(Struct, frozen=True):
    """A waiting time: what is waited for, since when, until when, and which sets ask it."""

    what: str
    since: DaySpan | None
    until: date
    sets: tuple[str, ...]

    def told(self, about: About) -> str:
        """Return the clock in a sentence."""
        day = about.voice.say(self.until)
        sentence = about.phrase("clock", what=self.what, day=day)
        return about.phrase("of-sets", what=sentence, sets=", ".join(self.sets))


def clocks_of(about: About) -> tuple[Clock, ...]:
    """Return the running clocks, the earliest end first."""
    found: dict[tuple[str, DaySpan | None, date], list[str]] = {}
    for title, answer, until in _running(about):
        key = (_what(answer, about), _since(answer), until)
        found.setdefault(key, []).append(title)
    clocks = [Clock(*key, tuple(dict.fromkeys(sets))) for key, sets in found.items()]
    return tuple(sorted(clocks, key=lambda one: (one.until, one.what)))


def _running(about: About) -> Iterator[tuple[str, Answer, date]]:
    for verdict in about.assessment.verdicts:
        for result in verdict.criteria:
            until = result.earliest
            for answer in result.answers if until is not None else ():
                if answer.running and until is not None:
                    yield verdict.title, answer, until


def _what(answer: Answer, about: About) -> str:
    """Return what is waited for and how long: stable or responding, 6 months."""
    words = (told.words.get("length") for told in answer.told)
    length = next((word for word in words if isinstance(word, Months)), None)
    question = about.voice.word("question", answer.asks)
    return question if length is None else f"{question}, {about.voice.say(length)}"


def _since(answer: Answer) -> DaySpan | None:
    for told in answer.told:
        for name in _STARTS:
            start = told.words.get(name)
            if isinstance(start, DaySpan):
                return start
            if isinstance(start, date):
                return DaySpan.of(start)
    return None
