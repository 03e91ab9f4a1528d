"""Primary tumors as Conditions (rules 15.2, primaries; terminology 3.5).

In: the primaries of the profile. Out: one Condition each, coded where the style has a code for the
site, or for a coarser one that an attested entry refines; else named by the attested entry alone.
"""

from typing import Any, Final

from nelm_fhir.profile.candidate import Primary
from nelm_fhir.writers.datatypes import Json
from nelm_fhir.writers.patient_bundle.attested import entry
from nelm_fhir.writers.patient_bundle.chart import Chart, named
from nelm_fhir.writers.patient_bundle.conditions import condition

ELEMENT: Final = "primaries.site"
_ENTRY: Final = "primary-site"
_BODY_SITE: Final = "body-site"
_CONFIRMED: Final = "confirmed"


def primary(chart: Chart, key: str, tumor: Primary) -> None:
    """Add the Condition of one primary by a code that says neuroendocrine and, mostly, where."""
    code, word = coded_site(chart, _ENTRY, tumor.site)
    code = code or chart.asks("neuroendocrine")
    said = add_primary(chart, key, tumor, code, word)
    name_primary(chart, key, tumor, said, claimed=code is not None)


def add_primary(
    chart: Chart, key: str, tumor: Primary, code: Json | None, word: str | None, **elements: Any
) -> set[str | None]:
    """Add the Condition with its body site and return the sites that its codes say."""
    place, organ = coded_site(chart, _BODY_SITE, tumor.site)
    back = code is not None and _comes_back(chart)
    chart.is_relapsed = chart.is_relapsed or back
    text = chart.text("primary") if tumor.site is None else f"{chart.text('primary')}: {tumor.site}"
    chart.primaries[key] = condition(
        chart,
        named("primary", key),
        "primary-cancer" if code else "text",
        {**(code or {}), "text": text},
        status="recurrence" if back else "active",
        bodySite=[place] if place else None,
        **elements,
    )
    return {word, organ}


def name_primary(
    chart: Chart, key: str, tumor: Primary, said: set[str | None], *, claimed: bool
) -> None:
    """Attest the site that no code says; a Condition that no code makes a primary is named so."""
    site = None if chart.in_text(ELEMENT) else tumor.site
    if claimed and (site is None or site in said):
        return
    focus = [chart.primaries[key]]
    author = chart.text("board")
    entry(chart, _ENTRY, f"site-{key}", site, day=chart.told, author=author, focus=focus)


def coded_site(chart: Chart, group: str, site: str | None) -> tuple[Json | None, str | None]:
    """Return the concept for the site or for the nearest coarser one, and the site it says."""
    sites = chart.knowledge.definitions.sites
    named_so = site if chart.is_coded(ELEMENT) and not chart.in_text(ELEMENT) else None
    for word, concept in chart.said_of_site(group, named_so):
        if word != sites.liver:  # the liver as body site names a metastasis
            return concept, word
    return None, None


def _comes_back(chart: Chart) -> bool:
    """Whether the course of the only primary can say that the tumor is back (rules 15.2)."""
    back = chart.profile.recurrence.status == _CONFIRMED
    performed = chart.profile.liver_transplant.performed is True
    coded = chart.is_coded("recurrence.status")
    return back and performed and coded and len(chart.profile.primaries) == 1
