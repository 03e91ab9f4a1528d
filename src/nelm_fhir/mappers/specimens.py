"""Specimens: what was taken, when and where (rules 15.2, `specimens.<id>`).

In: Specimen. Out: `specimen` with body site, collection date and, where the method of collection is
coded, or its type in words of ours (an overlay does that), the component `specimen-material`.
"""

from collections.abc import Iterator
from typing import Final

from nelm_fhir.mappers.attested_values import ANSWER
from nelm_fhir.mappers.concepts import Matched, matched, recorded_text, within, words
from nelm_fhir.mappers.context import Context
from nelm_fhir.mappers.elements import Json, item
from nelm_fhir.mappers.source import Source
from nelm_fhir.mappers.values import STATED
from nelm_fhir.profile.findings import Finding

MATERIAL: Final = "specimen-material"
_METHOD: Final = "specimen-method"


def specimen(source: Source, ctx: Context) -> Iterator[Finding]:
    """Yield the specimen, whether or not anything was found in it."""
    kind = item(source.data, "type")
    method = item(item(source.data, "collection"), "method")
    said = {**_materials(method, ctx), **_materials(kind, ctx)}
    material = dict.fromkeys([MATERIAL], next(iter(said))) if len(said) == 1 else {}
    match = next(iter(said.values())) if material else None
    yield source.finding("specimen", STATED, "", recorded_text(kind), match, components=material)


def _materials(concept: Json, ctx: Context) -> dict[str, Matched]:
    found = words(within(matched(concept, ctx.codes, MATERIAL), ANSWER, _METHOD))
    return {w: m for w, m in found.items() if w in ctx.attested.components[MATERIAL].words}
