"""Recurrence as the clinical status of a Condition (table Assembly, row recurrence).

In: a Condition that speaks of a neuroendocrine tumor or of a metastasis, or that a cancer code
makes a candidate for one. Out: `recurrence`, `confirmed` or `suspected`. Whether it is of this
tumor, and after a transplantation, assembly decides.
"""

from collections.abc import Iterator
from typing import Final

from nelm_fhir.core.reading import Reading
from nelm_fhir.mappers.concepts import Matched, recorded_text, within
from nelm_fhir.mappers.elements import items, string
from nelm_fhir.mappers.histology import NEUROENDOCRINE
from nelm_fhir.mappers.metastases import SECONDARY
from nelm_fhir.mappers.primary_site import OTHER, PLAIN
from nelm_fhir.mappers.source import Source
from nelm_fhir.profile.findings import Finding

RECURRENCE: Final = "recurrence"
_STATUS: Final = "clinicalStatus"
_RELAPSED: Final = frozenset({"recurrence", "relapse"})
_TUMOR: Final = (NEUROENDOCRINE, PLAIN, OTHER, *SECONDARY)
_CONFIRMED: Final = "confirmed"
_SUSPECTED: Final = "suspected"


def relapsed(source: Source, found: tuple[Matched, ...]) -> Iterator[Finding]:
    """Yield that the tumor of a Condition is back, as its clinicalStatus says."""
    status = source.data.get(_STATUS)
    concept = status if isinstance(status, dict) else {}
    said = {string(coding, "code") for coding in items(concept, "coding")}
    tumor = within(found, *_TUMOR)
    if source.resource.reading is Reading.ABSENT or not tumor or said.isdisjoint(_RELAPSED):
        return
    firm = source.resource.reading is Reading.ASSERTED
    yield source.finding(
        RECURRENCE,
        _CONFIRMED if firm else _SUSPECTED,
        _STATUS,
        recorded_text(concept),
        tumor[0],
        reading=Reading.ASSERTED,
    )
