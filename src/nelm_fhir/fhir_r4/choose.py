"""Which entries are read: those a mapper can want, and all they are joined with.

In: the entries of one patient, their index, what is wanted. Out: the chosen entries, strictly read,
or the kind of damage. An entry that contains what can matter is chosen, too. Joined is what a
chosen resource refers to (`references.FOLLOWED`), and the reports, panels and acts that hold it
(`result`, `hasMember`, `imagingStudy`, `Procedure.partOf`); both again and again, until nothing new
comes. What is not chosen is counted, never built.
Source: performance.md 3 (3); architecture decision 2.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nelm_fhir.fhir_r4 import head, strict
from nelm_fhir.fhir_r4.gate import held_in
from nelm_fhir.fhir_r4.head import Reference
from nelm_fhir.fhir_r4.part import Entry
from nelm_fhir.fhir_r4.references import Index, links, reference_of
from nelm_fhir.fhir_r4.required import needs
from nelm_fhir.fhir_r4.twice import Suspicion
from nelm_fhir.fhir_r4.wanted import Wanted

Data = Mapping[str, Any]


class Chosen:
    """The entries that are read, each once."""

    def __init__(self, entries: Sequence[Entry], index: Index, mine: Sequence[int]) -> None:
        self._entries = entries
        self._index = index
        self._mine = frozenset(mine)
        self._holders = self._find_holders(mine)
        self.read: dict[int, Data] = {}
        self.links: dict[int, list[tuple[str, Reference]]] = {}
        self.damaged: dict[int, str] = {}

    def _find_holders(self, mine: Sequence[int]) -> dict[int, list[int]]:
        holders: dict[int, list[int]] = {}
        for n in mine:
            for reference in self._entries[n].head.containers:
                held = self._index.find(reference, n)
                if held is not None:
                    holders.setdefault(held, []).append(n)
        return holders

    def add(self, start: Sequence[int]) -> None:
        """Read these entries and everything they are joined with."""
        left = list(start)
        while left:
            n = left.pop()
            if n in self.read or n in self.damaged or n not in self._mine:
                continue
            self._read(n)
            left.extend(self._holders.get(n, ()))
            targets = [self._index.find(link, n) for _, link in self.links.get(n, ())]
            left.extend(target for target in targets if target is not None)

    def _read(self, n: int) -> None:
        try:
            data = strict.read(self._entries[n].raw)
        except strict.Damaged as damaged:
            self.damaged[n] = damaged.kind
        else:
            self.read[n] = data
            self.links[n] = [(name, reference_of(link)) for name, link in links(data)]


@dataclass(slots=True)
class Candidates:
    """Entries that can matter by themselves, and those whose text may hide something."""

    wanted: list[int] = field(default_factory=list)
    suspect: list[int] = field(default_factory=list)


def candidates(entries: Sequence[Entry], mine: Sequence[int], wanted: Wanted) -> Candidates:
    """Ask of every entry whether it can matter; equal questions are asked once."""
    answers: dict[Hashable, bool] = {}
    types = wanted.types
    found = Candidates()
    suspicion = Suspicion()
    for n in mine:
        entry = entries[n]
        mapped = entry.type in types
        if mapped and (entry.wrong or _is_wanted(entry, wanted, answers)):
            found.wanted.append(n)
        elif suspicion.of_type(entry.raw) or (mapped and suspicion.of_code(entry)):
            found.suspect.append(n)
    return found


def _is_wanted(entry: Entry, wanted: Wanted, answers: dict[Hashable, bool]) -> bool:
    question = entry.head.question
    answer = answers.get(question)
    if answer is None:
        answer = answers[question] = wanted(entry.type, entry.head.codes)
    return answer


def holds(raw: bytes, wanted: Wanted) -> bool:
    """Whether the text of a suspect entry contains a resource that can matter by itself."""
    try:
        items = held_in(strict.read(raw))
    except strict.Damaged:
        return False
    return any(_states(head.of(item)[0], wanted) for item in items if isinstance(item, dict))


def _states(its: head.Head, wanted: Wanted) -> bool:
    kind = its.resource_type or ""
    return needs(kind).stated and wanted(kind, its.codes)
