"""Which figures after recurrence stand beside a recipient (rules 11.3); each stratum alone."""

from nelm_fhir.core.dates import due
from nelm_fhir.core.logic import MET, NOT_MET, Status
from nelm_fhir.evaluator.definitions.proliferation_text import read_ki67
from nelm_fhir.evaluator.definitions.scope import POST_LT, scope_of, shows_figures
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.texts import OutcomeRules

CONFIRMED = "confirmed"


def _shown(view: View) -> bool:
    """Whether the recipient has a confirmed recurrence and no other ground against figures."""
    only_transplanted = scope_of(view).of_all_sets == (POST_LT,)
    confirmed = view.profile.recurrence.status == CONFIRMED
    return only_transplanted and confirmed and shows_figures(view)


def recurrence_references(view: View, rules: OutcomeRules) -> tuple[str, ...]:
    """Return the ids of the strata that apply, in their order."""
    if not _shown(view):
        return ()
    return tuple(
        sorted(
            {
                *rules.recurrence_always,
                *_by_time(view, rules),
                *_by_resectability(view, rules),
                *_by_mib1(view, rules),
            }
        )
    )


def recurrence_notes(view: View, rules: OutcomeRules) -> tuple[str, ...]:
    """Return the notes that accompany these figures."""
    if not _shown(view):
        return ()
    both = len(_by_time(view, rules)) > 1
    outside = view.profile.liver_transplant.within_milan_at_lt is not True
    return (
        *((rules.exact_note,) if both else ()),
        *((rules.not_milan_note,) if outside else ()),
    )


def _by_time(view: View, rules: OutcomeRules) -> tuple[str, ...]:
    """Return late, early, both on the exact day (E10), or none where it cannot be placed."""
    transplanted, recurred = view.profile.liver_transplant.date, view.profile.recurrence.date
    if transplanted is None or recurred is None:
        return ()
    limit = due(transplanted, rules.late_months)
    if recurred.earliest > limit.latest:
        return (rules.late,)
    if recurred.latest < limit.earliest:
        return (rules.early,)
    return (rules.late, rules.early) if transplanted.is_day and recurred.is_day else ()


def _by_resectability(view: View, rules: OutcomeRules) -> tuple[str, ...]:
    resectable = view.profile.recurrence.resectable
    if resectable is None:
        return ()
    return (rules.surgery,) if resectable else (rules.no_surgery,)


def _by_mib1(view: View, rules: OutcomeRules) -> tuple[str, ...]:
    amount = read_ki67(view.profile.recurrence.mib1_text or "", view.tables.grammar).amount
    if amount is None:
        return ()
    strata: dict[Status, tuple[str, ...]] = {MET: (rules.mib1_high,), NOT_MET: (rules.mib1_low,)}
    return strata.get(amount.compare(">", rules.mib1_limit), ())
