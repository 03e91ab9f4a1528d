"""mCODE STU4 and US Core: morphology on the Condition, orders of drugs.

Source: terminology 5.1, column mCODE STU4; 3.4, 3.11.
"""

from typing import Final

from nelm_fhir.profile.candidate import Primary
from nelm_fhir.writers.patient_bundle.chart import Chart
from nelm_fhir.writers.patient_bundle.morphology import on_condition
from nelm_fhir.writers.patient_bundle.primaries import add_primary, coded_site, name_primary
from nelm_fhir.writers.patient_bundle.shapes import Shapes

_SITE: Final = "primary-site"


def primary(chart: Chart, key: str, tumor: Primary) -> None:
    """Add the Condition, with its morphology where no specimen carries it."""
    code, word = coded_site(chart, _SITE, tumor.site)
    code = code or chart.asks("neuroendocrine")
    said = add_primary(chart, key, tumor, code, word, **on_condition(chart))
    name_primary(chart, key, tumor, said, claimed=code is not None)


def orders(chart: Chart) -> None:
    """Add the orders of the drugs that failed: what was ordered is no proof of taking."""
    for therapy in chart.profile.functional_syndrome.failed_therapies or ():
        if drug := chart.says("systemic-therapy", therapy):
            chart.add(
                "MedicationRequest",
                f"order-{therapy.lower()}",
                status="completed",
                intent="order",
                medicationCodeableConcept=drug,
                authoredOn=chart.told_on.isoformat(),
            )


MCODE: Final = Shapes(primary=primary, rest=orders)
