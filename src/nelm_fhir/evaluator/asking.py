"""Asking: the question of a criterion, answered by its definitions (architecture section 3)."""

from nelm_fhir.core.logic import MET, UNKNOWN, Status
from nelm_fhir.core.unknown import NotApplicable, Reason
from nelm_fhir.evaluator.judgment import Judgment, all_met, any_met
from nelm_fhir.evaluator.registry import DEFINITIONS
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.criteria import Ask, Criterion, Group, Joined, Kind


def question_of(view: View, criterion: Criterion) -> Ask | Group | None:
    """Return what the criterion asks, as the switches of the center have it (rules 15.2)."""
    if not criterion.options:
        return criterion.question
    on = {name for name, switch in view.profile.options if switch is True}
    for option in criterion.options:
        if option.name in on:
            return option.question
    return criterion.question


def judge_criterion(view: View, kind: Kind, question: Ask | Group) -> Judgment:
    """Return the judgment of one criterion; a guard is never met and never not met (1.4)."""
    judged = ask(view, question)
    return _guarded(judged) if kind is Kind.GUARD else judged


def _guarded(judged: Judgment) -> Judgment:
    if judged.status is MET:
        return Judgment(
            Status.NOT_APPLICABLE,
            NotApplicable.NOTHING_ADVERSE,
            value=judged.value,
            evidence=judged.evidence,
        )
    return Judgment(
        UNKNOWN,
        Reason.NO_SOURCE_TEXT,
        value=judged.value,
        evidence=judged.evidence,
        set_aside=judged.set_aside,
        paths=judged.paths,
    )


def ask(view: View, question: Ask | Group) -> Judgment:
    """Answer one question, or several joined by all or any."""
    if isinstance(question, Ask):
        return view.shared(_judged, question)
    parts = [ask(view, part) for part in question.parts]
    return all_met(parts) if question.joined is Joined.ALL else any_met(parts)


def _judged(view: View, question: Ask) -> Judgment:
    return DEFINITIONS[question.asks].judge(view, question)
