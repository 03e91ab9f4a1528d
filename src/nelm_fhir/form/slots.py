"""Where in the record an answer goes, and which places a lacking path opens.

In: the table of the attested entry with the paths that it feeds, the record, lacking paths of an
assessment (rules 15.2; `<id>` stands for a thing that is not there yet). Out: slots, one per
question and thing, each with the answer that is tried together with all others, if there is one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from nelm_fhir.form.limits import Answer, Limits
from nelm_fhir.knowledge.attested import AttestedRow, AttestedTable
from nelm_fhir.knowledge.form import AS_OF, DATE, Form, Tried

Path = tuple[str, ...]
Record = Mapping[str, Any]
_FREE: Final = "<"
_NEW: Final = "form"
_NONE: Final = "none"
_BIRTH: Final[Path] = ("patient", "birth_date")
_DAMAGED: Final[Path] = ("damaged",)
_JUDGED: Final = "judged_on"
_SAME: Final = "high"
_SIGNED: Final = "signed"
_LISTS: Final = frozenset({"failed_therapies", "sites"})


@dataclass(frozen=True, slots=True)
class Slot:
    """One question about one thing of the record.

    `element` is the element in whose group it is asked, `code` itself, a component or `date`;
    `path` leads to its value, `twins` to where the same value stands again, `beside` to what goes
    with any value: a signature, the day of a judgment.
    """

    element: str
    code: str
    thing: Path
    path: Path
    beside: tuple[tuple[Path, Answer], ...] = ()
    twins: tuple[Path, ...] = ()

    @property
    def is_new(self) -> bool:
        """Whether it is about a thing that the record does not have."""
        return self.thing[-1].startswith(f"{_NEW}-")


@dataclass(slots=True)
class Opened:
    """What was opened: slots with the answer tried in each (None: none), and settled paths."""

    slots: dict[Slot, Answer | None] = field(default_factory=dict)
    settled: dict[Path, Answer] = field(default_factory=dict)

    def add(self, other: "Opened") -> None:
        """Take over what is not there yet."""
        for slot, answer in other.slots.items():
            self.slots.setdefault(slot, answer)
        for path, value in other.settled.items():
            self.settled.setdefault(path, value)


class Slots:
    """Finds the slots of one record."""

    def __init__(self, table: AttestedTable, form: Form, limits: Limits, record: Record) -> None:
        self._table = table
        self._form = form
        self._limits = limits
        self._record = record

    def lacking(self, path: str) -> Opened:
        """Return what a lacking path opens: a thing that is there, new ones, or a single fact."""
        steps: Path = tuple(path.split("."))
        if steps == _BIRTH:
            return Opened(settled={_BIRTH: self._limits.birth_date()})
        if steps == _DAMAGED:
            return Opened(settled={_DAMAGED: False})
        fed = [row for row in self._rows() if _fed(row, steps)]
        home = next((_home(feed) for row in fed for feed in row.feeds if _fits(feed, steps)), None)
        home = home or self._home_of_tried(steps)
        if home is not None:
            return self._things(home, steps)
        return self._facts(row.code for row in fed)

    def known_foci(self) -> tuple[str, ...]:
        """Return the paths of the foci outside the liver that the record has."""
        return tuple(f"extrahepatic.{key}" for key in sorted(self._record.get("extrahepatic", {})))

    def absent_facts(self) -> Opened:
        """Return the single facts that the record does not hold, named as lacking or not."""
        rows = self._table.elements.values()
        return self._facts(
            row.code
            for row in rows
            if row.feeds and _home(row.feeds[0]) is None and not self._has(_steps(row.feeds[0]))
        )

    # --- things -----------------------------------------------------------------------------------

    def _things(self, home: Path, steps: Path) -> Opened:
        named = steps[len(home)] if len(steps) > len(home) else _FREE
        tried = [one for one in self._form.tried if self._is_of(one, home)]
        if named.startswith(_FREE) or self._is_unreadable(steps):
            opened = self._corrected(steps, tried)
            for number, one in enumerate(tried, start=1):
                opened.add(self._thing((*home, f"{_NEW}-{number}"), home, one, steps))
            return opened
        return self._thing((*home, named), home, tried[0] if tried else _NOTHING, steps)

    def _corrected(self, steps: Path, tried: Sequence[Tried]) -> Opened:
        """Return an unreadable text as the report will say it once it is corrected."""
        codes = [row.code for row in self._rows() if row.as_text and _fed(row, steps)]
        texts = [one.answers[code] for one in tried for code in codes if code in one.answers]
        return Opened(settled={steps: texts[0]} if texts and self._has(steps) else {})

    def _thing(self, thing: Path, home: Path, tried: Tried, steps: Path) -> Opened:
        """Return the slots of one thing that are empty, or that the path names."""
        opened = Opened()
        for element in self._table.elements.values():
            if not any(_home(feed) == home for feed in element.feeds):
                continue
            for code in (element.code, *sorted(element.components)):
                for slot in self._of_code(element.code, code, thing, home):
                    if not self._has(slot.path) or slot.path == steps:
                        opened.slots[slot] = self._answer(slot, tried)
        for key, value in tried.beside.items():
            if not self._has((*thing, key)):
                opened.settled[(*thing, key)] = value
        return opened

    def _of_code(self, element: str, code: str, thing: Path, home: Path) -> Iterator[Slot]:
        """Yield the slot of an element or component of a thing, and that of its date."""
        row = self._table.row(code)
        feeds = [feed for feed in row.feeds if _home(feed) == home] if row is not None else []
        if not feeds:
            return
        first, *others = [(*thing, *_steps(feed)[len(home) + 1 :]) for feed in feeds]
        beside, twins = self._companions(others)
        for path in self._spelled_out(first):
            yield Slot(element, code, thing, path, beside, twins)
        for path in others:
            if path[-1] == DATE:
                yield Slot(element, DATE, thing, path)

    def _spelled_out(self, path: Path) -> Iterator[Path]:
        """Yield the path for every focus that the record knows, where it names a focus."""
        if path[-1].startswith(_FREE):
            yield from ((*path[:-1], key) for key in sorted(self._record.get("extrahepatic", {})))
        else:
            yield path

    def _is_unreadable(self, steps: Path) -> bool:
        """Whether a text is there that no grammar reads: another one beside it does not help."""
        rows = (row for row in self._rows() if _fed(row, steps))
        return any(row.as_text for row in rows) and self._has(steps)

    # --- single facts -----------------------------------------------------------------------------

    def _facts(self, codes: Iterator[str]) -> Opened:
        opened = Opened()
        wanted = set(codes)
        for element in self._table.elements.values():
            if not wanted & {element.code, *element.components}:
                continue
            tried = next((t for t in self._form.tried if element.code in t.answers), _NOTHING)
            for code in (element.code, *sorted(element.components)):
                row = self._table.row(code)
                if row is None or not row.feeds or _home(row.feeds[0]) is not None:
                    continue
                first, *others = map(_steps, row.feeds)
                beside, twins = self._companions(others)
                slot = Slot(element.code, code, (element.code,), first, beside, twins)
                opened.slots[slot] = self._answer(slot, tried)
        return opened

    # --- what goes where --------------------------------------------------------------------------

    def _companions(
        self, paths: Sequence[Path]
    ) -> tuple[tuple[tuple[Path, Answer], ...], tuple[Path, ...]]:
        """Return what is entered with any value, and where the same value stands again."""
        with_it: dict[str, Answer] = {_JUDGED: self._limits.days()[AS_OF], _SIGNED: True}
        beside = tuple((path, with_it[path[-1]]) for path in paths if path[-1] in with_it)
        return beside, tuple(path for path in paths if path[-1] == _SAME)

    def _answer(self, slot: Slot, tried: Tried) -> Answer | None:
        if slot.code == DATE:
            return self._limits.days()[tried.date] if tried.date is not None else None
        value = tried.answers.get(slot.code)
        if value is None:
            return None
        if isinstance(value, list):
            return tuple(value)
        row = self._table.row(slot.code)
        if row is not None and "dateTime" in row.values:
            return self._limits.days()[value]
        return value  # type: ignore[no-any-return] # checked when the form was read

    def answers(self, slot: Slot) -> tuple[Answer, ...]:
        """Return every answer to try in a slot."""
        if slot.code == DATE:
            return tuple(dict.fromkeys(self._limits.days().values()))
        row = self._table.row(slot.code)
        found = self._limits.answers(row) if row is not None else ()
        if slot.path[-1] in _LISTS:
            words = [str(word) for word in found if word != _NONE]
            return ((), *((word,) for word in words), tuple(words))
        return found

    # --- the record -------------------------------------------------------------------------------

    def _rows(self) -> Iterator[AttestedRow]:
        yield from self._table.elements.values()
        yield from self._table.components.values()

    def _has(self, path: Path) -> bool:
        inner: Any = self._record
        for step in path:
            if not isinstance(inner, Mapping) or step not in inner:
                return False
            inner = inner[step]
        return True

    def _is_of(self, tried: Tried, home: Path) -> bool:
        rows = [
            self._table.elements[code] for code in tried.answers if code in self._table.elements
        ]
        return any(_home(feed) == home for row in rows for feed in row.feeds)

    def _home_of_tried(self, steps: Path) -> Path | None:
        """Return the home of a path that the form does not ask for, and that is tried beside it."""
        homes = {_home(feed) for row in self._rows() for feed in row.feeds} - {None}
        for home in homes:
            if home is not None and steps[: len(home)] == home:
                tried = (one for one in self._form.tried if self._is_of(one, home))
                if any(steps[-1] in one.beside for one in tried):
                    return home
        return None


_NOTHING: Final = Tried({}, None, {})


def enter(record: Record, answers: Mapping[Slot, Answer], settled: Mapping[Path, Answer]) -> Record:
    """Return the record with these answers and values in it."""
    result = dict(record)
    for path, value in settled.items():
        _put(result, path, value)
    for slot, value in answers.items():
        for path, more in slot.beside:
            _put(result, path, more)
        for path in (slot.path, *slot.twins):
            _put(result, path, value)
    return result


def _put(record: dict[str, Any], path: Path, value: Answer) -> None:
    inner = record
    for step in path[:-1]:
        inner[step] = dict(inner.get(step, {}))
        inner = inner[step]
    inner[path[-1]] = list(value) if isinstance(value, tuple) else value


def _steps(feed: str) -> Path:
    return tuple(feed.split("."))


def _home(feed: str) -> Path | None:
    """Return where the things of a feed lie; None for a single fact."""
    steps = _steps(feed)
    free = [at for at, step in enumerate(steps) if step.startswith(_FREE)]
    return steps[: free[0]] if free else None


def feeds_path(row: AttestedRow, path: str) -> bool:
    """Whether an element or component fills what a lacking path names."""
    return _fed(row, _steps(path))


def _fed(row: AttestedRow, steps: Path) -> bool:
    return any(_fits(feed, steps) for feed in row.feeds)


def _fits(feed: str, steps: Path) -> bool:
    """Whether a path names what is fed, or something that holds it."""
    fed = _steps(feed)
    if len(steps) > len(fed):
        return False
    return all(
        own == named or own.startswith(_FREE) for own, named in zip(fed, steps, strict=False)
    )
