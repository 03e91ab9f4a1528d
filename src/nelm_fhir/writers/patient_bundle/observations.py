"""Observations with a standard question, and those in text alone.

In: a question, a value, a day. Out: an Observation in the chart.
"""

from typing import Any, Final

from nelm_fhir.core.dates import DaySpan
from nelm_fhir.writers.datatypes import Json, coding, string
from nelm_fhir.writers.patient_bundle.chart import Chart
from nelm_fhir.writers.patient_bundle.dates import when

_CATEGORY: Final = "http://terminology.hl7.org/CodeSystem/observation-category"


def observation(
    chart: Chart,
    name: str,
    profile: str,
    code: Json,
    value: Json,
    *,
    day: DaySpan | None = None,
    category: str = "laboratory",
    status: str = "final",
    **elements: Any,
) -> Json:
    """Add an Observation and return its Reference; `value` is value[x], or why there is none."""
    return chart.add(
        "Observation",
        name,
        profile,
        status=status,
        category=[{"coding": [coding(_CATEGORY, category)]}],
        code=code,
        **when("effective", day),
        **value,
        **elements,
    )


def answer(concept: Json) -> Json:
    """Return value[x] of a coded answer."""
    return {"valueCodeableConcept": concept}


def in_words(chart: Chart, element: str, value: object, name: str | None = None) -> None:
    """Add what a hospital only writes: the name of an element as text, the value as text."""
    observation(
        chart,
        name or element,
        "text",
        {"text": element.replace("-", " ").capitalize()},
        {"valueString": string(str(value))},
        category="exam",
    )
