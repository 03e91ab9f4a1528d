"""How hormonal function is told: syndrome, control, failed therapies (rules 7.3, 10.2)."""

from typing import Final

from nelm_fhir.assessment.told import Fact, Term, Told, Word
from nelm_fhir.core.logic import MET, NOT_MET, UNKNOWN
from nelm_fhir.evaluator import facts
from nelm_fhir.evaluator.account import Account, absent, account, say, teller
from nelm_fhir.evaluator.definitions.function import CONTROLLED
from nelm_fhir.evaluator.judgment import Judgment
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.criteria import Ask
from nelm_fhir.profile.provenance import reason

FAILED: Final = "failed_therapies"
NOT_DOCUMENTED: Final = {
    "none": "",
    "unclear": "why",
    "control-none": "",
    "control-unclear": "why",
    "therapies-none": "",
    "therapies-unclear": "why",
}


@teller(
    "functional-syndrome",
    met={"present": "", "present-named": "syndrome"},
    not_met={"absent": ""},
    unknown={"none": "", "unclear": "why"},
)
def functional_syndrome(view: View, _ask: Ask, judged: Judgment) -> Account:
    """Tell whether a syndrome is documented."""
    syndrome = view.profile.functional_syndrome
    if judged.status is UNKNOWN:
        return account([absent(judged.reason)], _known(view))
    if judged.status is NOT_MET:
        return account([say("absent")], _known(view))
    named = _named(syndrome.type) if syndrome.type else None
    return account([named or say("present")], _known(view))


def _named(syndrome: str) -> Told:
    return say("present-named", syndrome=Term("syndrome.type", syndrome))


@teller(
    "refractory",
    met={"refractory": "therapies"},
    not_met={"absent": "", "controlled": ""},
    unknown={**NOT_DOCUMENTED, "no-analog": "therapies", "no-therapy-failed": ""},
)
def refractory(view: View, _ask: Ask, judged: Judgment) -> Account:
    """Tell whether the symptoms are refractory, and to what."""
    told = _controlled_or_unclear(view)
    if told is None:
        case = "refractory" if judged.status is MET else "no-analog"
        told = _with_therapies(view, case)
    return account([told], _known(view))


@teller(
    "refractory-to-systemic-therapies",
    met={"refractory": "therapies"},
    not_met={"controlled": "", "too-few": "therapies", "no-therapy-failed": ""},
    unknown={**NOT_DOCUMENTED, "unlisted": "therapies"},
    not_applicable={"absent": ""},
)
def refractory_to_systemic_therapies(view: View, _ask: Ask, judged: Judgment) -> Account:
    """Tell to how many systemic therapies the syndrome is refractory."""
    told = _controlled_or_unclear(view)
    if told is None:
        case = {MET: "refractory", NOT_MET: "too-few"}.get(judged.status, "unlisted")
        told = _with_therapies(view, case)
    return account([told], _known(view))


def _controlled_or_unclear(view: View) -> Told | None:
    """Tell what ends the question before therapies are counted; None where nothing does."""
    syndrome = view.profile.functional_syndrome
    if syndrome.present is False:
        return say("absent")
    if syndrome.control == CONTROLLED:
        return say("controlled")
    if syndrome.control is None:
        if syndrome.present:
            return _lacking(view, "control", "control-")
        return _lacking(view, "present", "")
    if syndrome.failed_therapies is None:
        return _lacking(view, FAILED, "therapies-")
    return None


def _lacking(view: View, key: str, prefix: str) -> Told:
    told = absent(reason(view.profile.functional_syndrome, key))
    return say(f"{prefix}{told.case}", **told.words)


def _with_therapies(view: View, case: str) -> Told:
    failed = view.profile.functional_syndrome.failed_therapies or ()
    if not failed:
        return say("no-therapy-failed")
    known: Word = tuple(Term(f"syndrome.{FAILED}", name) for name in sorted(failed))
    return say(case, therapies=known)


def _known(view: View) -> list[Fact]:
    fact = facts.syndrome(view)
    return [fact] if fact.elements else []
