"""The fictional patient and hospital (rules 15.2, patient; tagged as test data)."""

from typing import Final

from nelm_fhir.writers.canonicals import ACT_REASON, TEST_DATA
from nelm_fhir.writers.datatypes import coding, identifier
from nelm_fhir.writers.patient_bundle.chart import Chart
from nelm_fhir.writers.patient_bundle.dates import point

_DIGITS: Final = 10**6


def person(chart: Chart) -> None:
    """Add the Patient, and the hospital."""
    told, number = chart.profile.patient, chart.dice.number(_DIGITS, "mrn")
    chart.add(
        "Patient",
        chart.patient_id,
        identifier=[{"use": "usual"} | identifier(f"{chart.style.base}/mrn", f"{number:06d}")],
        active=True,
        name=[
            {
                "use": "official",
                "text": f"{chart.text('given')} {chart.text('family')} (fictional)",
                "family": chart.text("family"),
                "given": [chart.text("given")],
            }
        ],
        gender=told.sex,
        birthDate=point(told.birth_date),
    )
    patient = chart.resources[-1]
    patient["meta"]["tag"] = [coding(ACT_REASON, TEST_DATA, "test health data")]
    chart.add("Organization", "hospital", active=True, name=chart.text("hospital"))
