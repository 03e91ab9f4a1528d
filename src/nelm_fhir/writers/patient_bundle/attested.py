"""The attested entry as Observation: what no standard code says (attested-entry.md 1 and 2).

In: an element of the table, its value, its components. Out: an Observation in the chart. The type
of value[x] comes from the table; a word outside a list that is open stands as text.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from nelm_fhir.core.canonical import BASE
from nelm_fhir.core.codes import Code
from nelm_fhir.core.dates import DaySpan
from nelm_fhir.knowledge.attested import AttestedRow
from nelm_fhir.writers.datatypes import Json, coding, filled, quantity, string
from nelm_fhir.writers.patient_bundle.chart import Chart
from nelm_fhir.writers.patient_bundle.dates import point, when
from nelm_fhir.writers.patient_bundle.measures import canonical

ELEMENTS: Final = f"{BASE}/CodeSystem/attested-element"
ANSWERS: Final = f"{BASE}/CodeSystem/attested-answer"
Parts = Mapping[str, Any]


def entry(
    chart: Chart,
    element: str,
    name: str,
    value: Any = None,
    parts: Parts | None = None,
    *,
    day: DaySpan | None = None,
    author: str | Json | None = None,
    status: str = "final",
    **elements: Any,
) -> Json:
    """Add an attested Observation and return its Reference.

    Components whose value is None are left out; a list repeats its component. `author` states it, a
    name or a Reference; without one the entry is unsigned. `elements` are links.
    """
    performer = {"display": author} if isinstance(author, str) else author
    return chart.add(
        "Observation",
        name,
        "attested",
        status=status,
        code=question(chart, element),
        **when("effective", day),
        performer=[performer] if performer else None,
        **valued(chart, element, value),
        component=components(chart, parts or {}),
        **elements,
    )


def question(chart: Chart, element: str) -> Json:
    """Return the code of an element or component."""
    display = chart.knowledge.displays.get(Code(ELEMENTS, element))
    return {"coding": [coding(ELEMENTS, element, display)]}


def components(chart: Chart, parts: Parts) -> list[Json]:
    """Return the components that have a value."""
    return [
        {"code": question(chart, code)} | valued(chart, code, one)
        for code, value in parts.items()
        for one in (value if isinstance(value, list | tuple) else [value])
        if one is not None
    ]


def valued(chart: Chart, element: str, value: Any) -> Json:
    """Return value[x] of an element or component; nothing without a value."""
    if value is None:
        return {}
    if isinstance(value, dict):  # value[x] already
        return value
    row = chart.knowledge.attested.row(element)
    assert row is not None  # noqa: S101 - callers name elements of the table
    return _typed(chart, row, value)


def _typed(chart: Chart, row: AttestedRow, value: Any) -> Json:
    if isinstance(value, bool):
        return {"valueBoolean": value}
    if isinstance(value, DaySpan):
        return filled({"valueDateTime": point(value)})
    if isinstance(value, Decimal):
        return {"valueQuantity": quantity(value, canonical(chart.knowledge.units, row.unit or ""))}
    if isinstance(value, int):
        return {"valueInteger": value}
    if "CodeableConcept" not in row.values:
        return {"valueString": string(value)}
    return {"valueCodeableConcept": _answer(chart, row, value)}


def _answer(chart: Chart, row: AttestedRow, word: str) -> Json:
    if word not in row.words:
        return {"text": string(word)}
    return {"coding": [coding(ANSWERS, word, chart.knowledge.displays.get(Code(ANSWERS, word)))]}
