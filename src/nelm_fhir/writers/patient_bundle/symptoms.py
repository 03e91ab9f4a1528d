"""Functional syndrome, comorbidity, other malignancy (rules 15.2; terminology 3.8).

In: what the profile knows of them. Out: a Condition by code where it says exactly that; everything
else attested, or in words where the style does not attest.
"""

from typing import Final

from nelm_fhir.profile.candidate import FunctionalSyndrome
from nelm_fhir.writers.patient_bundle.attested import entry
from nelm_fhir.writers.patient_bundle.chart import Chart
from nelm_fhir.writers.patient_bundle.conditions import condition
from nelm_fhir.writers.patient_bundle.dates import when
from nelm_fhir.writers.patient_bundle.observations import in_words

_SYNDROME: Final = "functional_syndrome"
_NONE: Final = "none"


def syndrome(chart: Chart) -> None:
    """Add the hormonal syndrome: presence and kind, control, therapies that failed."""
    told = chart.profile.functional_syndrome
    if chart.in_text(_SYNDROME):
        _in_words(chart, told)
        return
    author = chart.text("board")
    if not _by_code(chart, told) and (told.present is not None or told.type is not None):
        parts = {"syndrome-type": told.type}
        name = "syndrome-present"
        entry(chart, name, name, told.present, parts, day=chart.told, author=author)
    if told.control is not None:
        name = "syndrome-control"
        entry(chart, name, name, told.control, day=chart.told, author=author)
    if told.failed_therapies is not None:
        for therapy in told.failed_therapies or (_NONE,):
            entry(chart, "failed-therapy", "failed-therapy", therapy, day=chart.told, author=author)


def _by_code(chart: Chart, told: FunctionalSyndrome) -> bool:
    """Add the Condition of the syndrome, if its code says this kind of it."""
    code = chart.says("functional-syndrome", told.type)
    if code is None or told.present is not True or not chart.is_coded(f"{_SYNDROME}.present"):
        return False
    condition(chart, "functional-syndrome", "condition", code)
    return True


def _in_words(chart: Chart, told: FunctionalSyndrome) -> None:
    parts = {
        "syndrome-present": told.present,
        "syndrome-type": told.type,
        "syndrome-control": told.control,
        "failed-therapy": ", ".join(told.failed_therapies) if told.failed_therapies else None,
    }
    for element, value in parts.items():
        if value is not None:
            in_words(chart, element, value)


def comorbidity(chart: Chart) -> None:
    """Add whether a comorbidity contraindicates transplantation."""
    told, element = chart.profile.comorbidity_contraindication, "comorbidity-contraindication"
    if told is not None and chart.in_text("comorbidity_contraindication"):
        in_words(chart, element, told)
    elif told is not None:
        entry(chart, element, element, told, day=chart.told, author=chart.text("board"))


def other_malignancy(chart: Chart) -> None:
    """Add another cancer: its Condition where the style has a code for the kind, else attested."""
    told = chart.profile.other_malignancy
    code = chart.says("other-cancer", told.type, told.type)
    # beside several primaries, or none, a statement without link could be about this cancer
    unmistakable = chart.only_primary is not None and chart.is_coded("other_malignancy")
    if code and told.present is True and unmistakable:
        condition(chart, "other-cancer", "condition", code, **when("onset", told.date))
        return
    parts = {"malignancy-type": told.type, "malignancy-date": told.date}
    if told.present is not None or any(value is not None for value in parts.values()):
        name, author = "other-malignancy", chart.text("board")
        entry(chart, name, name, told.present, parts, day=chart.told, author=author)
