"""Diagnostic reports: what they join, and coded conclusions.

In: DiagnosticReport. Out: `report` with its links, and modality and tracer where its code says
them; of `conclusionCode` what the codes say of morphology and of metastases (terminology 3.3, 3.4,
3.6, 3.7), and what a site codes there (`site_answers`). `conclusion`, `presentedForm` and the text
of the report's code are never read.
"""

from collections.abc import Iterator

from nelm_fhir.mappers.concepts import matched, recorded_text, within
from nelm_fhir.mappers.context import Context
from nelm_fhir.mappers.elements import item, items
from nelm_fhir.mappers.functional_imaging import scan_components
from nelm_fhir.mappers.metastases import SECONDARY, of_condition
from nelm_fhir.mappers.morphology import coded_morphology
from nelm_fhir.mappers.site_answers import site_answers
from nelm_fhir.mappers.source import Source
from nelm_fhir.mappers.values import STATED
from nelm_fhir.profile.findings import Finding


def report(source: Source, ctx: Context) -> Iterator[Finding]:
    """Yield the report itself and its coded conclusions."""
    code = item(source.data, "code")
    parts = scan_components(code, ctx)
    yield source.finding("report", STATED, "code", recorded_text(code), components=parts)
    for at, concept in enumerate(items(source.data, "conclusionCode")):
        path = f"conclusionCode[{at}]"
        yield from coded_morphology(source, concept, path, ctx)
        found = within(matched(concept, ctx.codes), *SECONDARY)
        codes = {match.code for match in found}
        told = tuple(m for m in matched(concept, ctx.codes) if m.code in codes)
        yield from of_condition(source, told, ctx, path)
    yield from site_answers(source, ctx)
