"""Other content of the record: vitals, labs, visits, other diagnoses, drugs, procedures and events.

In: how many, the rows of `mappings/styles/noise.toml`. Out: resources that say nothing about the
disease. A row is used only if the style speaks one of its code systems; each draw depends on its
own number, so that more noise changes none of the earlier.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Final

from nelm_fhir.core.codes import Coding
from nelm_fhir.core.dates import DaySpan
from nelm_fhir.knowledge.noise import NoiseRow
from nelm_fhir.writers.datatypes import Json, coding, concept, quantity
from nelm_fhir.writers.patient_bundle import noise_events as events
from nelm_fhir.writers.patient_bundle.chart import Chart
from nelm_fhir.writers.patient_bundle.conditions import VOID, condition
from nelm_fhir.writers.patient_bundle.observations import observation
from nelm_fhir.writers.patient_bundle.paperwork import paperwork

_YEARS_BACK: Final = 5 * 365
_ONE_CANCELLED_IN: Final = 6
_ONE_VOID_IN: Final = 3
_NOT_PERFORMED: Final = {
    "dataAbsentReason": concept(
        coding("http://terminology.hl7.org/CodeSystem/data-absent-reason", "not-performed")
    )
}
_FREQUENT: Final = {"vital": 4, "lab": 6, "encounter": 3, "condition": 1, "medication": 1}


def noise(chart: Chart, count: int, rows: Sequence[NoiseRow]) -> None:
    """Add that many resources of other content."""
    usable = [row for row in rows if row.kind in _EVENTS or _codings(chart, row)]
    weighted = [row for row in usable for _ in range(_FREQUENT.get(row.kind, 1))]
    for number in range(count):
        row = chart.dice.pick(weighted, "noise", number)
        _MAKERS[row.kind](chart, row, number)
        paperwork(chart, chart.resources[-1], row)


def _codings(chart: Chart, row: NoiseRow) -> tuple[Coding, ...]:
    return tuple(one for one in row.codings if one.code.system in chart.style.speaks)


def _concept(chart: Chart, row: NoiseRow) -> Json:
    listed = [coding(one.code.system, one.code.code) for one in _codings(chart, row)]
    return {"coding": listed, "text": row.texts[chart.style.language]}


def _day(chart: Chart, number: int) -> DaySpan:
    """Return a day of the last years, never after the evaluation date."""
    back = timedelta(days=1 + chart.dice.number(_YEARS_BACK, "noise day", number))
    return DaySpan.of(chart.profile.as_of - back)


def _measured(chart: Chart, row: NoiseRow, number: int) -> None:
    scale = 10**row.digits
    steps = int((row.high - row.low) * scale)
    size = row.low + Decimal(chart.dice.number(steps, "noise value", number)) / scale
    measured = {"valueQuantity": quantity(round(size, row.digits), row.unit)}
    is_vital = row.kind == "vital"
    cancelled = not is_vital and chart.dice.number(_ONE_CANCELLED_IN, "noise void", number) == 0
    observation(
        chart,
        f"{row.kind}-{number}",
        "vital-signs" if is_vital else "laboratory",
        _concept(chart, row),
        _NOT_PERFORMED if cancelled else measured,
        status="cancelled" if cancelled else "final",
        day=_day(chart, number),
        category="vital-signs" if is_vital else "laboratory",
    )


def _condition(chart: Chart, row: NoiseRow, number: int) -> None:
    onset = str(_day(chart, number).earliest.year)
    void = chart.dice.number(_ONE_VOID_IN, "noise void", number) == 0
    condition(
        chart,
        f"diagnosis-{number}",
        "condition",
        _concept(chart, row),
        verified=VOID if void else "confirmed",
        onsetDateTime=onset,
    )


def _medication(chart: Chart, row: NoiseRow, number: int) -> None:
    chart.add(
        "MedicationStatement",
        f"medication-{number}",
        status="active",
        medicationCodeableConcept=_concept(chart, row),
        effectivePeriod={"start": str(_day(chart, number))},
    )


def _procedure(chart: Chart, row: NoiseRow, number: int) -> None:
    day = str(_day(chart, number))
    code = _concept(chart, row)
    chart.add(
        "Procedure", f"procedure-{number}", status="completed", code=code, performedDateTime=day
    )


def _event(make: Callable[[Chart, NoiseRow, int, DaySpan], None]) -> "_Maker":
    return lambda chart, row, number: make(chart, row, number, _day(chart, number))


_EVENTS: Final = {
    "encounter": events.encounter,
    "appointment": events.appointment,
    "immunization": events.immunization,
    "allergy": events.allergy,
}
_Maker = Callable[[Chart, NoiseRow, int], None]
_MAKERS: Final[dict[str, _Maker]] = {
    "vital": _measured,
    "lab": _measured,
    "condition": _condition,
    "medication": _medication,
    "procedure": _procedure,
    **{kind: _event(make) for kind, make in _EVENTS.items()},
}
