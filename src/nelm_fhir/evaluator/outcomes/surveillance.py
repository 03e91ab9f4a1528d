"""Which texts of published practice apply (rules 12). Nothing is ordered, scheduled, reminded."""

from collections.abc import Callable, Mapping
from typing import Final

from nelm_fhir.core.logic import NOT_MET, UNKNOWN
from nelm_fhir.evaluator.definitions.clocks import LISTED
from nelm_fhir.evaluator.definitions.extrahepatic import OPTN, solid_organ_status
from nelm_fhir.evaluator.definitions.focus_states import State, staged
from nelm_fhir.evaluator.definitions.listed import listed_progression_clock
from nelm_fhir.evaluator.definitions.responses import judge_progression
from nelm_fhir.evaluator.definitions.scope import POST_LT, scope_of
from nelm_fhir.evaluator.outcomes.recurrence import CONFIRMED
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.criteria import Ask

SUSPECTED: Final = "suspected"

Rule = Callable[[View], bool]


def _listed(view: View) -> bool:
    return view.profile.listing.status == LISTED


def _transplanted(view: View) -> bool:
    return view.profile.liver_transplant.performed is True


def _recurrence(view: View, status: str) -> bool:
    return _transplanted(view) and view.profile.recurrence.status == status


def _node_present(view: View) -> bool:
    nodes = view.tables.staging.node_classes
    present = staged(view, OPTN).of_state(State.PRESENT)
    return _listed(view) and any(focus.focus.disease_class in nodes for focus in present)


def _solid_organ_ever(view: View) -> bool:
    return _listed(view) and solid_organ_status(staged(view, OPTN)) is NOT_MET


def _progressing(view: View) -> bool:
    inside = not scope_of(view).of_all_sets
    return inside and view.shared(judge_progression).status is NOT_MET


def _suspected(view: View) -> bool:
    return _recurrence(view, SUSPECTED)


def _confirmed(view: View) -> bool:
    return _recurrence(view, CONFIRMED)


def _under_treatment(view: View) -> bool:
    return _confirmed(view) and view.profile.recurrence.under_treatment is True


_RULES: Final[Mapping[str, Rule]] = {
    "SURV-1": _listed,
    "SURV-3": _node_present,
    "SURV-4": _solid_organ_ever,
    "SURV-5": _progressing,
    "SURV-7": _transplanted,
    "SURV-8": _transplanted,
    "SURV-10": _suspected,
    "SURV-11": _suspected,
    "SURV-12": _confirmed,
    "SURV-13": _under_treatment,
}


def surveillance(view: View, listed_progression: Ask) -> tuple[str, ...]:
    """Return the ids of the rows that apply, in their order.

    `listed_progression` is the question of OPTN-LPROG, on which SURV-2 depends. Outside the scope
    by another id than SCOPE-POST-LT no row is shown.
    """
    if set(scope_of(view).of_all_sets) - {POST_LT}:
        return ()
    shown = [row for row, rule in _RULES.items() if rule(view)]
    if _treating_progression(view, listed_progression):
        shown.append("SURV-2")
    return tuple(sorted(shown, key=lambda row: int(row.rsplit("-", 1)[1])))


def _treating_progression(view: View, question: Ask) -> bool:
    if scope_of(view).of_all_sets:
        return False
    judged = listed_progression_clock.judge(view, question)
    return judged.running or judged.status is UNKNOWN
