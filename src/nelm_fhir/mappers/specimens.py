"""Specimens: what was taken, when and where (rules 15.2, `specimens.<id>`).

In: Specimen. Out: `specimen` with body site, collection date and, where its type is coded in words
of ours (an overlay does that), the component `specimen-material`.
"""

from collections.abc import Iterator
from typing import Final

from nelm_fhir.mappers.attested_values import ANSWER
from nelm_fhir.mappers.concepts import matched, recorded_text, within, words
from nelm_fhir.mappers.context import Context
from nelm_fhir.mappers.elements import item
from nelm_fhir.mappers.source import Source
from nelm_fhir.mappers.values import STATED
from nelm_fhir.profile.findings import Finding

MATERIAL: Final = "specimen-material"


def specimen(source: Source, ctx: Context) -> Iterator[Finding]:
    """Yield the specimen, whether or not anything was found in it."""
    kind = item(source.data, "type")
    found = words(within(matched(kind, ctx.codes, MATERIAL), ANSWER, MATERIAL))
    listed = {w: m for w, m in found.items() if w in ctx.attested.components[MATERIAL].words}
    material = dict.fromkeys([MATERIAL], next(iter(listed))) if len(listed) == 1 else {}
    match = next(iter(listed.values())) if material else None
    yield source.finding("specimen", STATED, "", recorded_text(kind), match, components=material)
