"""One profile and the criteria sets in, one verdict per set out (rules 1.2 to 1.4, 1.7).

Sets are judged independently: the verdict of one never depends on another.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from nelm_fhir.assessment.result import CriterionResult, Missing, SetVerdict, Verdict
from nelm_fhir.assessment.told import Answer, Limit
from nelm_fhir.core.logic import NOT_MET, UNKNOWN
from nelm_fhir.core.unknown import NotApplicable
from nelm_fhir.evaluator.account import limit_of
from nelm_fhir.evaluator.answers import answers_of, outside
from nelm_fhir.evaluator.asking import judge_criterion, question_of
from nelm_fhir.evaluator.definitions.scope import evidence_of_scope, scope_of
from nelm_fhir.evaluator.flags import set_flags
from nelm_fhir.evaluator.judgment import Judgment, not_applicable, unique
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.knowledge.criteria import Ask, CriteriaSet, Criterion, Group, Kind

OUTSIDE: Final = not_applicable(NotApplicable.OUTSIDE_SCOPE)


def judge_set(
    view: View, criteria_set: CriteriaSet, catalogue: Catalogue, *, telling: bool
) -> SetVerdict:
    """Judge one criteria set for one candidate; `telling` adds what each definition answered."""
    scope = tuple(s for s in scope_of(view).outside if s in criteria_set.scope)
    criteria = [c for c in _asked(view, criteria_set, catalogue) if c.kind is not Kind.NOTE]
    results = tuple(
        _result(view, criterion, () if criterion.id in scope else scope, telling=telling)
        for criterion in criteria
    )
    decision = _decide(scope, results)
    flags = () if scope else set_flags(view, criteria_set, results, catalogue.texts)
    return SetVerdict(
        set=criteria_set.id,
        version=criteria_set.version,
        title=criteria_set.title,
        citation=criteria_set.citation,
        verdict=decision.verdict,
        deciding=decision.deciding,
        earliest=decision.earliest,
        missing=_missing(decision.verdict, results),
        flags=flags,
        criteria=results,
        notes=() if scope else _notes(criteria_set, catalogue),
    )


def _notes(criteria_set: CriteriaSet, catalogue: Catalogue) -> tuple[str, ...]:
    """Return the notes shown with a judged set; those that are flags are raised as such."""
    notes = [c.id for c in criteria_set.criteria if c.kind is Kind.NOTE]
    return tuple(note for note in notes if note not in catalogue.texts.flags)


def _asked(view: View, criteria_set: CriteriaSet, catalogue: Catalogue) -> Sequence[Criterion]:
    """Return the criteria of the set; a damaged record adds RECORD (rules 1.7)."""
    if view.profile.damaged:
        return (*criteria_set.criteria, catalogue.record)
    return criteria_set.criteria


def _outside(view: View, scope: tuple[str, ...]) -> Judgment:
    """Return the judgment of every criterion of a set that does not apply."""
    if not scope:
        return OUTSIDE
    evidence = unique(e for one in scope for e in evidence_of_scope(view, one))
    return replace(OUTSIDE, value=", ".join(scope), evidence=evidence)


def _result(
    view: View, criterion: Criterion, scope: tuple[str, ...], *, telling: bool
) -> CriterionResult:
    """Judge one criterion, unless the patient is outside the scope of its set by those ids."""
    question = question_of(view, criterion)
    judged = view.shared(_outside, scope)
    if question is not None and not scope:
        judged = judge_criterion(view, criterion.kind, question)
    return CriterionResult(
        id=criterion.id,
        kind=criterion.kind,
        label=criterion.label,
        status=judged.status,
        statement=criterion.statement,
        settle=criterion.settle,
        reason=None if judged.reason is None else str(judged.reason),
        value=judged.value,
        observed=judged.observed,
        limits=tuple(_limits(question)),
        evidence=judged.evidence,
        set_aside=judged.set_aside,
        paths=judged.paths,
        running=judged.running,
        earliest=judged.earliest,
        quote=criterion.quote,
        source=None if criterion.source is None else _place(criterion),
        basis=(*((str(criterion.basis),) if criterion.basis else ()), *criterion.policy),
        answers=_told(view, question, scope) if telling else (),
    )


def _told(view: View, question: Ask | Group | None, scope: tuple[str, ...]) -> tuple[Answer, ...]:
    if question is None or scope:
        return outside(view, scope)
    return answers_of(view, question)


def _place(criterion: Criterion) -> str:
    place = criterion.source
    return "" if place is None else f"{place.key}, {place.where}"


def _limits(question: Ask | Group | None) -> list[Limit]:
    if isinstance(question, Group):
        return [limit for part in question.parts for limit in _limits(part)]
    limit = None if question is None else limit_of(question)
    return [] if limit is None else [limit]


class _Decision(Struct, frozen=True):
    verdict: Verdict
    deciding: tuple[str, ...]
    earliest: date | None = None


def _decide(scope: tuple[str, ...], results: Sequence[CriterionResult]) -> _Decision:
    """Apply the precedence of rules 1.3: the first row that applies is the verdict."""
    if scope:
        return _Decision(Verdict.NOT_APPLICABLE, scope)
    counting = [result for result in results if result.counts]
    if failed := [r.id for r in counting if r.status is NOT_MET and not r.running]:
        return _Decision(Verdict.CRITERIA_NOT_MET, tuple(failed))
    if clocks := [r for r in counting if r.running]:
        earliest = max(r.earliest for r in clocks if r.earliest is not None)
        return _Decision(Verdict.DEFERRED, tuple(r.id for r in clocks), earliest)
    if open_criteria := [r.id for r in counting if r.status is UNKNOWN]:
        return _Decision(Verdict.INDETERMINATE, tuple(open_criteria))
    return _Decision(Verdict.CRITERIA_MET, ())


def _missing(verdict: Verdict, results: Sequence[CriterionResult]) -> tuple[Missing, ...]:
    """Return the unknown counting criteria, where an answer could still change the verdict."""
    if verdict not in {Verdict.INDETERMINATE, Verdict.DEFERRED}:
        return ()
    return tuple(
        Missing(r.id, r.reason or "", r.paths, r.settle)
        for r in results
        if r.counts and r.status is UNKNOWN
    )
