"""Slots: one question about one thing of a record, and the record with answers in them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from nelm_fhir.form.limits import Answer
from nelm_fhir.form.paths import Path, Record, put

NEW: Final = "form"
"""How the key of a thing begins that the record does not have."""


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
        return self.thing[-1].startswith(f"{NEW}-")


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


def enter(record: Record, answers: Mapping[Slot, Answer], settled: Mapping[Path, Answer]) -> Record:
    """Return the record with these answers and values in it."""
    result = dict(record)
    for path, value in settled.items():
        put(result, path, value)
    for slot, value in answers.items():
        for path, more in slot.beside:
            put(result, path, more)
        for path in (slot.path, *slot.twins):
            put(result, path, value)
    return result
