"""Which slots a lacking path opens in a record.

In: the table of the attested entry with the paths that it fills, the record, lacking paths of an
assessment. Out: slots, each with the answer that is tried together with all others, if there is
one; and what is lacking that the form does not ask for, with a value to take for found. A thing
that is there is asked for what it lacks, a new one as often as the form tries one.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from nelm_fhir.core.dates import DaySpan
from nelm_fhir.form.limits import Answer, Limits
from nelm_fhir.form.paths import FREE, Path, Record, fills, fits, found, holds, home, steps_of
from nelm_fhir.form.slots import NEW, Opened, Slot
from nelm_fhir.knowledge.attested import AttestedRow, AttestedTable
from nelm_fhir.knowledge.form import AS_OF, DATE, Form, Tried

_NONE: Final = "none"
_BIRTH: Final[Path] = ("patient", "birth_date")
_DAMAGED: Final[Path] = ("damaged",)
_FOCI: Final = "extrahepatic"
_JUDGED: Final = "judged_on"
_SAME: Final = "high"
_SIGNED: Final = "signed"
_LISTS: Final = frozenset({"failed_therapies", "sites"})
_NOTHING: Final = Tried({}, None, {})


class Opening:
    """Opens slots in one record."""

    def __init__(self, table: AttestedTable, form: Form, limits: Limits, record: Record) -> None:
        self._table = table
        self._rows = (*table.elements.values(), *table.components.values())
        self._form = form
        self._limits = limits
        self._record = record

    def lacking(self, path: str) -> Opened:
        """Return what a lacking path opens: a thing that is there, new ones, or a single fact."""
        steps = steps_of(path)
        if steps == _BIRTH:
            return Opened(settled={_BIRTH: self._limits.birth_date()})
        if steps == _DAMAGED:
            return Opened(settled={_DAMAGED: False})
        filling = [row for row in self._rows if fills(row, steps)]
        place = next((home(f) for row in filling for f in row.feeds if fits(f, steps)), None)
        place = place or self._place_of_tried(steps)
        if place is not None:
            return self._things(place, steps)
        return self._facts((row.code for row in filling), steps)

    def not_told(self) -> tuple[str, ...]:
        """Return where more could be said though nothing is lacking: foci, and vague dates."""
        foci = (f"{_FOCI}.{key}" for key in sorted(self._record.get(_FOCI, {})))
        dates = (feed for row in self._rows if "dateTime" in row.values for feed in row.feeds)
        told = (item for feed in dates for item in found(self._record, feed))
        return (*foci, *(path for path, day in told if not DaySpan.parse(day).is_day))

    def absent_facts(self) -> Opened:
        """Return the single facts that the record does not hold, named as lacking or not."""
        first = {row.code: row.feeds[0] for row in self._table.elements.values()}
        facts = (code for code, feed in first.items() if home(feed) is None)
        absent = (code for code in facts if not holds(self._record, steps_of(first[code])))
        return self._facts(absent, ())

    def answers(self, slot: Slot) -> tuple[Answer, ...]:
        """Return every answer to try in a slot."""
        if slot.code == DATE:
            return tuple(dict.fromkeys(self._limits.days().values()))
        row = self._table.row(slot.code)
        answers = self._limits.answers(row) if row is not None else ()
        if slot.path[-1] in _LISTS:
            words = [str(word) for word in answers if word != _NONE]
            return ((), *((word,) for word in words), tuple(words))
        return answers

    # --- things -----------------------------------------------------------------------------------

    def _things(self, place: Path, steps: Path) -> Opened:
        named = steps[len(place)] if len(steps) > len(place) else FREE
        tried = [one for one in self._form.tried if self._is_of(one, place)]
        if named.startswith(FREE) or self._is_unreadable(steps):
            opened = self._corrected(steps, tried)
            for number, one in enumerate(tried, start=1):
                opened.add(self._thing((*place, f"{NEW}-{number}"), place, one, steps))
            return opened
        return self._thing((*place, named), place, tried[0] if tried else _NOTHING, steps)

    def _is_unreadable(self, steps: Path) -> bool:
        """Whether a text is there that does not tell enough: another one beside it cannot help."""
        texts = (row for row in self._rows if row.as_text and fills(row, steps))
        return any(texts) and holds(self._record, steps)

    def _corrected(self, steps: Path, tried: Sequence[Tried]) -> Opened:
        """Return an unreadable text as the report will say it once it is corrected."""
        codes = [row.code for row in self._rows if row.as_text and fills(row, steps)]
        texts = [one.answers[code] for one in tried for code in codes if code in one.answers]
        return Opened(settled={steps: texts[0]} if texts and holds(self._record, steps) else {})

    def _thing(self, thing: Path, place: Path, tried: Tried, steps: Path) -> Opened:
        """Return the slots of one thing that are empty, or that the path names."""
        opened = Opened()
        for element in self._table.elements.values():
            if any(home(feed) == place for feed in element.feeds):
                for code in (element.code, *sorted(element.components)):
                    for slot in self._of_code(element.code, code, thing, place):
                        if self._is_open(slot, steps):
                            opened.slots[slot] = self._answer(slot, tried)
        for key, value in tried.beside.items():
            if not holds(self._record, (*thing, key)):
                opened.settled[(*thing, key)] = value
        return opened

    def _of_code(self, element: str, code: str, thing: Path, place: Path) -> Iterator[Slot]:
        """Yield the slot of an element or component of a thing, and that of its date."""
        row = self._table.row(code)
        feeds = [feed for feed in row.feeds if home(feed) == place] if row is not None else []
        paths = [(*thing, *steps_of(feed)[len(place) + 1 :]) for feed in feeds]
        for path in self._spelled_out(paths[:1]):
            yield self._slot(element, code, thing, path, paths[1:])
        for path in paths[1:]:
            if path[-1] == DATE:
                yield Slot(element, DATE, thing, path)

    def _spelled_out(self, paths: Iterable[Path]) -> Iterator[Path]:
        """Yield each path; one that names a focus for every focus that the record knows."""
        for path in paths:
            if path[-1].startswith(FREE):
                yield from ((*path[:-1], key) for key in sorted(self._record.get(_FOCI, {})))
            else:
                yield path

    def _is_of(self, tried: Tried, place: Path) -> bool:
        rows = (row for code in tried.answers if (row := self._table.elements.get(code)))
        return any(home(feed) == place for row in rows for feed in row.feeds)

    def _place_of_tried(self, steps: Path) -> Path | None:
        """Return where a path lies that the form does not ask for, and that is tried beside it."""
        for place in {home(feed) for row in self._rows for feed in row.feeds}:
            if place is not None and steps[: len(place)] == place:
                tried = (one for one in self._form.tried if self._is_of(one, place))
                if any(steps[-1] in one.beside for one in tried):
                    return place
        return None

    # --- single facts -----------------------------------------------------------------------------

    def _facts(self, codes: Iterable[str], steps: Path) -> Opened:
        """Return the slots of single facts that are empty, or that the path names."""
        opened, wanted = Opened(), set(codes)
        for element in self._table.elements.values():
            if wanted & {element.code, *element.components}:
                tried = next((t for t in self._form.tried if element.code in t.answers), _NOTHING)
                for slot in self._of_fact(element):
                    if self._is_open(slot, steps):
                        opened.slots[slot] = self._answer(slot, tried)
        return opened

    def _of_fact(self, element: AttestedRow) -> Iterator[Slot]:
        for code in (element.code, *sorted(element.components)):
            row = self._table.row(code)
            paths = [steps_of(feed) for feed in row.feeds] if row is not None else []
            if row is not None and home(row.feeds[0]) is None:
                yield self._slot(element.code, code, (element.code,), paths[0], paths[1:])

    # --- one slot ---------------------------------------------------------------------------------

    def _slot(
        self, element: str, code: str, thing: Path, path: Path, others: Sequence[Path]
    ) -> Slot:
        """Return a slot with what is entered beside any value, and where it stands again."""
        with_it: dict[str, Answer] = {_JUDGED: self._limits.days()[AS_OF], _SIGNED: True}
        beside = tuple((other, with_it[other[-1]]) for other in others if other[-1] in with_it)
        twins = tuple(other for other in others if other[-1] == _SAME)
        return Slot(element, code, thing, path, beside, twins)

    def _is_open(self, slot: Slot, steps: Path) -> bool:
        """Whether the record holds no value there, or the path says that it is not enough."""
        return slot.path == steps or not holds(self._record, slot.path)

    def _answer(self, slot: Slot, tried: Tried) -> Answer | None:
        """Return the answer that is tried together with all others; None for none."""
        days = self._limits.days()
        if slot.code == DATE:
            return None if tried.date is None else days[tried.date]
        value: Answer | list[str] | None = tried.answers.get(slot.code)
        if isinstance(value, list):
            return tuple(value)
        row = self._table.row(slot.code)
        is_day = row is not None and "dateTime" in row.values
        return days[value] if is_day and isinstance(value, str) else value
