"""A messy hospital: one pathology panel with strings, codes here and there, the rest in words.

Source: terminology 5.1, column messy hospital; 3.21.
"""

from typing import Final

from nelm_fhir.profile.candidate import Specimen
from nelm_fhir.writers.patient_bundle import tissue
from nelm_fhir.writers.patient_bundle.chart import Chart
from nelm_fhir.writers.patient_bundle.found import findings
from nelm_fhir.writers.patient_bundle.observations import observation
from nelm_fhir.writers.patient_bundle.shapes import Shapes


def specimen(chart: Chart, key: str, told: Specimen) -> None:
    """Add one specimen with everything found on it as components of one panel."""
    taken = tissue.begun(chart, key, told)
    found = list(findings(chart, told))
    if found:
        code = chart.other("pathology-panel", chart.text("pathology-report"))
        parts = [{"code": one.code} | one.value for one in found]
        method = next((one.method for one in found if one.method), None)
        panel = observation(
            chart,
            f"panel-{key}",
            "text",
            code,
            {},
            day=told.date,
            method=method,
            component=parts,
            **tissue.links(chart, taken),
        )
        taken.results.append(panel)
        taken.has_edition = method is not None
    tissue.attest(chart, taken)
    tissue.report(chart, taken)


MESSY: Final = Shapes(specimen=specimen)
