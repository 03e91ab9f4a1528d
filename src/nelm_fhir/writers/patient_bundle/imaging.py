"""Scans: the study, its report, what was attested of it (rules 15.2, scans; terminology 3.12).

In: one scan of the profile. Out: an ImagingStudy with day and modality, the procedure where the
tracer has a product code, the report, and the attested result with tracer, technique and the uptake
of single foci: no standard code says those.
"""

from typing import Any, Final

from nelm_fhir.profile.candidate import Scan
from nelm_fhir.writers.datatypes import Json
from nelm_fhir.writers.patient_bundle.attested import entry
from nelm_fhir.writers.patient_bundle.chart import Chart, named
from nelm_fhir.writers.patient_bundle.dates import is_point, when

_NUCLEAR: Final = frozenset({"PET/CT", "PET/MR", "scintigraphy"})


def study(chart: Chart, key: str, scan: Scan) -> None:
    """Add the study of one scan."""
    modality = chart.says("scan-modality", scan.modality)
    chart.studies[key] = chart.add(
        "ImagingStudy",
        named("scan", key),
        status="available",
        modality=modality["coding"] if modality else None,
        started=str(scan.date) if scan.date is not None and is_point(scan.date) else None,
        description=" ".join(filter(None, (scan.modality, scan.tracer))) or None,
        procedureReference=_procedure(chart, key, scan),
    )


def _procedure(chart: Chart, key: str, scan: Scan) -> Json | None:
    """Add the procedure that used a tracer with a product code."""
    tracer, code = chart.says("tracer", scan.tracer), chart.asks("pet")
    if tracer is None or code is None:
        return None
    return chart.add(
        "Procedure",
        f"procedure-{key}",
        "procedure",
        status="completed",
        code=code,
        usedCode=[tracer],
        **when("performed", scan.date),
    )


def result(chart: Chart, key: str, scan: Scan) -> None:
    """Add what the scan showed, and its report."""
    by = chart.text("nuclear-medicine" if scan.modality in _NUCLEAR else "radiology")
    results = []
    if not chart.in_text("scans.extrahepatic_result"):
        results = _attested(chart, key, scan, by)
    chart.add(
        "DiagnosticReport",
        f"report-{key}",
        status="final",
        category=[{"text": by}],
        code=chart.other("imaging-report", chart.text("imaging-report")),
        **when("effective", scan.date),
        performer=[{"display": by}],
        imagingStudy=[chart.studies[key]],
        result=results,
        conclusion=_conclusion(chart, scan),
    )


def _attested(chart: Chart, key: str, scan: Scan, by: str) -> list[Json]:
    """Add the attested scan with its members; nothing where the study says all."""
    parts = {
        "scan-modality": None if chart.says("scan-modality", scan.modality) else scan.modality,
        "scan-tracer": None if chart.says("tracer", scan.tracer) else scan.tracer,
        "scan-technique": scan.technique,
        "liver-lesions-typical": scan.liver_lesions_typical,
    }
    parts = {code: value for code, value in parts.items() if value is not None}
    if not parts and not scan.foci and scan.extrahepatic_result is None and is_point(scan.date):
        return []
    links: dict[str, Any] = {"partOf": [chart.studies[key]]}
    if "uptakes-as-members" in chart.style.habits:
        links["hasMember"] = _uptakes(chart, key, scan, by)
    told = entry(
        chart,
        "scan",
        named("scan", key),
        scan.extrahepatic_result,
        parts,
        day=scan.date,
        author=by,
        **links,
    )
    members = links.get("hasMember") or _uptakes(chart, key, scan, by, derivedFrom=[told])
    return [told, *members]


def _uptakes(chart: Chart, key: str, scan: Scan, by: str, **links: Any) -> list[Json]:
    """Add the uptake of each focus that the scan names."""
    return [
        entry(
            chart,
            "focus-uptake",
            f"uptake-{key}-{focus}",
            uptake,
            day=scan.date,
            author=by,
            focus=[chart.focus(focus)],
            **links,
        )
        for focus, uptake in scan.foci.items()
    ]


def _conclusion(chart: Chart, scan: Scan) -> str | None:
    """Return what the report says in words; nothing reads it."""
    told = {"negative": "no-disease", "positive": "disease", "equivocal": "unclear"}
    word = told.get(scan.extrahepatic_result or "")
    return chart.text(word) if word else None
