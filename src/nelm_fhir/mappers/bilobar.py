"""Liver metastases on both sides (terminology 3.14).

In: a Condition of liver metastasis whose body site is coded, or qualified, as right and left. Out:
`liver-distribution`, bilobar. One side is never read as unilobar: it may be where somebody looked.
"""

from collections.abc import Iterator
from typing import Final

from nelm_fhir.mappers.concepts import Matched, matched, recorded_text, within
from nelm_fhir.mappers.context import Context
from nelm_fhir.mappers.elements import Json, extension, item, items
from nelm_fhir.mappers.places import LATERALITY
from nelm_fhir.mappers.source import Source
from nelm_fhir.profile.findings import Finding

DISTRIBUTION: Final = "liver-distribution"
_BILOBAR: Final = "bilobar"
_GROUP: Final = "laterality"
_LIVER: Final = "liver-metastasis"


def bilobar(source: Source, secondary: tuple[Matched, ...], ctx: Context) -> Iterator[Finding]:
    """Yield the distribution that the laterality of a liver metastasis states."""
    if not within(secondary, _LIVER):
        return
    for path, concept in _lateralities(source.data):
        for match in within(matched(concept, ctx.codes), _GROUP)[:1]:
            yield source.finding(DISTRIBUTION, _BILOBAR, path, recorded_text(concept), match)


def _lateralities(data: Json) -> Iterator[tuple[str, Json]]:
    """Yield the body sites themselves, and the qualifiers that stand on them."""
    for at, site in enumerate(items(data, "bodySite")):
        yield f"bodySite[{at}]", site
        for part in extension(site, *LATERALITY):
            yield (
                f"bodySite[{at}].extension.valueCodeableConcept",
                item(part, "valueCodeableConcept"),
            )
