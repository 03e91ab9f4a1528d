"""Hormonal function: syndrome, refractory symptoms, failed therapies (rules 7.3, 10.2, POL-25)."""

from msgspec.structs import replace

from nelm_fhir.core.logic import MET, NOT_MET, UNKNOWN
from nelm_fhir.core.unknown import NotApplicable, Reason
from nelm_fhir.evaluator.definition import ANY_STATUS, THREE, definition
from nelm_fhir.evaluator.judgment import Judgment, not_applicable, unknown
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.criteria import Ask
from nelm_fhir.profile.provenance import reason, set_aside, sources

CONTROLLED = "controlled"


def _lacking(view: View, key: str) -> Judgment:
    syndrome = view.profile.functional_syndrome
    path = f"functional_syndrome.{key}"
    aside = set_aside(syndrome, key)
    return Judgment(UNKNOWN, reason(syndrome, key), set_aside=aside, paths=(path,))


@definition(*THREE)
def functional_syndrome(view: View, _ask: Ask) -> Judgment:
    """A hormonal syndrome is documented as present (E16-FUNC)."""
    syndrome = view.profile.functional_syndrome
    if syndrome.present is None:
        return _lacking(view, "present")
    words = (syndrome.type or "present") if syndrome.present else "no hormonal syndrome"
    status = MET if syndrome.present else NOT_MET
    return Judgment(status, value=words, evidence=sources(syndrome, "present"))


def _controlled_or_unclear(view: View) -> Judgment | None:
    """Return the judgment where the symptoms are not documented as refractory, else None."""
    syndrome = view.profile.functional_syndrome
    if syndrome.control == CONTROLLED:
        return Judgment(NOT_MET, value=CONTROLLED, evidence=sources(syndrome, "control"))
    if syndrome.control is None:
        key = "control" if syndrome.present else "present"
        return _lacking(view, key)
    if syndrome.failed_therapies is None:
        return _lacking(view, "failed_therapies")
    return None


def _in_words(therapies: tuple[str, ...]) -> str:
    return f"refractory to {', '.join(therapies) or 'no documented therapy'}"


@definition(*THREE)
def refractory(view: View, _ask: Ask) -> Judgment:
    """Hormonal symptoms refractory, a somatostatin analog among the failed therapies (10.2)."""
    syndrome = view.profile.functional_syndrome
    if syndrome.present is False:
        evidence = sources(syndrome, "present")
        return Judgment(NOT_MET, value="no hormonal syndrome", evidence=evidence)
    unclear = _controlled_or_unclear(view)
    if unclear is not None:
        return unclear
    failed = syndrome.failed_therapies or ()
    evidence = (*sources(syndrome, "control"), *sources(syndrome, "failed_therapies"))
    if view.tables.symptoms.analog in failed:
        return Judgment(MET, value=_in_words(failed), evidence=evidence)
    path = "functional_syndrome.failed_therapies"
    return unknown(Reason.AWAITING_JUDGMENT, path, value=_in_words(failed))


@definition(*ANY_STATUS)
def refractory_to_systemic_therapies(view: View, _ask: Ask) -> Judgment:
    """Refractory to several different systemic therapies (E16-REFR)."""
    if view.profile.functional_syndrome.present is False:
        absent = not_applicable(NotApplicable.NO_SUCH_EVENT, "no hormonal syndrome")
        return replace(absent, evidence=sources(view.profile.functional_syndrome, "present"))
    return _controlled_or_unclear(view) or _counted(view)


def _counted(view: View) -> Judgment:
    """Count the failed systemic therapies; a name that is not listed leaves the count open."""
    symptoms = view.tables.symptoms
    syndrome = view.profile.functional_syndrome
    failed = syndrome.failed_therapies or ()
    evidence = (*sources(syndrome, "control"), *sources(syndrome, "failed_therapies"))
    systemic = set(failed) & symptoms.systemic
    if len(systemic) >= symptoms.multiple:
        return Judgment(MET, value=_in_words(failed), evidence=evidence)
    if set(failed) - symptoms.systemic - symptoms.locoregional:
        path = "functional_syndrome.failed_therapies"
        return unknown(Reason.CODE_NOT_MAPPED, path, value=_in_words(failed))
    return Judgment(NOT_MET, value=_in_words(failed), evidence=evidence)
