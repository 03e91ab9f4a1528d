"""Time on the waiting list as an EpisodeOfCare (rules 15.2, listing).

In: an EpisodeOfCare whose type a site maps to `listed`: no standard code exists. Out: `listing`
with the component `listing-date`, by the status of the episode (table `episode` of the attested
entry). An ended episode says "not listed" from its end on.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from msgspec.structs import replace

from nelm_fhir.core.dates import DaySpan
from nelm_fhir.mappers.attested_values import ANSWER
from nelm_fhir.mappers.concepts import matched, recorded_text, within, words
from nelm_fhir.mappers.context import Context
from nelm_fhir.mappers.dates import moment_of
from nelm_fhir.mappers.elements import item, items, string
from nelm_fhir.mappers.source import Source
from nelm_fhir.profile.findings import Finding

LISTING: Final = "listing"
_DATE: Final = "listing-date"
_LISTED: Final = "listed"


def episode(source: Source, ctx: Context) -> Iterator[Finding]:
    """Yield the listing status that an episode of listing states."""
    status = ctx.attested.episodes.get(string(source.data, "status") or "")
    for at, concept in enumerate(items(source.data, "type")):
        found = words(within(matched(concept, ctx.codes, LISTING), ANSWER))
        if status is not None and _LISTED in found:
            dated, date = _dated(source, status, ctx)
            yield dated.finding(
                LISTING,
                status,
                f"type[{at}]",
                recorded_text(concept),
                found[_LISTED],
                components=date,
                attested=True,
            )
            return


def _dated(source: Source, status: str, ctx: Context) -> tuple[Source, Mapping[str, DaySpan]]:
    """Return the source with the day from which the status holds, and the day of the listing."""
    period = item(source.data, "period")
    begin = moment_of(source.resource, period, "start", ctx)
    end = moment_of(source.resource, period, "end", ctx)
    date = {} if begin.day is None else {_DATE: begin.day}
    return replace(source, dated=begin if status == _LISTED else end), date
