"""A therapy that failed, where a hospital codes why it ended (rules 10.2, 15.2; attested-entry 4).

In: `statusReason` of a medication, `outcome` of a Procedure, and the class of the therapy. Out:
`failed-therapy`, if an overlay maps the reason to that element; a drug that was given, or stopped
for another reason, is no therapy that failed. Dated by the end of the therapy, else by its day.
"""

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from nelm_fhir.core.dates import DaySpan
from nelm_fhir.core.reading import Reading
from nelm_fhir.mappers.attested_values import ELEMENT
from nelm_fhir.mappers.concepts import Matched, matched, recorded_text, within, words
from nelm_fhir.mappers.context import Context
from nelm_fhir.mappers.elements import items
from nelm_fhir.mappers.source import Source
from nelm_fhir.mappers.values import CONFLICTING, NOT_MAPPED
from nelm_fhir.profile.findings import Finding

FAILED: Final = "failed-therapy"
_REASONS: Final = ("statusReason", "outcome")
_HAPPENED: Final = frozenset({Reading.ASSERTED, Reading.PAST})


def failed_therapy(source: Source, found: tuple[Matched, ...], ctx: Context) -> Iterator[Finding]:
    """Yield the class of a therapy whose coded reason of ending says that it failed."""
    if source.resource.reading not in _HAPPENED:
        return
    row = ctx.attested.elements[FAILED]
    said = {word: m for word, m in words(found).items() if word in row.words}
    for name in _REASONS:
        for at, concept in enumerate(items(source.data, name)):
            reason = words(within(matched(concept, ctx.codes), ELEMENT)).get(FAILED)
            if reason is None:
                continue
            held = next(iter(said)) if len(said) == 1 else (CONFLICTING if said else NOT_MAPPED)
            path = f"{name}[{at}]" if isinstance(source.data[name], list) else name
            ended = replace(source, dated=source.dated._replace(day=_day(source)))
            yield ended.finding(FAILED, held, path, recorded_text(concept), reason, attested=True)


def _day(source: Source) -> DaySpan | None:
    return source.dated.end or source.dated.day
