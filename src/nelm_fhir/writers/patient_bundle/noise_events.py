"""What happens around the disease, in words only: visits, appointments, vaccinations, allergies.

In: a row of `mappings/styles/noise.toml` and a day. Out: a resource of a type that no mapper reads.
"""

from datetime import timedelta
from typing import Final

from nelm_fhir.core.dates import DaySpan
from nelm_fhir.knowledge.noise import NoiseRow
from nelm_fhir.writers.datatypes import Json, coding, concept
from nelm_fhir.writers.patient_bundle.chart import Chart

_ONE_VOID_IN: Final = 3
_ALLERGY: Final = "http://terminology.hl7.org/CodeSystem/allergyintolerance-"


def encounter(chart: Chart, row: NoiseRow, number: int, day: DaySpan) -> None:
    """Add a visit."""
    kind = row.codings[0].code
    chart.add(
        "Encounter",
        f"encounter-{number}",
        status="finished",
        **{"class": coding(kind.system, kind.code)},
        type=[_words(chart, row)],
        period={"start": str(day), "end": str(day)},
        serviceProvider={"reference": "Organization/hospital"},
    )


def appointment(chart: Chart, row: NoiseRow, number: int, day: DaySpan) -> None:
    """Add an appointment, as long after the evaluation date as `day` lies before it."""
    ahead = chart.profile.as_of - day.earliest
    moment = f"{chart.profile.as_of + timedelta(days=ahead.days % 90)}T10:00:00{chart.style.zone}"
    chart.add(
        "Appointment",
        f"appointment-{number}",
        status="booked",
        serviceType=[_words(chart, row)],
        start=moment,
        end=moment.replace("T10:00", "T10:30"),
        participant=[{"actor": chart.patient, "status": "accepted"}],
    )


def immunization(chart: Chart, row: NoiseRow, number: int, day: DaySpan) -> None:
    """Add a vaccination, now and then one that was entered by mistake."""
    void = chart.dice.number(_ONE_VOID_IN, "noise void", number) == 0
    chart.add(
        "Immunization",
        f"immunization-{number}",
        status="entered-in-error" if void else "completed",
        vaccineCode=_words(chart, row),
        occurrenceDateTime=str(day),
        primarySource=True,
    )


def allergy(chart: Chart, row: NoiseRow, number: int, day: DaySpan) -> None:
    """Add an allergy."""
    chart.add(
        "AllergyIntolerance",
        f"allergy-{number}",
        clinicalStatus=concept(coding(f"{_ALLERGY}clinical", "active")),
        verificationStatus=concept(coding(f"{_ALLERGY}verification", "confirmed")),
        code=_words(chart, row),
        recordedDate=str(day),
    )


def _words(chart: Chart, row: NoiseRow) -> Json:
    return {"text": row.texts[chart.style.language]}
