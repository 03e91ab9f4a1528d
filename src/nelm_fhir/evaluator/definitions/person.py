"""The candidate as a person: age and comorbidity; and whether the record is whole (rules 1.7)."""

from decimal import Decimal

from nelm_fhir.core.amounts import Amount
from nelm_fhir.core.dates import completed_years
from nelm_fhir.core.logic import MET, NOT_MET, UNKNOWN
from nelm_fhir.core.unknown import Reason
from nelm_fhir.evaluator.definition import THREE, compared, definition
from nelm_fhir.evaluator.judgment import Judgment, unknown
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.criteria import Ask
from nelm_fhir.profile.provenance import reason, set_aside, sources

YEARS = "a"


def age_of(view: View) -> Amount | None:
    """Return the age in completed years, an interval for a partial birth date (9.1)."""
    birth = view.profile.patient.birth_date
    if birth is None:
        return None
    youngest, oldest = completed_years(birth, view.as_of)
    return Amount(Decimal(youngest), Decimal(oldest), YEARS)


@definition(*THREE, unit=YEARS)
def age(view: View, ask: Ask) -> Judgment:
    """Age in completed years on the evaluation date (POL-05)."""
    years = age_of(view)
    person = view.profile.patient
    if years is None:
        aside = set_aside(person, "birth_date")
        path = ("patient.birth_date",)
        return Judgment(UNKNOWN, reason(person, "birth_date"), set_aside=aside, paths=path)
    status = compared(years, ask)
    is_open = status is UNKNOWN
    return Judgment(
        status,
        Reason.DATE_TOO_VAGUE if is_open else None,
        value=str(years).replace(f" {YEARS}", " years"),
        observed=years,
        evidence=sources(person, "birth_date"),
        paths=("patient.birth_date",) if is_open else (),
    )


@definition(*THREE)
def comorbidity_absent(view: View, _ask: Ask) -> Judgment:
    """No comorbidity contraindicates transplantation, as judged by a clinician (M07-COM)."""
    key = "comorbidity_contraindication"
    contraindicated = view.profile.comorbidity_contraindication
    if contraindicated is None:
        aside = set_aside(view.profile, key)
        return Judgment(UNKNOWN, reason(view.profile, key), set_aside=aside, paths=(key,))
    status = NOT_MET if contraindicated else MET
    words = "contraindication documented" if contraindicated else "none contraindicates"
    return Judgment(status, value=words, evidence=sources(view.profile, key))


@definition(UNKNOWN, MET)
def record_intact(view: View, _ask: Ask) -> Judgment:
    """The reader did not have to give up an entry that might have spoken against (POL-36)."""
    return unknown(Reason.UNREADABLE, "damaged") if view.profile.damaged else Judgment(MET)
