"""Answers: what each definition that a criterion asks answered, as the assessment tells it.

In: a view and a question. Out: one Answer per definition asked, alternatives kept apart. The same
question of another set is told by the same words, made once per view.
"""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from nelm_fhir.assessment.told import Answer, Fact
from nelm_fhir.core.logic import Status
from nelm_fhir.core.unknown import NotApplicable
from nelm_fhir.evaluator import facts
from nelm_fhir.evaluator.asking import ask
from nelm_fhir.evaluator.definitions.scope import ADULT, HISTOLOGY, NO_METASTASES, POST_LT
from nelm_fhir.evaluator.tellers import TELLERS
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.criteria import Ask, Group, Joined

SCOPE: Final = "scope"
"""What stands for a definition in the answer of a set that does not apply."""


def answers_of(view: View, question: Ask | Group) -> tuple[Answer, ...]:
    """Return the answers of a criterion; alternatives have a branch each."""
    if isinstance(question, Group) and question.joined is Joined.ANY:
        return tuple(
            replace(one, branch=branch)
            for branch, part in enumerate(question.parts)
            for one in _all(view, part)
        )
    return _all(view, question)


def outside(view: View, scope: Sequence[str]) -> tuple[Answer, ...]:
    """Return the one answer of a set that does not apply: the facts that take the patient out."""
    used = tuple(fact for one in scope for fact in _facts_of_scope(view, one))
    reason = str(NotApplicable.OUTSIDE_SCOPE)
    return (Answer(SCOPE, 0, Status.NOT_APPLICABLE, (), reason=reason, used=used),)


def _facts_of_scope(view: View, scope: str) -> list[Fact]:
    """Return what takes the patient out of scope by that id."""
    whole = {ADULT: facts.person, POST_LT: facts.transplantation, NO_METASTASES: facts.metastases}
    if scope in whole:
        return [whole[scope](view)]
    if scope == HISTOLOGY:
        return [facts.specimen(view, key) for key in sorted(view.profile.specimens)]
    return [facts.primary(view, key) for key in sorted(view.profile.primaries)]


def _all(view: View, question: Ask | Group) -> tuple[Answer, ...]:
    if isinstance(question, Ask):
        return (view.shared(_answer, question),)
    return tuple(one for part in question.parts for one in _all(view, part))


def _answer(view: View, question: Ask) -> Answer:
    judged = ask(view, question)
    told = TELLERS[question.asks].tell(view, question, judged)
    return Answer(
        asks=question.asks,
        branch=0,
        status=judged.status,
        told=told.told,
        reason=None if judged.reason is None else str(judged.reason),
        running=judged.running,
        used=told.used,
        aside=told.aside,
    )
