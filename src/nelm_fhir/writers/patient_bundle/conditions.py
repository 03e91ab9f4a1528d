"""Conditions with the statuses that R4 asks for (con-3 to con-5).

In: a code, what is known of course and certainty. Out: a Condition in the chart. One that is
refuted is not active, one entered in error has no course.
"""

from typing import Any, Final

from nelm_fhir.writers.datatypes import Json, coding
from nelm_fhir.writers.patient_bundle.chart import Chart

_HL7: Final = "http://terminology.hl7.org/CodeSystem"
REFUTED: Final = "refuted"
VOID: Final = "entered-in-error"
_INACTIVE: Final = "inactive"


def condition(
    chart: Chart,
    name: str,
    profile: str,
    code: Json,
    *,
    status: str = "active",
    verified: str = "confirmed",
    **elements: Any,
) -> Json:
    """Add a Condition and return its Reference; `elements` may hold onset, body site, extension."""
    course = _INACTIVE if verified == REFUTED else status
    return chart.add(
        "Condition",
        name,
        profile,
        clinicalStatus=None if verified == VOID else {"coding": [_status("clinical", course)]},
        verificationStatus={"coding": [_status("ver-status", verified)]},
        category=[{"coding": [_status("category", "problem-list-item")]}],
        code=code,
        **elements,
        recordedDate=chart.told_on.isoformat(),
    )


def related(chart: Chart, reference: Json | None) -> list[Json]:
    """Return the extension that links a metastasis to its primary, where the style has one."""
    url = chart.style.extensions.get("related-condition")
    return [{"url": url, "valueReference": reference}] if url and reference else []


def _status(list_: str, code: str) -> Json:
    return coding(f"{_HL7}/condition-{list_}", code)
