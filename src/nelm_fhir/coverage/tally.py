"""Counts over records, merged in any order: what many records say together.

In: what was seen of each record. Out: per mark and gap the number of records. Memory grows with
the codes there are, never with the records.
"""

from collections import Counter
from dataclasses import dataclass, field

from nelm_fhir.core.codes import Code
from nelm_fhir.coverage.gaps import Gap, Signs
from nelm_fhir.coverage.marks import Mark


@dataclass(frozen=True, slots=True)
class Name:
    """What records call a code: the one name on which so many agree; None if they differ."""

    text: str | None
    records: int = 1

    def __or__(self, other: "Name") -> "Name":
        """Return the name on which both agree."""
        text = self.text if self.text == other.text else None
        return Name(text, self.records + other.records)


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of one record; `site` are the codes of overlays that it holds."""

    marks: frozenset[Mark]
    gaps: dict[Gap, Signs] = field(default_factory=dict)
    names: dict[Code, Name] = field(default_factory=dict)
    site: frozenset[Code] = frozenset()


@dataclass(slots=True)
class Tally:
    """Counts over records: how many, how many carry each mark and each gap, what was refused."""

    records: int = 0
    marks: Counter[Mark] = field(default_factory=Counter)
    gaps: Counter[Gap] = field(default_factory=Counter)
    signs: dict[Gap, Signs] = field(default_factory=dict)
    names: dict[Code, Name] = field(default_factory=dict)
    site: set[Code] = field(default_factory=set)
    refused: Counter[str] = field(default_factory=Counter)

    def add(self, seen: Seen) -> None:
        """Count one more record."""
        self.records += 1
        self.marks.update(seen.marks)
        self.gaps.update(seen.gaps.keys())
        self.site |= seen.site
        self._join(seen.gaps, seen.names)

    def refuse(self, kind: str) -> None:
        """Count an input that could not be used, by the kind of its error."""
        self.refused[kind] += 1

    def merge(self, other: "Tally") -> None:
        """Add the counts of other records."""
        self.records += other.records
        self.marks.update(other.marks)
        self.gaps.update(other.gaps)
        self.refused.update(other.refused)
        self.site |= other.site
        self._join(other.signs, other.names)

    def _join(self, signs: dict[Gap, Signs], names: dict[Code, Name]) -> None:
        for gap, sign in signs.items():
            self.signs[gap] = self.signs[gap] | sign if gap in self.signs else sign
        for code, name in names.items():
            self.names[code] = self.names[code] | name if code in self.names else name
