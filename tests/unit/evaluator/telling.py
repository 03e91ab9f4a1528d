"""How one question of a criteria set is answered for a record: sentences, and what they rest on."""

from tests.golden.questions import QUESTIONS
from tests.property.records import CATALOGUE
from tests.unit.evaluator.changed import changed

from nelm_fhir.assessment.told import Answer
from nelm_fhir.assessment.voice import Voice
from nelm_fhir.core.logic import UNKNOWN
from nelm_fhir.evaluator.answers import answers_of
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.criteria import Ask
from nelm_fhir.profile.record_format import CandidateProfile

VOICE = Voice(CATALOGUE.texts.wording)


def answer(question: str, changes: dict) -> Answer:
    """Return the answer to a question in words (`age <=55`) for the changed favorable record."""
    view = View(CandidateProfile.from_record(changed(changes)), CATALOGUE.definitions)
    return answers_of(view, QUESTIONS.get(question) or Ask(question))[0]


def telling(question: str, changes: dict) -> list[str]:
    """Return outcome (`=`), sentences, needs (`?`), and facts used (`+`) and set aside (`-`)."""
    found = answer(question, changes)
    needed = [one for one in found.told if found.status is UNKNOWN and not one.beside]
    return [
        f"= {found.outcome}" if found.reason is None else f"= {found.outcome}: {found.reason}",
        *(VOICE.sentence(found.asks, one) for one in found.told),
        *(f"? {VOICE.need(found.asks, one)}" for one in needed),
        *(f"+ {fact.id}" for fact in found.used),
        *(f"- {one.fact.id}: {one.reason}" for one in found.aside),
    ]
