"""Transplantation, recurrence, listing (rules 15.2; terminology 3.10, 3.17).

In: what the profile knows of them. Out: the Procedure or the order by code, chromogranin A by code,
the rest attested.
"""

from datetime import timedelta
from typing import Final

from nelm_fhir.core.dates import DaySpan
from nelm_fhir.profile.candidate import LiverTransplant, Recurrence
from nelm_fhir.writers.patient_bundle.attested import entry
from nelm_fhir.writers.patient_bundle.chart import Chart
from nelm_fhir.writers.patient_bundle.dates import when
from nelm_fhir.writers.patient_bundle.measures import measured, written
from nelm_fhir.writers.patient_bundle.observations import in_words, observation

_TRANSPLANT: Final = "liver-transplant"
_MARKER: Final = "chromogranin-a-mass"
_RARELY: Final = 4


def transplant(chart: Chart) -> None:
    """Add the transplantation, done or not, and the one that is planned."""
    told = chart.profile.liver_transplant
    code = chart.asks("liver-transplantation", chart.text("transplantation"))
    coded = code is not None and chart.is_coded("liver_transplant.performed")
    coded = coded and (told.performed is True or not chart.dice.number(_RARELY, "given up"))
    if coded and told.performed is not None:
        chart.add(
            "Procedure",
            "liver-transplantation",
            "procedure",
            status="completed" if told.performed else "not-done",
            statusReason=None if told.performed else {"text": chart.text("not-done")},
            code=code,
            **(when("performed", told.date) if told.performed else {}),
        )
    _attest_transplant(chart, told, by_code=coded)
    if told.planned_date is not None and code is not None:
        chart.add(
            "ServiceRequest",
            "liver-transplantation-planned",
            status="active",
            intent="plan",
            code=code,
            **when("occurrence", told.planned_date),
        )


def _attest_transplant(chart: Chart, told: LiverTransplant, *, by_code: bool) -> None:
    within = told.within_milan_at_lt
    if chart.in_text("liver_transplant.within_milan_at_lt"):
        if within is not None:
            in_words(chart, "within-milan", within)
        within = None
    performed = None if by_code else told.performed
    if performed is None and within is None:
        return
    parts = {"transplant-date": None if by_code else told.date, "within-milan": within}
    author = chart.text("board")
    entry(chart, _TRANSPLANT, _TRANSPLANT, performed, parts, day=chart.told, author=author)


def recurrence(chart: Chart) -> None:
    """Add what is known of recurrence; a Condition may have said already that the tumor is back."""
    told = chart.profile.recurrence
    status = None if chart.is_relapsed else told.status
    parts = {
        "recurrence-date": told.date,
        "recurrence-mib1": told.mib1_text,
        "recurrence-resectable": told.resectable,
        "recurrence-under-treatment": told.under_treatment,
        "recurrence-site": told.sites,
    }
    parts = {code: value for code, value in parts.items() if value is not None}
    if chart.in_text("recurrence.sites"):
        parts = {code: value for code, value in parts.items() if code == "recurrence-date"}
    if status is not None or parts:
        author = chart.text("board")
        entry(chart, "recurrence", "recurrence", status, parts, day=chart.told, author=author)
    _marker(chart, told)


def _marker(chart: Chart, told: Recurrence) -> None:
    """Add the chromogranin A, taken on a day after the transplantation."""
    code, day = chart.asks("chromogranin-a"), chart.profile.liver_transplant.date
    if told.chromogranin_a is None or code is None or day is None:
        return
    units = {unit: unit for unit in written(chart.knowledge.units, _MARKER).values()}
    value = measured(told.chromogranin_a, units)
    if "valueQuantity" not in value:  # a Range reads as two quantities, not as this text
        value = {"valueString": told.chromogranin_a}
    taken = min(day.latest + timedelta(days=1), chart.profile.as_of)
    observation(chart, "chromogranin-a", "laboratory", code, value, day=DaySpan.of(taken))


def listing(chart: Chart) -> None:
    """Add whether the patient is on the waiting list."""
    told = chart.profile.listing
    parts = {"listing-date": told.listing_date, "last-update-date": told.last_update_date}
    if told.status is not None or any(value is not None for value in parts.values()):
        author = chart.text("board")
        entry(chart, "listing", "listing", told.status, parts, day=chart.told, author=author)
