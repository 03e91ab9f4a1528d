"""The liver: metastases, involvement, judgments, volumes (rules 15.2; terminology 3.6, 3.13).

In: the liver of the profile. Out: the metastases by code, refuted where they are documented as
absent; everything else attested, for no standard code exists.
"""

from typing import Final

from nelm_fhir.core.amounts import plain
from nelm_fhir.profile.assemble.liver import JUDGED, PLAIN
from nelm_fhir.profile.candidate import Involvement, Liver
from nelm_fhir.writers.datatypes import Json, quantity, value_range
from nelm_fhir.writers.patient_bundle.attested import entry
from nelm_fhir.writers.patient_bundle.chart import Chart, named
from nelm_fhir.writers.patient_bundle.conditions import REFUTED, condition, related
from nelm_fhir.writers.patient_bundle.observations import in_words

_PRESENT: Final = "liver.metastases_present"


def liver(chart: Chart) -> None:
    """Add everything that is known of the liver."""
    told = chart.profile.liver
    for key, estimate in told.involvement.items():
        _involvement(chart, key, estimate)
    _judgments(chart, told)
    for name, element in PLAIN.items():
        value = getattr(told, name)
        if value is not None and chart.in_text(f"liver.{name}"):
            in_words(chart, element, value)
        elif value is not None:
            entry(chart, element, element, value, day=chart.told, author=chart.text("radiology"))


# --- metastases -----------------------------------------------------------------------------------


def liver_metastases(chart: Chart) -> None:
    """Add the Condition of the liver metastases, or that there are none."""
    present = chart.profile.liver.metastases_present
    code = chart.asks("liver-metastasis", chart.text("liver-metastases"))
    if present is None:
        return
    if code is None or not chart.is_coded(_PRESENT):
        attest_metastases(chart, present=present)
        return
    condition(
        chart,
        "liver-metastases",
        "secondary-cancer",
        code,
        verified="confirmed" if present else REFUTED,
        extension=related(chart, chart.only_primary),
        bodySite=_body_site(chart, present=present),
    )


def attest_metastases(chart: Chart, *, present: bool) -> None:
    """Attest that liver metastases are there, or not; those of a removed liver have no day."""
    name = "liver-metastases-present"
    of_removed = present and chart.profile.liver_transplant.performed is True
    day = None if of_removed else chart.told
    entry(chart, name, name, present, day=day, author=chart.text("radiology"))


def _body_site(chart: Chart, *, present: bool) -> list[Json]:
    """Return the liver; both sides of it where the distribution is said that way."""
    place = chart.says("body-site", "liver")
    if place is None:
        return []
    url, both = chart.style.extensions.get("laterality"), chart.asks("laterality")
    if present and url and both and is_bilobar_by_code(chart):
        place["extension"] = [{"url": url, "valueCodeableConcept": both}]
    return [place]


def is_bilobar_by_code(chart: Chart) -> bool:
    """Whether the body site says the distribution: it has no day and no author of its own."""
    told = chart.profile.liver
    coded = chart.is_coded("liver.distribution") and told.metastases_present is True
    future = told.judged_on is not None and told.judged_on.earliest > chart.profile.as_of
    others = (told.resectability, told.extent_judgment)
    alone = told.judged_on is None and told.judged_by is None
    said = alone or any(word is not None for word in others)
    return coded and told.distribution == "bilobar" and not future and said


# --- judgments ------------------------------------------------------------------------------------


def _judgments(chart: Chart, told: Liver) -> None:
    """Attest distribution, resectability and extent, each on the day of the judgment."""
    for name, element in JUDGED.items():
        word = getattr(told, name)
        if word is None or (name == "distribution" and is_bilobar_by_code(chart)):
            continue
        if chart.in_text(f"liver.{name}"):
            in_words(chart, element, word)
        else:
            entry(chart, element, element, word, day=told.judged_on, author=told.judged_by)


# --- involvement ----------------------------------------------------------------------------------


def _involvement(chart: Chart, key: str, estimate: Involvement) -> None:
    name = named("involvement", key)
    if chart.in_text("liver.involvement"):
        in_words(chart, "liver-involvement", _as_text(estimate), name)
        return
    entry(
        chart,
        "liver-involvement",
        name,
        _value(chart, estimate),
        {"involvement-method": estimate.method},
        day=estimate.date,
        author=chart.text("radiology"),
    )


def _value(chart: Chart, told: Involvement) -> Json:
    """Return the bounds: one number, a comparator, or a Range, whose ends are always included.

    Bounds that R4 cannot say, and none at all, stand as text, which nobody reads.
    """
    low, high = told.low, told.high
    unit = chart.knowledge.definitions.burden.unit
    if low is not None and high is not None and low <= high:
        if low == high:
            return {"valueQuantity": quantity(low, unit)}
        return {"valueRange": value_range(low, high, unit)}
    if high is not None and low is None:
        return {"valueQuantity": quantity(high, unit, "<" if told.high_open else "<=")}
    if low is not None and high is None:
        return {"valueQuantity": quantity(low, unit, ">" if told.low_open else ">=")}
    return {"valueString": _as_text(told)}


def _as_text(told: Involvement) -> str:
    bounds = dict.fromkeys(plain(one) for one in (told.low, told.high) if one is not None)
    return f"{' - '.join(bounds)} %" if bounds else "diffuse, no percentage given"
