"""The search for answers that make a difference.

In: a trial and the opening of its record. Out: the slots whose answer would change a verdict, and
which criteria lack what. Bounded: each path is opened once, each combination judged once.
"""

from collections.abc import Iterator, Mapping, Sequence

from nelm_fhir.form.limits import Answer
from nelm_fhir.form.opening import Opening
from nelm_fhir.form.paths import Path
from nelm_fhir.form.slots import Opened, Slot
from nelm_fhir.form.trial import Given, Trial
from nelm_fhir.knowledge.form import DATE


class Search:
    """Opens what is lacking, and tries answers.

    `lacking` holds, per unknown criterion (title of its set, id), the paths that it lacks now or
    once other answers are there.
    """

    def __init__(self, trial: Trial, opening: Opening) -> None:
        self.lacking: dict[tuple[str, str], set[str]] = {}
        self._trial = trial
        self._opening = opening
        self._opened = Opened()
        self._open()
        facts = opening.absent_facts().slots
        self._everything = {**facts, **self._opened.slots}

    def kept(self) -> list[Slot]:
        """Return the slots whose answer would change a verdict; dates go with any answer."""
        asked = [slot for slot in self._everything if slot.code != DATE]
        kept = [slot for slot in asked if self._matters(slot)]
        left = {slot for slot in self._together() if slot.code != DATE} - set(kept)
        return [*kept, *self._matters_in_pairs(left)]

    # --- opening ----------------------------------------------------------------------------------

    def _open(self) -> None:
        """Open what the sets lack, and what they lack once that is answered, until nothing new."""
        seen: set[str] = set()
        while new := sorted(self._lacking() - seen):
            seen |= set(new)
            for path in new:
                self._opened.add(self._opening.lacking(path))
            self._trial.settled = self._opened.settled
        self._close_what_adds_nothing()

    def _lacking(self) -> set[str]:
        """Return what is lacking where all else is answered, or all but one thing.

        The answer about one thing may hide that another would settle the same (rules 3.11, B-BURD).
        What is open without lacking anything is so because of disease outside the liver (1.4) or a
        vague date (9.1): then it is these that more can be said about.
        """
        together = self._together()
        things = dict.fromkeys(slot.thing for slot in together)
        found: set[str] = set()
        for given in (together, *(_without_thing(together, thing) for thing in things)):
            for one in self._trial.judged(given, whole=True):
                for missing in one.missing:
                    key = (one.title, missing.criterion)
                    paths = missing.paths or self._opening.not_told()
                    self.lacking.setdefault(key, set()).update(paths)
                    found |= set(paths)
        return found

    def _close_what_adds_nothing(self) -> None:
        """Close new things without which every criterion stands as it does with them."""
        statuses = self._statuses(self._opened.slots)
        for thing in dict.fromkeys(slot.thing for slot in self._opened.slots if slot.is_new):
            others = {s: a for s, a in self._opened.slots.items() if s.thing != thing}
            if self._statuses(others) == statuses:
                self._opened.slots = others

    def _statuses(self, slots: Mapping[Slot, Answer | None]) -> list[tuple[str, str]]:
        judged = self._trial.judged(_tried(slots), whole=True)
        return [(result.id, result.status) for one in judged for result in one.criteria]

    def _together(self) -> dict[Slot, Answer]:
        """Return an answer to everything that is lacking."""
        return _tried(self._opened.slots)

    # --- trying -----------------------------------------------------------------------------------

    def _matters(self, slot: Slot) -> bool:
        """Whether some answer makes a difference, beside what else is or is not answered."""
        about = {s: a for s, a in _tried(self._everything).items() if s.thing == slot.thing}
        together = self._together()
        contexts: tuple[tuple[Given, bool], ...] = (
            (together, True),
            ({**together, **about}, True),
            ({}, False),
        )
        answers = self._answers(slot)
        return any(self._changes(slot, answers, given, whole=whole) for given, whole in contexts)

    def _answers(self, slot: Slot) -> tuple[Answer, ...]:
        tried = self._everything[slot]
        answers = self._opening.answers(slot)
        return answers if tried is None else tuple(dict.fromkeys((tried, *answers)))

    def _changes(self, slot: Slot, answers: Sequence[Answer], given: Given, *, whole: bool) -> bool:
        without = _without(given, {slot})
        before = self._trial.verdicts(without, whole=whole)
        return any(
            self._trial.verdicts({**without, slot: answer}, whole=whole) != before
            for answer in answers
        )

    def _matters_in_pairs(self, left: set[Slot]) -> Iterator[Slot]:
        """Yield those that matter only where another answer is not the favorable one."""
        for given in self._with_another_answer():
            if not left:
                return
            verdicts = self._trial.verdicts(given, whole=True)
            if self._trial.verdicts(_without(given, left), whole=True) == verdicts:
                continue
            for slot in sorted(left, key=lambda one: one.path):
                if self._trial.verdicts(_without(given, {slot}), whole=True) != verdicts:
                    left.discard(slot)
                    yield slot

    def _with_another_answer(self) -> Iterator[dict[Slot, Answer]]:
        together = self._together()
        for slot in together:
            for answer in self._opening.answers(slot):
                yield {**together, slot: answer}
            yield _without(together, {slot})


def _tried(slots: Mapping[Slot, Answer | None]) -> dict[Slot, Answer]:
    return {slot: answer for slot, answer in slots.items() if answer is not None}


def _without_thing(given: Given, thing: Path) -> dict[Slot, Answer]:
    return {slot: answer for slot, answer in given.items() if slot.thing != thing}


def _without(given: Given, left: set[Slot]) -> dict[Slot, Answer]:
    return {slot: answer for slot, answer in given.items() if slot not in left}
