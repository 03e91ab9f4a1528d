"""The summary of a run: verdicts per set, what is missing for how many, where sets disagree.

In: the lines of the worklist, one after the other, and the counts of the run. Out: one JSON object
of counts. The deceased are counted and stand in nothing else. Sets are compared two at a time and
never added up to one score.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, Final

from nelm_fhir.assessment.result import Verdict
from nelm_fhir.report.worklist_line import Place, WorklistLine

Json = dict[str, Any]
_OPPOSED: Final = {str(Verdict.CRITERIA_MET), str(Verdict.CRITERIA_NOT_MET)}


@dataclass(slots=True)
class Summary:
    """Counts lines as they pass by; it holds counters only, however many patients there are."""

    places: Counter[Place] = field(default_factory=Counter)
    _titles: dict[str, tuple[str, str]] = field(default_factory=dict)
    _verdicts: Counter[tuple[str, str]] = field(default_factory=Counter)
    _data: Counter[str] = field(default_factory=Counter)
    _alone: Counter[str] = field(default_factory=Counter)
    _criteria: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    _pairs: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)

    def add(self, line: WorklistLine) -> None:
        """Count one patient."""
        self.places[line.place] += 1
        for one in line.verdicts:
            self._titles.setdefault(one.set, (one.title, one.version))
            self._verdicts[one.set, one.verdict] += 1
        for first, second in combinations(line.verdicts, 2):
            if first.verdict != second.verdict:
                self._pairs[first.set, second.set, first.verdict, second.verdict] += 1
        self._missing(line)

    def passing(self, lines: Iterable[WorklistLine]) -> Iterator[WorklistLine]:
        """Yield the lines as they are, each counted."""
        for line in lines:
            self.add(line)
            yield line

    def _missing(self, line: WorklistLine) -> None:
        ids = {one.title: one.set for one in line.verdicts}
        data = {one.datum for one in line.missing}
        self._data.update(data)
        if len(data) == 1:
            self._alone.update(data)
        self._criteria.update(
            {
                (one.datum, ids.get(named.title, named.title), named.criterion)
                for one in line.missing
                for named in one.settles
            }
        )

    def verdicts(self) -> list[Json]:
        """Return by set how many patients have each verdict."""
        return [
            {
                "set": name,
                "title": title,
                "version": version,
                "patients": {str(v): self._verdicts[name, str(v)] for v in Verdict},
            }
            for name, (title, version) in self._titles.items()
        ]

    def missing(self) -> list[Json]:
        """Return which data are missing, those that most patients lack first."""
        return [
            {
                "datum": datum,
                "patients": number,
                "nothing_else": self._alone[datum],
                "criteria": [
                    {"set": name, "criterion": criterion, "patients": count}
                    for (of, name, criterion), count in _most(self._criteria)
                    if of == datum
                ],
            }
            for datum, number in _most(self._data)
        ]

    def disagreements(self) -> list[Json]:
        """Return by pair of sets where their verdicts differ; `opposed`: met and not met."""
        return [
            self._pair(first, second)
            for first, second in combinations(self._titles, 2)
            if any((first, second) == pair[:2] for pair in self._pairs)
        ]

    def _pair(self, first: str, second: str) -> Json:
        found = [
            ({"first": one, "second": other}, number)
            for (a, b, one, other), number in sorted(self._pairs.items())
            if (a, b) == (first, second)
        ]
        opposed = sum(number for pair, number in found if set(pair.values()) == _OPPOSED)
        return {
            "first": first,
            "second": second,
            "patients": sum(number for _, number in found),
            "opposed": opposed,
            "verdicts": [{**pair, "patients": number} for pair, number in found],
        }


def _most(counter: Mapping[Any, int]) -> list[tuple[Any, int]]:
    """Return the counts, the largest first, beside each other by name."""
    return sorted(counter.items(), key=lambda item: (-item[1], item[0]))
