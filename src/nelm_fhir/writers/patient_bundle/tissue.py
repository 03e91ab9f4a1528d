"""Specimens with what was found on them (rules 15.2, specimens; terminology 3.1 to 3.4).

In: one specimen of the profile. Out: a Specimen, one Observation per finding, the report that holds
them, and attested entries for what no code says: origin, material, WHO edition, and indices without
a question.
"""

from dataclasses import dataclass, field
from typing import Any, Final

from nelm_fhir.profile.candidate import Specimen
from nelm_fhir.writers.datatypes import Json, filled
from nelm_fhir.writers.patient_bundle.attested import entry
from nelm_fhir.writers.patient_bundle.chart import Chart, named
from nelm_fhir.writers.patient_bundle.dates import when
from nelm_fhir.writers.patient_bundle.found import Found, findings, index
from nelm_fhir.writers.patient_bundle.observations import observation

_LIVER: Final = "liver"
_SITE: Final = "body-site"
_ORIGIN: Final = "specimen-origin"


@dataclass(slots=True)
class Tissue:
    """One specimen on the way into the record: its resource, and the results on it."""

    key: str
    told: Specimen
    specimen: Json
    results: list[Json] = field(default_factory=list)
    is_placed: bool = False
    has_edition: bool = False


def specimen(chart: Chart, key: str, told: Specimen) -> None:
    """Add one specimen, each finding an Observation of its own."""
    tissue = begun(chart, key, told)
    tissue.results += [add_found(chart, tissue, found) for found in findings(chart, told)]
    attest(chart, tissue)
    report(chart, tissue)


def begun(chart: Chart, key: str, told: Specimen) -> Tissue:
    """Add the Specimen with its day and, where the style has a code, its place and method."""
    place = _place(chart, told)
    kind = chart.text(f"specimen-{told.material or 'other'}")
    reference = chart.add(
        "Specimen",
        named("specimen", key),
        status="available",
        type={"text": kind},
        collection=filled(
            {
                **when("collected", told.date),
                "method": chart.says("specimen-method", told.material),
                "bodySite": place,
            }
        ),
    )
    return Tissue(key, told, reference, is_placed=place is not None)


def add_found(chart: Chart, tissue: Tissue, found: Found) -> Json:
    """Add one finding as Observation and return its Reference."""
    tissue.has_edition = tissue.has_edition or found.method is not None
    return observation(
        chart,
        f"{found.name}-{tissue.key}",
        found.name,
        found.code,
        found.value,
        day=tissue.told.date,
        method=found.method,
        component=list(found.components),
        **_about(chart, tissue, found),
    )


def _about(chart: Chart, tissue: Tissue, found: Found) -> Json:
    """Return the links of a finding; some hospitals link tumor markers by an extension."""
    about = links(chart, tissue)
    url = chart.style.extensions.get(f"related-condition-of-{found.name}")
    if url and "focus" in about:
        (primary,) = about.pop("focus")
        about["extension"] = [{"url": url, "valueReference": primary}]
    return about


def attest(chart: Chart, tissue: Tissue, *, is_there: bool = False) -> None:
    """Attest what no code says; a specimen with nothing else on it is there by its origin."""
    told = tissue.told
    if told.ki67_text is not None and chart.asks("ki67") is None:
        parts = {"cells-counted": told.cells_counted}
        _attested(chart, tissue, "ki67", index(chart, told.ki67_text, "percent"), parts)
    elif told.ki67_text is None and not chart.in_text("specimens.cells_counted"):
        _attested(chart, tissue, "cells-counted", told.cells_counted)
    if told.mitoses_text is not None and chart.asks("mitotic-count") is None:
        _attested(chart, tissue, "mitotic-count", told.mitoses_text)
    _attest_origin(chart, tissue, is_there=is_there or bool(tissue.results))


def report(chart: Chart, tissue: Tissue, **elements: Any) -> Json:
    """Add the report of the pathologist, which names every result."""
    told, category = tissue.told, chart.asks("pathology-report")
    return chart.add(
        "DiagnosticReport",
        f"pathology-{tissue.key}",
        status="final",
        category=[category or {"text": chart.text("pathology")}],
        code=chart.other("pathology-report", chart.text("pathology-report")),
        **when("effective", told.date),
        performer=[{"display": chart.text("pathology")}],
        specimen=[tissue.specimen],
        result=tissue.results,
        conclusion=_conclusion(told),
        **elements,
    )


def _attest_origin(chart: Chart, tissue: Tissue, *, is_there: bool) -> None:
    told = tissue.told
    origin = None if tissue.is_placed else told.origin
    material = None if chart.says("specimen-method", told.material) else told.material
    edition = not tissue.has_edition and not chart.in_text("specimens.who_edition")
    parts = filled(
        {
            "specimen-material": None if chart.in_text("specimens.material") else material,
            "who-edition": told.who_edition if edition else None,
        }
    )
    if chart.in_text("specimens.origin"):
        origin = None
    if origin or parts or not is_there:
        _attested(chart, tissue, _ORIGIN, origin, parts, needed=True)


def _attested(
    chart: Chart,
    tissue: Tissue,
    element: str,
    value: Any,
    parts: Json | None = None,
    *,
    needed: bool = False,
) -> None:
    if value is None and not needed:
        return
    told = entry(
        chart,
        element,
        f"{element}-{tissue.key}",
        value,
        parts,
        day=tissue.told.date,
        author=chart.text("pathology"),
        **links(chart, tissue),
    )
    tissue.results.append(told)


def links(chart: Chart, tissue: Tissue) -> Json:
    """Return the links of a finding: the Specimen, and the primary if there is only one."""
    primary = chart.only_primary
    return filled({"specimen": tissue.specimen, "focus": [primary] if primary else None})


def _place(chart: Chart, told: Specimen) -> Json | None:
    """Return the body site that says the origin; None where none says exactly that."""
    if not chart.is_coded("specimens.origin"):
        return None
    sites = [tumor.site for tumor in chart.profile.primaries.values()]
    if told.origin == "liver-metastasis":
        return None if _LIVER in sites else chart.says(_SITE, _LIVER)
    if told.origin != "primary":
        return None
    places = (place for site in sites for place in chart.said_of_site(_SITE, site))
    return next((place for word, place in places if word != _LIVER), None)


def _conclusion(told: Specimen) -> str | None:
    """Return what the pathologist concludes, as people write it; nothing reads it."""
    parts = [told.histology, told.reported_grade, told.mitoses_text]
    index_ = [f"Ki-67 {told.ki67_text}"] if told.ki67_text else []
    return ", ".join([*index_, *(part for part in parts if part)]) or None
