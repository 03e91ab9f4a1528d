"""The course: response events and treatments of progression (rules 15.2; terminology 3.10, 3.15).

In: events and treatments of the profile. Out: disease status by code where the style has one for
the category, with its modality as component or by the study it rests on; treatments as Procedures
where a code says exactly that, else attested.
"""

from typing import Final

from nelm_fhir.core.dates import DaySpan
from nelm_fhir.profile.candidate import ProgressionTreatment, ResponseEvent
from nelm_fhir.writers.datatypes import Json
from nelm_fhir.writers.patient_bundle.attested import components, entry
from nelm_fhir.writers.patient_bundle.chart import Chart, named
from nelm_fhir.writers.patient_bundle.dates import is_point, when
from nelm_fhir.writers.patient_bundle.observations import answer, in_words, observation

_PD: Final = "PD"
_CLINICAL: Final = "clinical"
_EVENTS: Final = "response_events"


def response(chart: Chart, key: str, event: ResponseEvent) -> None:
    """Add one response event."""
    question, word = chart.asks("disease-status"), chart.says("response-answer", event.category)
    if chart.in_text(_EVENTS):
        in_words(chart, "response", f"RECIST 1.1: {event.category or '-'}", named("response", key))
    elif question and word and can_be_coded(chart, event):
        coded_response(chart, key, event, question, answer(word))
    else:
        entry(
            chart,
            "response",
            named("response", key),
            event.category,
            {"response-modality": event.modality},
            day=event.date,
            author=chart.text("radiology"),
        )


def can_be_coded(chart: Chart, event: ResponseEvent) -> bool:
    """Whether a code leaves the modality as it is: without any, a coded response is clinical."""
    silent = event.modality is None and event.category != _PD
    return chart.is_coded(_EVENTS) and (not silent or bool(_evidence(chart, event)))


def coded_response(
    chart: Chart, key: str, event: ResponseEvent, question: Json, value: Json
) -> Json:
    """Add the disease status, with how it was found."""
    study = study_of(chart, event)
    parts = [] if study else components(chart, {"response-modality": stated_modality(chart, event)})
    return observation(
        chart,
        named("response", key),
        "disease-status",
        question,
        value,
        day=event.date,
        extension=_evidence(chart, event),
        partOf=[study] if study else None,
        component=parts,
    )


def stated_modality(chart: Chart, event: ResponseEvent) -> str | None:
    """Return the modality that must be attested; a coded response without any is clinical."""
    if event.modality == _CLINICAL and event.category != _PD and not _evidence(chart, event):
        return None
    return event.modality


def study_of(chart: Chart, event: ResponseEvent) -> Json | None:
    """Return a study of the same day and modality, which then tells how the response was found."""
    for key, scan in chart.profile.scans.items():
        same = (scan.date, scan.modality) == (event.date, event.modality)
        if same and scan.modality is not None and scan.date is not None:
            return chart.studies.get(key)
    return None


def _evidence(chart: Chart, event: ResponseEvent) -> list[Json]:
    """Return the evidence type where the style has one: imaging, for all but a clinical finding.

    A response without any modality rests on imaging of a kind that nobody tells.
    """
    url = chart.style.extensions.get("evidence-type")
    imaging = chart.says("evidence-type", "imaging")
    clinical = {_CLINICAL, "chromogranin-a"}
    if url is None or imaging is None or event.modality in clinical:
        return []
    return [{"url": url, "valueCodeableConcept": imaging}]


# --- treatments of progression --------------------------------------------------------------------


def progression_treatment(chart: Chart, key: str, treatment: ProgressionTreatment) -> None:
    """Add one treatment of liver progression."""
    name, code = named("treatment", key), chart.says("liver-procedure", treatment.type)
    end = treatment.end_date
    if code and end is not None and is_point(end) and _follows(chart, end):
        chart.add(
            "Procedure",
            name,
            "procedure",
            status="completed",
            code=code,
            **when("performed", end),
        )
        return
    parts = {"treatment-end": end}
    entry(
        chart,
        "progression-treatment",
        name,
        treatment.type,
        parts,
        author=chart.text("board"),
    )


def _follows(chart: Chart, end: DaySpan) -> bool:
    """Whether there is a progression on or before that day: only then it treats one."""
    events = chart.profile.response_events.values()
    worse = [event for event in events if event.category == _PD]
    return any(event.date is None or event.date.earliest <= end.earliest for event in worse)
