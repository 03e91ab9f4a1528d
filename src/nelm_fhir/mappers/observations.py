"""Observations and their components: which mapper listens to which question code.

In: one Observation. Out: the findings of the attested entry, or of the mappers of standard codes.
A panel component is read like an Observation of its own, with the date, specimen and links of the
panel; an Observation with members alone is a `panel`. An attested code speaks for its whole
concept: other codings only stand beside it. Fast: a code without any meaning ends here.
"""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from nelm_fhir.fhir_r4.record import Resource
from nelm_fhir.mappers import attested, ki67, margins, metastases, response
from nelm_fhir.mappers.asked import Asked
from nelm_fhir.mappers.attested_values import ELEMENT
from nelm_fhir.mappers.chromogranin import chromogranin
from nelm_fhir.mappers.concepts import Matched, matched, recorded_text, within, words
from nelm_fhir.mappers.context import Context
from nelm_fhir.mappers.demographics import death
from nelm_fhir.mappers.elements import Json, item, items
from nelm_fhir.mappers.grade import grade
from nelm_fhir.mappers.mitoses import mitoses
from nelm_fhir.mappers.morphology import morphology
from nelm_fhir.mappers.nodal_stage import nodal_stage
from nelm_fhir.mappers.primary_site import primary_site
from nelm_fhir.mappers.source import Source
from nelm_fhir.mappers.values import STATED
from nelm_fhir.profile.findings import Finding

Reader = Callable[[Asked], Iterator[Finding]]

QUESTIONS: Final[Mapping[str, Reader]] = MappingProxyType(
    {
        "chromogranin-a": chromogranin,
        "death": death,
        "disease-status": response.response,
        "disease-status-part": response.part,
        "grade-general": grade,
        "grade-net": grade,
        "ki67": ki67.ki67,
        "ki67-breast-assay": ki67.ki67,
        "ki67-form": ki67.ki67_form,
        "liver-metastasis": metastases.named,
        "margin": margins.margin,
        "mesentery-mass": metastases.mesentery,
        "metastasis-organ": metastases.named,
        "metastasis-site": metastases.place,
        "metastasis-status": metastases.status,
        "mitotic-count": mitoses,
        "mitotic-score": mitoses,
        "morphology": morphology,
        "no-history-of-metastasis": metastases.history,
        "node-count-examined": margins.node_count,
        "node-count-positive": margins.node_count,
        "primary-site-question": primary_site,
        "residual-tumor": margins.residual_tumor,
        "tnm-m": metastases.status,
        "tnm-n": nodal_stage,
    }
)

_Part = tuple[Json, str, tuple[Matched, ...]]


def observation(resource: Resource, ctx: Context) -> Iterator[Finding]:
    """Yield the findings of one Observation."""
    parts = list(_parts(resource.data, ctx))
    if not parts:
        yield from _panel(resource, ctx)
        return
    source = attested.components(Source.of(resource, ctx), ctx)
    found = [f for part, path, codes in parts for f in _of_part(source, part, path, codes, ctx)]
    yield from found or (*attested.without_element(source, ctx), *_panel(resource, ctx))
    yield from attested.repeated(source, ctx)


def _panel(resource: Resource, ctx: Context) -> Iterator[Finding]:
    """Yield an Observation that says nothing itself and holds others together."""
    if items(resource.data, "hasMember"):
        text = recorded_text(item(resource.data, "code"))
        yield Source.of(resource, ctx).finding("panel", STATED, "hasMember", text)


def _parts(data: Json, ctx: Context) -> Iterator[_Part]:
    """Yield the Observation and its components, as far as their codes mean anything here."""
    whole = [(data, "")]
    whole += [(part, f"component[{at}].") for at, part in enumerate(items(data, "component"))]
    for part, path in whole:
        if codes := matched(item(part, "code"), ctx.codes):
            yield part, path, codes


def _of_part(
    source: Source, part: Json, path: str, codes: tuple[Matched, ...], ctx: Context
) -> Iterator[Finding]:
    question = words(within(codes, ELEMENT))
    if question:
        if not path or question.keys() & ctx.attested.elements.keys():
            yield from attested.findings(source, part, path, question, ctx)
        return
    readers = {QUESTIONS[m.group]: m for m in reversed(codes) if m.group in QUESTIONS}
    for reader, match in readers.items():
        yield from reader(Asked(source, part, path, match, ctx))
