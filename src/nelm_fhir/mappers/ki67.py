"""Ki-67 index (terminology 3.1, rules 6.4).

In: an Observation or panel component with a Ki-67 question code. Out: `ki67`, always the text as
recorded with its unit; the value type counts, not the scale of the code (33055-5). A code for
breast specimens counts only where specimen or condition is shown to be another.
"""

from collections.abc import Iterator
from typing import Final

from nelm_fhir.mappers.asked import Asked
from nelm_fhir.mappers.concepts import matched, within, words
from nelm_fhir.mappers.elements import Json, item, items, string
from nelm_fhir.mappers.links import IDENTIFIER
from nelm_fhir.mappers.proliferation import PERCENT, index_text, unreadable
from nelm_fhir.mappers.source import BODY_SITE, Source, body_sites
from nelm_fhir.mappers.values import ASKED
from nelm_fhir.profile.findings import Finding

PERFORMED: Final = "performed"
KI67: Final = "ki67"
FORM: Final = "ki67-form"
BREAST_ASSAY: Final = "ki67-breast-assay"
_BREAST: Final = "breast"
_SITES: Final = (BODY_SITE, "primary-site", "primary-site-plain")


def ki67(asked: Asked) -> Iterator[Finding]:
    """Yield the index as recorded; nothing where the test was only performed."""
    value = asked.value
    if value is None:
        if asked.is_absent:
            yield asked.finding(KI67, ASKED)
        return
    if within(asked.meanings(), PERFORMED):
        return
    if asked.asks(BREAST_ASSAY) and not asked.asks(KI67) and not _is_elsewhere(asked):
        asked.ctx.note("ki67-breast-code", asked.source.resource)
        return
    if asked.is_absent:
        yield asked.finding(KI67, unreadable(value.text, "conflicting"))
    else:
        yield asked.finding(KI67, index_text(value, PERCENT, asked.source.resource, asked.ctx))


def ki67_form(asked: Asked) -> Iterator[Finding]:
    """Yield the index of a form item (CAP eCC): the string of a child item, or its own string."""
    value = asked.value
    if value is not None and value.kind == "string":
        yield asked.finding(KI67, value.text.strip())
    for key in asked.source.links.members:
        child = asked.ctx.record.resource(key)
        if text := string(child.data, "valueString"):
            source = Source.of(child, asked.ctx)
            yield source.finding(KI67, text.strip(), "valueString", text, question=asked.question)


def _is_elsewhere(asked: Asked) -> bool:
    """Whether site, specimen or condition are known, and none of them is the breast."""
    sites = set(asked.source.body_sites)
    links = asked.source.links
    for key in (*links.focus, *([links.specimen] if links.specimen else ())):
        if not key.startswith(IDENTIFIER):
            resource = asked.ctx.record.resource(key)
            sites |= {*body_sites(resource, asked.ctx), *_coded_sites(resource.data, asked)}
    return bool(sites) and _BREAST not in sites


def _coded_sites(data: Json, asked: Asked) -> Iterator[str]:
    for concept in (item(data, "code"), *items(data, "bodySite")):
        yield from words(within(matched(concept, asked.ctx.codes), *_SITES))
