"""Plans and orders: a transplantation to come, and what a site codes (rules 15.2; terminology 2.3).

In: ServiceRequest, and the activities of a CarePlan. Out: `liver-transplant`, planned, with its
day; `primary-resected` with `planned-at-transplantation` where a site maps the order to it; the
answers of `site_answers`. An order that is void, or forbids, plans nothing.
"""

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from nelm_fhir.core.reading import Reading
from nelm_fhir.mappers.attested_values import ELEMENT
from nelm_fhir.mappers.concepts import matched, recorded_text, within, words
from nelm_fhir.mappers.context import Context
from nelm_fhir.mappers.dates import Dated, moment_of, period_of
from nelm_fhir.mappers.elements import Json, item, items, string
from nelm_fhir.mappers.site_answers import site_answers
from nelm_fhir.mappers.source import Source
from nelm_fhir.mappers.transplantation import PROCEDURE, TRANSPLANT
from nelm_fhir.mappers.values import NOT_STATED, STATED
from nelm_fhir.profile.findings import Finding

_AT_TRANSPLANTATION: Final = "planned-at-transplantation"
_RESECTED: Final = "primary-resected"
_TO_COME: Final = frozenset({"not-started", "scheduled", "in-progress", "on-hold"})


def service_request(source: Source, ctx: Context) -> Iterator[Finding]:
    """Yield what is ordered, and the reason as far as a site's codes give one."""
    yield from _ordered(source, item(source.data, "code"), "code", ctx)
    ordered_on = moment_of(source.resource, source.data, "authoredOn", ctx)
    yield from site_answers(replace(source, dated=ordered_on), ctx)


def care_plan(source: Source, ctx: Context) -> Iterator[Finding]:
    """Yield what a plan holds, activity by activity."""
    for at, activity in enumerate(items(source.data, "activity")):
        detail = item(activity, "detail")
        if string(detail, "status") in _TO_COME and detail.get("doNotPerform") is not True:
            scheduled = replace(source, dated=_scheduled(source, detail, ctx))
            path = f"activity[{at}].detail.code"
            yield from _ordered(scheduled, item(detail, "code"), path, ctx)
    yield from site_answers(_made(source, ctx), ctx)


def _ordered(source: Source, concept: Json, path: str, ctx: Context) -> Iterator[Finding]:
    found, text = matched(concept, ctx.codes), recorded_text(concept)
    if source.resource.reading is not Reading.PLANNED:
        return
    for match in within(found, PROCEDURE)[:1]:
        yield source.finding(TRANSPLANT, STATED, path, text, match)
    element = words(within(found, ELEMENT)).get(_AT_TRANSPLANTATION)
    if element is not None:
        yield source.finding(
            _RESECTED,
            NOT_STATED,
            path,
            text,
            element,
            components={_AT_TRANSPLANTATION: True},
            reading=Reading.ASSERTED,
            attested=True,
        )


def _scheduled(source: Source, detail: Json, ctx: Context) -> Dated:
    """Return the days for which an activity is scheduled; a Timing or text tells none."""
    return period_of(source.resource, detail, "scheduledPeriod", ctx)


def _made(source: Source, ctx: Context) -> Source:
    """A plan without day of creation is dated by the start of its period."""
    if source.dated.day is not None:
        return source
    period = item(source.data, "period")
    return replace(source, dated=moment_of(source.resource, period, "start", ctx))
