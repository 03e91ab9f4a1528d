"""Procedures: resection of the primary, lymph nodes, liver, transplantation, therapies, imaging.

In: Procedure. Out: `primary-resected` (terminology 3.9), `lymphadenectomy`, `residual-tumor` of an
operation's wrapper, `liver-transplant`, `study`, and `procedure` with its kind for every act that
may be a treatment of liver progression or of a focus (3.10, 3.11); `act` for any other act with
links, because they are also those of its parts. Whether it was done stands in the reading. Donor
surgery says nothing of the recipient (T23).
"""

from collections.abc import Iterator
from typing import Final

from nelm_fhir.mappers.concepts import Matched, matched, recorded_text, within
from nelm_fhir.mappers.context import Context
from nelm_fhir.mappers.elements import item
from nelm_fhir.mappers.failed_therapies import failed_therapy
from nelm_fhir.mappers.functional_imaging import imaging_procedure
from nelm_fhir.mappers.margins import outcome
from nelm_fhir.mappers.primary_resection import GROUP, resection
from nelm_fhir.mappers.site_answers import site_answers
from nelm_fhir.mappers.source import Source
from nelm_fhir.mappers.therapies import kind_of, therapy
from nelm_fhir.mappers.transplantation import DONOR, transplantation
from nelm_fhir.mappers.values import STATED
from nelm_fhir.profile.findings import Finding

LYMPHADENECTOMY: Final = "lymphadenectomy"
ACT: Final = "act"
_SURGERY: Final = "surgery"


def procedure(source: Source, ctx: Context) -> Iterator[Finding]:
    """Yield everything that one Procedure states."""
    found = matched(item(source.data, "code"), ctx.codes)
    if within(found, DONOR):
        return
    yield from site_answers(source, ctx)
    if within(found, GROUP):
        yield from resection(source, found, ctx)
    else:
        yield from _parts_of_an_operation(source, found, ctx)
    yield from transplantation(source, found)
    yield from imaging_procedure(source, found, ctx)
    text = recorded_text(item(source.data, "code"))
    if kind_of(found):
        yield from therapy(source, found, "code", text, ctx)
        yield from failed_therapy(source, found, ctx)
    elif not within(found, GROUP) and (source.links.focus or source.links.studies):
        yield source.finding(ACT, STATED, "code", text)


def _parts_of_an_operation(
    source: Source, found: tuple[Matched, ...], ctx: Context
) -> Iterator[Finding]:
    """Yield nodes, and the R status of a wrapper whose parts are child Procedures (oBDS)."""
    for match in within(found, LYMPHADENECTOMY)[:1]:
        text = recorded_text(item(source.data, "code"))
        yield source.finding(LYMPHADENECTOMY, STATED, "code", text, match)
    if within(found, _SURGERY):
        yield from outcome(source, ctx)
