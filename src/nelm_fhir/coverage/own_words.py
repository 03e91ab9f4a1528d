"""What of one record may be told: no code or name that holds a name or number of its patient.

In: the marks and gaps of a record, and the record. Out: what is counted of it. The name of a code,
typed by hand, may carry that of a patient; such a text is never shown, however many records agree
on it. Whether enough records agree is decided where counts are shown (`small_counts`).
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from nelm_fhir.core.codes import Code
from nelm_fhir.coverage.gaps import Gap, Gaps, Signs
from nelm_fhir.coverage.known import Known
from nelm_fhir.coverage.marks import Mark, Withheld
from nelm_fhir.coverage.tables import Discretion
from nelm_fhir.coverage.tally import Name, Seen
from nelm_fhir.coverage.words import fold
from nelm_fhir.fhir_r4.record import Record
from nelm_fhir.mappers.elements import Json, items, string

_SHORTEST_NAME: Final = 2
"""Initials of one letter would be found everywhere."""
_SHORTEST_NUMBER: Final = 4
_DATE: Final = re.compile(
    r"(?<!\d)(19|20)\d\d-(0[1-9]|1[0-2])(?!\d)"
    r"|(?<![\d.])(0?[1-9]|[12]\d|3[01])[./-](0?[1-9]|1[0-2])[./-]((19|20)\d\d|\d\d)(?![\d.])",
    re.ASCII,
)
"""2026-04 and longer, 4.4.2026, 04/04/26; not the parts of an OID."""


class OwnWords:
    """The names of one record's patient, and all numbers and addresses of the record."""

    def __init__(self, record: Record) -> None:
        patients = [patient.data for patient in record.patients]
        said = (text for patient in patients for text in _names(patient))
        names = {word for text in said for word in fold(text).split()}
        numbers = {fold(text) for patient in patients for text in _addresses(patient)}
        numbers |= {fold(text) for resource in record.resources for text in _ids(resource.data)}
        self._names = frozenset(name for name in names if len(name) >= _SHORTEST_NAME)
        self._numbers = frozenset(n for n in numbers if len(n) >= _SHORTEST_NUMBER)

    def are_in(self, text: str) -> bool:
        """Whether the text holds a name or number of the record."""
        folded = fold(text)
        if not self._names.isdisjoint(folded.split()):
            return True
        return any(f" {number} " in f" {folded} " for number in self._numbers)


def _names(patient: Json) -> Iterator[str]:
    for name in items(patient, "name"):
        yield from _strings(name.get("family"), name.get("given"), name.get("text"))


def _addresses(patient: Json) -> Iterator[str]:
    for address in items(patient, "address"):
        yield from _strings(address.get("line"), address.get("postalCode"), address.get("text"))
    yield from _strings(patient.get("id"), *(one.get("value") for one in items(patient, "telecom")))


def _ids(data: Json) -> Iterator[str]:
    for identifier in items(data, "identifier"):
        if value := string(identifier, "value"):
            yield value


def _strings(*values: Any) -> Iterator[str]:
    for value in values:
        listed = value if isinstance(value, list) else [value]
        yield from (text for text in listed if isinstance(text, str))


def discreet(
    marks: frozenset[Mark], gaps: Gaps, site: frozenset[Code], record: Record, known: Known
) -> Seen:
    """Return what is counted of a record; a gap whose code may not be shown is only counted."""
    rule, own = known.tables.discretion, OwnWords(record)
    told: dict[Gap, Signs] = {
        gap: signs for gap, signs in gaps.found.items() if all(_may_be_told(gap, rule, own))
    }
    names = {
        gap.code: _name(gaps.displays.get(gap.code, set()), rule, own)
        for gap in told
        if gap.code in gaps.displays
    }
    withheld = {Withheld()} if len(told) < len(gaps.found) else set()
    return Seen(marks | withheld, told, names, site)


def _may_be_told(gap: Gap, rule: Discretion, own: OwnWords) -> Iterator[bool]:
    for code in (gap.code, gap.question):
        if code is not None:
            yield code.code.isprintable() and len(code.code) <= rule.code_length
            yield not has_date(code.code)
            yield not own.are_in(code.code) and not own.are_in(code.system)


def has_date(text: str) -> bool:
    """Whether a text holds anything like a date."""
    return _DATE.search(text) is not None


def _name(displays: set[str], rule: Discretion, own: OwnWords) -> Name:
    """Return the one name of a code in a record, if it may be told."""
    text = displays.pop() if len(displays) == 1 else None
    if text is None or not text.isprintable() or has_date(text) or own.are_in(text):
        return Name(None)
    digits = sum(character.isdigit() for character in text)
    return Name(text if digits <= rule.display_digits else None)
