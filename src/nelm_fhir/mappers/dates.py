"""Clinical dates of resources as spans of days (terminology 2.6, rules 9.1).

The calendar date counts as written, without shifting zones. A time without zone and 24:00 are
issues and keep the day, a leap second is none; a time that no clock shows leaves nothing. Of
strings only a bare year in `performedString` is read.
"""

import re
from typing import Final, NamedTuple

from nelm_fhir.core.dates import DaySpan
from nelm_fhir.fhir_r4.record import Resource
from nelm_fhir.mappers.context import Context
from nelm_fhir.mappers.elements import Json, item, string

_DATE_TIME: Final = re.compile(
    r"(?P<day>\d{4}(?:-\d{2}(?:-\d{2})?)?)"
    r"(?:T(?P<hour>[01]\d|2[0-4]):[0-5]\d(?::(?:[0-5]\d|60)(?:\.\d+)?)?"
    r"(?P<zone>Z|[+-](?:0\d|1[0-4]):[0-5]\d)?)?",
    re.ASCII,
)
_BARE_YEAR: Final = re.compile(r"\d{4}", re.ASCII)
_FULL_DAY: Final = 10

PLACES: Final = {
    "Condition": "onset",
    "DiagnosticReport": "effective",
    "MedicationAdministration": "effective",
    "MedicationStatement": "effective",
    "Observation": "effective",
    "Procedure": "performed",
    "ServiceRequest": "occurrence",
}
_ONE_ELEMENT: Final = {
    "CarePlan": "created",
    "ImagingStudy": "started",
    "MedicationRequest": "authoredOn",
}


class Dated(NamedTuple):
    """A clinical date: the days it can denote, and as written; `end` is that of a finished act."""

    day: DaySpan | None = None
    recorded: str | None = None
    end: DaySpan | None = None


UNDATED: Final = Dated()


def clinical_date(resource: Resource, ctx: Context) -> Dated:
    """Return the date of what the resource states, never when it was recorded."""
    name = PLACES.get(resource.type)
    if name is not None:
        return _choice(resource, resource.data, name, ctx)
    if resource.type == "Specimen":
        return _choice(resource, item(resource.data, "collection"), "collected", ctx)
    if resource.type == "EpisodeOfCare":
        return period_of(resource, resource.data, "period", ctx)
    only = _ONE_ELEMENT.get(resource.type)
    return moment_of(resource, resource.data, only, ctx) if only else UNDATED


def period_of(resource: Resource, parent: Json, name: str, ctx: Context) -> Dated:
    """Return the days of a Period; undated where it is not there."""
    period = item(parent, name)
    return _period(resource, period, name, ctx) if period else UNDATED


def moment_of(resource: Resource, parent: Json, name: str, ctx: Context) -> Dated:
    """Return the days of one dateTime; undated where it is not there."""
    text = string(parent, name)
    if text is None:
        return UNDATED
    day = read_date(text, resource, name, ctx)
    return Dated(day, text, day)


def read_date(text: str, resource: Resource, path: str, ctx: Context) -> DaySpan | None:
    """Return the days of a FHIR date or dateTime; None and an issue for anything else."""
    shape = _DATE_TIME.fullmatch(text.strip())
    if shape is None or (shape["hour"] and len(shape["day"]) < _FULL_DAY):
        ctx.note("date-unreadable", resource, path)
        return None
    try:
        day = DaySpan.parse(shape["day"])
    except ValueError:
        ctx.note("date-unreadable", resource, path)
        return None
    if shape["hour"] == "24":
        ctx.note("date-hour-24", resource, path)
    elif shape["hour"] and not shape["zone"]:
        ctx.note("date-without-zone", resource, path)
    return day


def _choice(resource: Resource, parent: Json, name: str, ctx: Context) -> Dated:
    for suffix in ("DateTime", "Instant"):
        if string(parent, name + suffix):
            return moment_of(resource, parent, name + suffix, ctx)
    if item(parent, f"{name}Period"):
        return period_of(resource, parent, f"{name}Period", ctx)
    text = string(parent, f"{name}String")
    if name == "performed" and text and _BARE_YEAR.fullmatch(text.strip()):
        return moment_of(resource, parent, f"{name}String", ctx)
    return Dated(recorded=text)


def _period(resource: Resource, period: Json, path: str, ctx: Context) -> Dated:
    """A Period is the span of its days; without end it is its start (architecture, Assembly)."""
    start, end = string(period, "start"), string(period, "end")
    recorded = "/".join(text or "" for text in (start, end))
    last = read_date(end, resource, f"{path}.end", ctx) if end else None
    if start is None:
        ctx.note("period-without-start", resource, path)
        return Dated(None, recorded, last)
    first = read_date(start, resource, f"{path}.start", ctx)
    if first is None or last is None:
        return Dated(first, recorded, last)
    if last.latest < first.earliest:
        ctx.note("period-reversed", resource, path)
        return Dated(None, recorded, None)
    return Dated(DaySpan(first.earliest, max(first.latest, last.latest)), recorded, last)
