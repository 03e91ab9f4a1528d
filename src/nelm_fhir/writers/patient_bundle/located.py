"""Metastases as Observations that name a place: German and Dutch data (terminology 3.6, 3.7, T17).

In: the liver metastases and foci of the profile. Out: Observations of the question 385421009. One
organ is one focus to the reader, so an Observation stands only for the one focus of its organ, and
only for a confirmed one; every other focus is a Condition.
"""

from nelm_fhir.core.dates import DaySpan
from nelm_fhir.knowledge.styles import FocusCode
from nelm_fhir.profile.candidate import Focus
from nelm_fhir.writers.datatypes import Json
from nelm_fhir.writers.patient_bundle import foci
from nelm_fhir.writers.patient_bundle.chart import Chart, named
from nelm_fhir.writers.patient_bundle.liver import attest_metastases
from nelm_fhir.writers.patient_bundle.observations import answer, observation


def liver_metastases(chart: Chart) -> None:
    """Add the place of the liver metastases; that there are none is attested."""
    present = chart.profile.liver.metastases_present
    place = chart.asks("liver-metastasis") or chart.says("body-site", "liver")
    if present and place:
        _place(chart, "liver-metastases", place, _undated_after_transplant(chart))
    elif present is not None:
        attest_metastases(chart, present=present)


def focus(chart: Chart, key: str, told: Focus) -> None:
    """Add one focus, as Observation where that says all."""
    row = _row(chart, told)
    if row is None:
        foci.in_text(chart, key, told)
        return
    value = chart.concept(row.codings)
    chart.foci[key] = _place(chart, named("focus", key), value or {}, told.first_seen)
    foci.add_entries(chart, key, told, row)


def _place(chart: Chart, name: str, value: Json, day: DaySpan | None) -> Json:
    question, primary = chart.asks("metastasis-site") or {}, chart.only_primary
    focus_ = [primary] if primary else None
    return observation(chart, name, "metastasis", question, answer(value), day=day, focus=focus_)


def _row(chart: Chart, told: Focus) -> FocusCode | None:
    """Return the code of the place, if this is the only focus that lies there."""
    organs = [one.organ for one in chart.profile.extrahepatic.values()]
    if told.status != "confirmed" or organs.count(told.organ) != 1:
        return None
    fitting = (row for row in chart.style.foci if row.organ == told.organ)
    return next((row for row in fitting if row.focus_class in {None, told.disease_class}), None)


def _undated_after_transplant(chart: Chart) -> DaySpan | None:
    """Return the day it was told; after a transplantation that day would be one of recurrence."""
    return None if chart.profile.liver_transplant.performed else chart.told
