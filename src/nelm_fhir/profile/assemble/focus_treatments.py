"""How a focus was treated, and when the treatment ended (rules 8.4, 15.2).

In: attested treatments, Procedures and courses that name the focus. Out: treatment and end. Of
several the last to end counts; one without an end leaves the end open, and so does its kind.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from nelm_fhir.core.dates import DaySpan
from nelm_fhir.core.evidence import Unused
from nelm_fhir.core.unknown import Unknown
from nelm_fhir.profile.assemble.focus_register import TREATMENT, Lesion
from nelm_fhir.profile.assemble.kinds import focus_word
from nelm_fhir.profile.assemble.statements import (
    SILENT,
    Settled,
    agreed,
    narrower_date,
    newest,
    said,
    set_aside,
    statement,
)
from nelm_fhir.profile.findings import Finding, Value

_RESECTION: Final = "resection"
_OF_A_PRIMARY: Final = "primary-resected"


class _Course(Struct, frozen=True):
    """One treatment of the focus: its kind, and its end if it has one."""

    kind: Value | Unknown
    end: DaySpan | None
    finding: Finding


def focus_treatment(lesion: Lesion, as_of: date) -> tuple[Settled, Settled]:
    """Return the treatment that counts and the day it ended."""
    courses = [course for course in _courses(lesion) if _says_something(course.kind)]
    seen = [course for course in courses if not _is_future(course, as_of)]
    counted = seen or [course for course in courses if course.end is not None]
    running = [course for course in counted if course.end is None]
    if running:
        ended = (statement(c.finding) for c in counted if c.end is not None)
        kind = agreed([replace(statement(c.finding), value=c.kind, day=None) for c in running])
        return replace(kind, aside=kind.aside + set_aside(ended, Unused.SUPERSEDED)), Settled()
    kinds = [replace(statement(c.finding), value=c.kind, day=c.end) for c in counted]
    ends = [replace(s, value=c.end) for s, c in zip(kinds, counted, strict=True) if c.end]
    return newest(kinds), newest(ends, narrower_date)


def _courses(lesion: Lesion) -> Iterable[_Course]:
    for entry in lesion.entries.get(TREATMENT, ()):
        yield _Course(said(entry), _end(entry), entry)
    for act in lesion.acts:
        if said(act) is True:
            resected = act.element == _OF_A_PRIMARY
            kind = _RESECTION if resected else focus_word(act)
            yield _Course(kind, act.day if resected else _end(act), act)


def _end(finding: Finding) -> DaySpan | None:
    end = finding.components.get("treatment-end")
    return end if isinstance(end, DaySpan) else None


def _says_something(kind: Value | Unknown) -> bool:
    return not (isinstance(kind, Unknown) and kind.reason in SILENT)


def _is_future(course: _Course, as_of: date) -> bool:
    day = course.end or course.finding.day
    return day is not None and day.earliest > as_of
