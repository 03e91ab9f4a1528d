"""How the candidate is told as a person: age, comorbidity; and whether the record is whole."""

from nelm_fhir.assessment.told import Fact
from nelm_fhir.core.amounts import Amount
from nelm_fhir.core.logic import MET, NOT_MET, UNKNOWN
from nelm_fhir.evaluator import facts
from nelm_fhir.evaluator.account import Account, absent, account, limit_of, say, teller
from nelm_fhir.evaluator.judgment import Judgment
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.criteria import Ask


@teller(
    "age",
    met={"within": "value limit"},
    not_met={"beyond": "value limit"},
    unknown={"straddles": "value limit", "none": "", "unclear": "why"},
)
def age(view: View, ask: Ask, judged: Judgment) -> Account:
    """Tell the age on the evaluation date."""
    person = _known(facts.person(view))
    if not isinstance(judged.observed, Amount):
        return account([absent(judged.reason)], person)
    case = {MET: "within", NOT_MET: "beyond"}.get(judged.status, "straddles")
    return account([say(case, value=judged.observed, limit=limit_of(ask))], person)


@teller(
    "comorbidity-absent",
    met={"no-contraindication": ""},
    not_met={"contraindication": ""},
    unknown={"none": "", "unclear": "why"},
)
def comorbidity_absent(view: View, _ask: Ask, judged: Judgment) -> Account:
    """Tell the judgment of comorbidity."""
    fact = _known(facts.comorbidity(view))
    if judged.status is UNKNOWN:
        return account([absent(judged.reason)], fact)
    case = "no-contraindication" if judged.status is MET else "contraindication"
    return account([say(case)], fact)


@teller("record-intact", met={"intact": ""}, unknown={"damaged": ""})
def record_intact(_view: View, _ask: Ask, judged: Judgment) -> Account:
    """Tell that an entry was lost."""
    return account([say("intact" if judged.status is MET else "damaged")], [])


def _known(fact: Fact) -> list[Fact]:
    return [fact] if fact.elements else []
