"""A result that no reader may use: it makes the record a damaged one (rules 1.7).

In: a profile whose record was damaged. Out: a result that is valid FHIR and carries a modifier
extension of the hospital's own, which turns its meaning into something unknown (terminology 2.3).
"""

from nelm_fhir.writers.datatypes import extension
from nelm_fhir.writers.patient_bundle.chart import Chart
from nelm_fhir.writers.patient_bundle.observations import observation


def damage(chart: Chart) -> None:
    """Add the result that must be given up, if the record is damaged."""
    code = chart.asks("ki67") or chart.asks("morphology")
    if not chart.profile.damaged or code is None:
        return
    url = f"{chart.style.base}/StructureDefinition/withdrawn-by-laboratory"
    withdrawn = [extension(url, "Boolean", value=True)]
    observation(chart, "withdrawn-result", "laboratory", code, {}, modifierExtension=withdrawn)
