"""A histology that is known of no specimen: it stands on the Condition (terminology 3.4).

In: a profile with one primary and a specimen of which nothing but a neuroendocrine histology, and
perhaps its day, is known. Out: the extension of the Condition with the day as onset.
"""

from typing import Final

from nelm_fhir.profile.candidate import Specimen
from nelm_fhir.writers.datatypes import Json
from nelm_fhir.writers.patient_bundle.chart import Chart
from nelm_fhir.writers.patient_bundle.dates import when

_NOT_NEUROENDOCRINE: Final = "other"


def on_condition(chart: Chart) -> Json:
    """Return extension and onset of the only primary, and remember the specimen; else nothing."""
    url = chart.style.extensions.get("morphology")
    if url is None or len(chart.profile.primaries) != 1:
        return {}
    for key, told in chart.profile.specimens.items():
        word = chart.says("histology", told.histology)
        if word and _is_bare(chart, told):
            chart.in_condition.add(key)
            extension = {"url": url, "valueCodeableConcept": word}
            return {"extension": [extension], **when("onset", told.date)}
    return {}


def _is_bare(chart: Chart, told: Specimen) -> bool:
    """Whether nothing else is known; a Condition of the future would not be believed."""
    known = told.model_dump(exclude_none=True, exclude={"evidence"})
    future = told.date is not None and told.date.earliest > chart.profile.as_of
    return known.keys() <= {"histology", "date"} and not future and _is_ours(told)


def _is_ours(told: Specimen) -> bool:
    return told.histology not in {None, _NOT_NEUROENDOCRINE}
