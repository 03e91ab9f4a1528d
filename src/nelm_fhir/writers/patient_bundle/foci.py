"""Foci of disease outside the liver (rules 15.2, extrahepatic; terminology 3.7; attested-entry 2).

In: one focus of the profile. Out: a Condition with organ, status and first sight, coded where the
style has a code for organ and class; attested entries for class, treatment and adjudication. A
focus of which nothing but these is known has no Condition and is named by its identifier.
"""

from typing import Any, Final

from nelm_fhir.knowledge.styles import FocusCode
from nelm_fhir.profile.candidate import Adjudication, Focus
from nelm_fhir.writers.datatypes import Json, identifier
from nelm_fhir.writers.patient_bundle.attested import entry
from nelm_fhir.writers.patient_bundle.chart import Chart, named
from nelm_fhir.writers.patient_bundle.conditions import condition, related
from nelm_fhir.writers.patient_bundle.dates import is_point, when

_SUSPECTED: Final = "suspected"
_PD: Final = "PD"
_CODED: Final = "extrahepatic.class"


def focus(chart: Chart, key: str, told: Focus) -> None:
    """Add one focus, by code where one says its organ and class."""
    _add(chart, key, told, code_of(chart, key, told))


def in_text(chart: Chart, key: str, told: Focus) -> None:
    """Add one focus whose Condition stands in text."""
    _add(chart, key, told, None)


def _add(chart: Chart, key: str, told: Focus, row: FocusCode | None) -> None:
    if told.status is not None or told.organ is not None or told.first_seen is not None:
        chart.foci[key] = add_condition(chart, key, told, row)
    add_entries(chart, key, told, row)


def add_condition(chart: Chart, key: str, told: Focus, row: FocusCode | None) -> Json:
    """Add the Condition of the focus; without a code its organ stands as text."""
    suspected = told.status == _SUSPECTED
    text = chart.text("focus")
    code = chart.concept(row.codings, text) if row else {"text": text}
    return condition(
        chart,
        named("focus", key),
        "secondary-cancer" if row else "text",
        code or {},
        verified="provisional" if suspected else "confirmed",
        extension=related(chart, chart.only_primary) if row else None,
        bodySite=[{"text": told.organ}] if told.organ and row is None else None,
        **when("onset", told.first_seen),
    )


def add_entries(chart: Chart, key: str, told: Focus, row: FocusCode | None) -> None:
    """Attest what the Condition does not say of class, treatment and adjudication."""
    is_said = row is not None and row.focus_class == told.disease_class
    removed = {"removed-with-primary": told.removed_with_primary}
    is_named = row is not None or key not in chart.foci
    value = None if is_said else told.disease_class
    if not is_named or value is not None or told.removed_with_primary is not None:
        _entry(chart, key, "focus-class", value, removed)
    if told.treatment is not None and not treat(chart, key, told):
        end = {"treatment-end": told.treatment_end}
        _entry(chart, key, "focus-treatment", told.treatment, end)
    if told.adjudication.verdict is not None:
        _adjudication(chart, key, told.adjudication)


def treat(chart: Chart, key: str, told: Focus) -> bool:
    """Add the Procedure of the treatment, where a code says exactly that and nothing else."""
    end, code = told.treatment_end, _treatment_code(chart, told)
    if code is None or key not in chart.foci or end is None or not is_point(end):
        return False
    chart.add(
        "Procedure",
        f"treatment-of-{key}",
        "procedure",
        status="completed",
        code=code,
        reasonReference=[chart.foci[key]],
        **when("performed", end),
    )
    return True


def _treatment_code(chart: Chart, told: Focus) -> Json | None:
    """Return the code of the treatment; after a progression PRRT would treat that one as well."""
    if not chart.is_coded("extrahepatic.treatment"):
        return None
    if told.treatment == "resection":
        nodes = chart.knowledge.definitions.staging.node_classes
        return chart.asks("lymphadenectomy") if told.disease_class in nodes else None
    events = chart.profile.response_events.values()
    if told.treatment == "prrt" and not any(event.category == _PD for event in events):
        return chart.asks("prrt")
    return None


def code_of(chart: Chart, key: str, told: Focus) -> FocusCode | None:
    """Return the code that names this organ, and this class or none.

    Two foci of one code and one day would be read as one; the second stands without a code.
    """
    everything = chart.profile.extrahepatic
    earlier = list(everything)[: list(everything).index(key)]
    twins = [everything[other] for other in earlier]
    if any((one.organ, one.first_seen) == (told.organ, told.first_seen) for one in twins):
        return None
    rows = chart.style.foci if chart.is_coded(_CODED) else ()
    fitting = (row for row in rows if row.focus_class in {None, told.disease_class})
    return next((row for row in fitting if row.organ == told.organ), None)


def _entry(chart: Chart, key: str, element: str, value: str | None, parts: dict[str, Any]) -> None:
    entry(
        chart,
        element,
        f"{element}-{key}",
        value,
        parts,
        day=chart.told,
        author=chart.text("board"),
        focus=[chart.focus(key)],
    )


def _adjudication(chart: Chart, key: str, told: Adjudication) -> None:
    """Add the judgment; who signs it without a name does so by identifier."""
    signer: str | Json | None = told.by
    if told.signed and signer is None:
        staff = identifier(f"{chart.style.base}/staff", "radiology")
        signer = {"type": "Practitioner", "identifier": staff}
    entry(
        chart,
        "focus-adjudication",
        f"focus-adjudication-{key}",
        told.verdict,
        day=told.date,
        author=signer,
        status="final" if told.signed else "preliminary",
        focus=[chart.focus(key)],
    )
