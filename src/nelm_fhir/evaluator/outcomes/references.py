"""Which published figures accompany a candidate (rules 11.1, POL-31). Which figures: data."""

from nelm_fhir.assessment.result import SetVerdict, Verdict
from nelm_fhir.evaluator.definitions.scope import scope_of, shows_figures
from nelm_fhir.evaluator.outcomes.le_treut import le_treut_points
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.texts import OutcomeRules


def survival_references(view: View, milan_net: SetVerdict, rules: OutcomeRules) -> tuple[str, ...]:
    """Return the ids of the figures that may stand beside the verdicts, in their order.

    `milan_net` is the verdict that decides which of them are shown.
    """
    if scope_of(view).of_all_sets or not shows_figures(view):
        return ()
    shown = set(rules.always)
    if milan_net.verdict is Verdict.CRITERIA_MET:
        shown.update(rules.with_milan_net)
        if view.profile.liver.resectability == "resectable":
            shown.update(rules.with_milan_net_resectable)
    points = le_treut_points(view, rules)
    models = () if points is None else (f"{rules.le_treut_id}={points}",)
    return (*sorted(shown, key=_number), *models)


def _number(reference: str) -> int:
    return int("".join(character for character in reference if character.isdigit()))
