"""mCODE STU4 and US Core: morphology on the Condition, tracer by product code, drug orders.

Source: terminology 5.1, column mCODE STU4; 3.4, 3.11, 3.12.
"""

from typing import Final

from nelm_fhir.profile.candidate import Primary, Scan
from nelm_fhir.writers.patient_bundle import imaging
from nelm_fhir.writers.patient_bundle.chart import Chart
from nelm_fhir.writers.patient_bundle.dates import when
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


def study(chart: Chart, key: str, scan: Scan) -> None:
    """Add the study; a tracer with a product code stands on the procedure."""
    imaging.study(chart, key, scan)
    tracer, code = chart.says("tracer", scan.tracer), chart.asks("pet")
    if tracer is None or code is None:
        return
    done = chart.add(
        "Procedure",
        f"pet-{key}",
        "procedure",
        status="completed",
        code=code,
        usedCode=[tracer],
        **when("performed", scan.date),
    )
    chart.resource(chart.studies[key])["procedureReference"] = done


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


MCODE: Final = Shapes(primary=primary, study=study, rest=orders)
