"""Morphology: what the tumor is, and its grade where the code names one (terminology 3.3, 3.4).

In: a concept of morphology: value of an Observation, `conclusionCode`, Condition.code or its
extension. Out: `histology`; `reported-grade` and `differentiation` where a code says them
(1286772002, well-differentiated NET grade 3): such a code is a grade wherever it stands.
"""

from collections.abc import Iterator

from nelm_fhir.core.unknown import Unknown
from nelm_fhir.mappers.asked import Asked
from nelm_fhir.mappers.concepts import Matched, codings, matched, recorded_text
from nelm_fhir.mappers.context import Context
from nelm_fhir.mappers.elements import Json
from nelm_fhir.mappers.grade import differentiation_of, net_grade_of
from nelm_fhir.mappers.histology import HISTOLOGY, NEUROENDOCRINE, histology_of, mark
from nelm_fhir.mappers.source import Source
from nelm_fhir.mappers.values import ASKED, NOT_MAPPED, NOT_STATED, TEXT_ONLY
from nelm_fhir.profile.findings import Finding, Value

_Told = tuple[str, Value | Unknown, Matched | None]


def morphology(asked: Asked) -> Iterator[Finding]:
    """Yield what an Observation of morphology states."""
    value = asked.value
    if value is None:
        if asked.is_absent:
            yield asked.finding(HISTOLOGY, ASKED)
        return
    found = asked.meanings()
    mark(found, asked.source, asked.ctx)
    told = list(_told(found))
    for element, held, match in told:
        yield asked.finding(element, held, match)
    if not told and not any(m.group == NEUROENDOCRINE for m in found):
        coded = any(codings(value.json, asked.ctx.codes))
        yield asked.finding(HISTOLOGY, NOT_MAPPED if coded else TEXT_ONLY)


def coded_morphology(source: Source, concept: Json, path: str, ctx: Context) -> Iterator[Finding]:
    """Yield what a concept of another resource states; nothing if it states nothing of ours."""
    found = matched(concept, ctx.codes)
    mark(found, source, ctx)
    for element, held, match in _told(found):
        yield source.finding(element, held, path, recorded_text(concept), match)


def _told(found: tuple[Matched, ...]) -> Iterator[_Told]:
    parts = {
        HISTOLOGY: histology_of(found),
        "reported-grade": net_grade_of(found),
        "differentiation": differentiation_of(found),
    }
    for element, (held, match) in parts.items():
        if held != NOT_STATED:
            yield element, held, match
