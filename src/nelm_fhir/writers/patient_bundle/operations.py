"""Resection of the primary: the Procedure, nodes, margin, N category (rules 15.2; terminology 3.9).

In: the resection of one primary. Out: Procedures and Observations by code, and one attested entry
for what no code says; where the organ has no code, the entry says all.
"""

from dataclasses import dataclass, field
from typing import Any, Final

from nelm_fhir.core.dates import DaySpan
from nelm_fhir.profile.candidate import Primary, Resection
from nelm_fhir.writers.datatypes import Json, filled
from nelm_fhir.writers.patient_bundle.attested import entry
from nelm_fhir.writers.patient_bundle.chart import Chart
from nelm_fhir.writers.patient_bundle.dates import is_year, when
from nelm_fhir.writers.patient_bundle.observations import answer, observation

_RESECTION: Final = "primaries.resection"
_CODES: Final = "primary-resection"


@dataclass(slots=True)
class Operation:
    """One resection on the way into the record: its Procedure, and what is still to be attested."""

    key: str
    tumor: Json
    told: Resection
    procedure: Json | None = None
    done: bool | None = None
    parts: dict[str, Any] = field(default_factory=dict)


def resection(chart: Chart, key: str, tumor: Primary) -> None:
    """Add everything that is known of the resection of one primary."""
    operation = begun(chart, key, tumor)
    if code := operation_code(chart, tumor):
        operation.procedure = add_procedure(chart, operation, code)
    put_nodes(chart, operation)
    put_margin(chart, operation)
    put_node_stage(chart, operation)
    put_rest(chart, operation)


def begun(chart: Chart, key: str, tumor: Primary) -> Operation:
    """Return the resection with everything still to be attested."""
    told = tumor.resection
    done = told.performed
    parts = {"resection-date": told.date, "planned-at-transplantation": told.planned_at_lt}
    return Operation(key, chart.primaries[key], told, done=done, parts=parts)


def operation_code(chart: Chart, tumor: Primary) -> Json | None:
    """Return the code of the operation; only what was done or left undone is a Procedure."""
    if tumor.resection.performed is None or not chart.is_coded(f"{_RESECTION}.performed"):
        return None
    return next((code for _, code in chart.said_of_site(_CODES, tumor.site)), None)


def add_procedure(chart: Chart, operation: Operation, code: Json, **elements: Any) -> Json:
    """Add the Procedure, which then says that it was done, and when."""
    done = operation.told.performed
    operation.done = None
    operation.parts.pop("resection-date")
    return chart.add(
        "Procedure",
        f"resection-{operation.key}",
        "surgical-procedure",
        status="completed" if done else "not-done",
        statusReason=None if done else {"text": chart.text("not-done")},
        code={**code, "text": chart.text("resection")},
        reasonReference=[operation.tumor],
        **(performed(chart, operation.told.date) if done else {}),
        **elements,
    )


def performed(chart: Chart, span: DaySpan | None) -> Json:
    """Return when it was done; some hospitals write a bare year as text."""
    if is_year(span) and "year-as-text" in chart.style.habits:
        return {"performedString": str(span)}
    return when("performed", span)


def put_nodes(chart: Chart, operation: Operation) -> None:
    """Add the lymphadenectomy, or attest it."""
    removed = operation.told.lymphadenectomy
    code = chart.asks("lymphadenectomy")
    if removed is None or chart.in_text(f"{_RESECTION}.lymphadenectomy"):
        return
    if operation.procedure is None or code is None or operation.told.performed is not True:
        operation.parts["lymphadenectomy"] = removed
        return
    chart.add(
        "Procedure",
        f"nodes-{operation.key}",
        "surgical-procedure",
        status="completed" if removed else "not-done",
        code=code,
        partOf=[operation.procedure],
        reasonReference=[operation.tumor],
        **(when("performed", _known_day(chart, operation)) if removed else {}),
    )


def put_margin(chart: Chart, operation: Operation) -> None:
    """Add the residual tumor status, or attest it."""
    margin = operation.told.margin
    if margin is None:
        return
    question, coded = chart.asks("residual-tumor"), chart.says("residual-tumor-answer", margin)
    if chart.in_text(f"{_RESECTION}.margin"):
        stated = answer({"text": f"{margin} (path report)"})
    elif operation.procedure is not None and question and coded:
        stated = answer(coded)
    else:
        operation.parts["residual-tumor"] = margin
        return
    add_statement(chart, operation, "residual-tumor", question, stated)


def put_node_stage(chart: Chart, operation: Operation) -> None:
    """Add the pathologic N category; no attested entry has it."""
    stage = chart.says("tnm-n-answer", operation.told.pn)
    question = chart.asks("tnm-n-pathologic")
    if stage and question:
        add_statement(chart, operation, "pn", question, answer(stage))


def add_statement(
    chart: Chart, operation: Operation, name: str, question: Json | None, value: Json
) -> Json:
    """Add an Observation about the operation."""
    return observation(
        chart,
        f"{name}-{operation.key}",
        name,
        question or {"text": name},
        value,
        day=_known_day(chart, operation),
        focus=[operation.tumor],
        partOf=[operation.procedure] if operation.procedure else None,
    )


def _known_day(chart: Chart, operation: Operation) -> DaySpan | None:
    """Return the day of the operation for what goes with it, if it is not still to come.

    Without a Procedure to be part of, a vague day would leave open whether it was before it.
    """
    day = operation.told.date if operation.procedure else None
    return day if day is not None and day.earliest <= chart.profile.as_of else None


def put_rest(chart: Chart, operation: Operation) -> None:
    """Attest what no code said."""
    parts = filled(operation.parts)
    if operation.done is None and not parts:
        return
    entry(
        chart,
        "primary-resected",
        f"resected-{operation.key}",
        operation.done,
        parts,
        day=chart.told,
        author=chart.text("board"),
        focus=[operation.tumor],
        partOf=[operation.procedure] if operation.procedure else None,
    )
