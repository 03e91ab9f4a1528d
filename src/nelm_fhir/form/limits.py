"""Which answers can make a difference: every word, and values around every limit.

In: the catalogue, the evaluation date. Out: the answers that are tried for an element or component.
Numbers are the limits of all criteria and of the grading table, and one between each two of them;
dates the evaluation date and those as far back as each clock.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Final

from nelm_fhir.core.amounts import plain
from nelm_fhir.core.dates import MONTHS_PER_YEAR, add_months
from nelm_fhir.core.unknown import Reason
from nelm_fhir.knowledge.attested import AttestedRow
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.knowledge.criteria import Ask, asks_of
from nelm_fhir.knowledge.form import AS_OF, BEFORE
from nelm_fhir.knowledge.units import UCUM

Answer = str | bool | int | Decimal | tuple[str, ...]
_MONTHS: Final = "mo"
_HALF: Final = 2


@dataclass(frozen=True, slots=True)
class Limits:
    """The answers worth trying, for one catalogue and one evaluation date."""

    catalogue: Catalogue
    as_of: date

    def answers(self, row: AttestedRow) -> tuple[Answer, ...]:
        """Return every answer to try; a text that no rule reads is one answer."""
        if row.words:
            return tuple(sorted(row.words))
        if "boolean" in row.values:
            return (True, False)
        if "dateTime" in row.values:
            return tuple(self.days().values())
        if row.unit is not None:
            return tuple(self._amounts(row))
        if "integer" in row.values:
            return (self.catalogue.definitions.grading.low_count_below,)
        return (row.code,)

    def days(self) -> dict[str, str]:
        """Return the days that are tried: that of the judgment, and as long ago as each clock."""
        months = sorted(int(limit) for limit in self._limits(_MONTHS))
        found = {AS_OF: self.as_of.isoformat()}
        found |= {f"{n} {_MONTHS}": add_months(self.as_of, -n).isoformat() for n in months}
        longest = months[-1] if months else 0
        return found | {BEFORE: add_months(self.as_of, -longest).isoformat()}

    def birth_date(self) -> str:
        """Return the birth date of the youngest adult, to whom no limit of age applies."""
        years = self.catalogue.definitions.scope.adult_years
        return add_months(self.as_of, -years * MONTHS_PER_YEAR).isoformat()

    def _amounts(self, row: AttestedRow) -> Iterator[Answer]:
        """Yield amounts of a kind of unit; as text where a grammar reads them."""
        for unit in sorted(self._units()):
            found = self.catalogue.units.find(row.unit or "", UCUM, unit, None)
            if not isinstance(found, Reason):
                for number in _around(sorted(self._limits(unit)), self._top(unit)):
                    yield f"{plain(number)} {found.suffix}" if row.as_text else number

    def _top(self, unit: str) -> Decimal | None:
        burden = self.catalogue.definitions.burden
        return burden.highest if unit == burden.unit else None

    def _units(self) -> set[str]:
        grading = self.catalogue.definitions.grading
        asked = {ask.unit for ask in self._asks() if ask.unit is not None}
        return asked | {grading.ki67.unit, grading.mitoses.unit}

    def _limits(self, unit: str) -> set[Decimal]:
        grading = self.catalogue.definitions.grading
        of_grades = [limits for limits in (grading.ki67, grading.mitoses) if limits.unit == unit]
        found = {limit for limits in of_grades for limit in (limits.g2_from, limits.g3_above)}
        asked = (ask for ask in self._asks() if ask.unit == unit)
        return found | {ask.limit for ask in asked if ask.limit is not None}

    def _asks(self) -> Iterator[Ask]:
        for criteria_set in self.catalogue.sets.values():
            for criterion in criteria_set.criteria:
                options = (option.question for option in criterion.options)
                for question in (criterion.question, *options):
                    yield from asks_of(question)


def _around(limits: Sequence[Decimal], top: Decimal | None) -> Iterator[Decimal]:
    """Yield each limit, and a number below, between and above them."""
    if not limits:
        return
    last = limits[-1]
    ends = [Decimal(0), *limits, last + last if top is None else top]
    yield from limits
    for low, high in pairwise(ends):
        if low < high:
            yield (low + high) / _HALF
