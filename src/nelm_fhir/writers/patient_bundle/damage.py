"""A result that no reader may use: it makes the record a damaged one (rules 1.7).

In: a profile whose record was damaged. Out: a result that is valid FHIR and carries a modifier
extension of the hospital's own, which turns its meaning into something unknown (terminology 2.3).
"""

from typing import Final

from nelm_fhir.writers.datatypes import extension
from nelm_fhir.writers.patient_bundle.attested import question
from nelm_fhir.writers.patient_bundle.chart import Chart
from nelm_fhir.writers.patient_bundle.observations import observation

_KI67: Final = "ki67"


def damage(chart: Chart) -> None:
    """Add the result that must be given up, if the record is damaged."""
    if not chart.profile.damaged:
        return
    code = chart.asks(_KI67) or question(chart, _KI67)
    url = f"{chart.style.base}/StructureDefinition/withdrawn-by-laboratory"
    withdrawn = [extension(url, "Boolean", value=True)]
    observation(chart, "withdrawn-result", "laboratory", code, {}, modifierExtension=withdrawn)
