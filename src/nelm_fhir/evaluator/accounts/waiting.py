"""How the resection, observation and node clocks are told, each from its own start (rules 9.4)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from nelm_fhir.assessment.told import Fact, Months, Told, Word
from nelm_fhir.core.dates import DaySpan, add_months, at_least
from nelm_fhir.core.logic import MET, NOT_MET, UNKNOWN
from nelm_fhir.core.unknown import NotApplicable, Reason
from nelm_fhir.evaluator import facts
from nelm_fhir.evaluator.account import Account, account, reason_term, say, teller
from nelm_fhir.evaluator.accounts.focus import facts_of, gone_since, others
from nelm_fhir.evaluator.accounts.site import NO_PRIMARY
from nelm_fhir.evaluator.definition import months
from nelm_fhir.evaluator.definitions.clocks import foci_that_count, treated_nodes
from nelm_fhir.evaluator.definitions.extrahepatic import OPTN, RESECTION
from nelm_fhir.evaluator.definitions.focus_states import FocusState, State, staged
from nelm_fhir.evaluator.judgment import Judgment
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.criteria import Ask

OF_PRIMARY: Final = {
    "met": {"primary-complete": "primary date length"},
    "running": {"primary-counting": "primary date length earliest"},
    "unknown": {
        "primary-undated": "primary",
        "primary-vague": "primary date length",
        "not-resected-yet": "primary",
        NO_PRIMARY: "",
    },
}
OF_FOCUS: Final = {
    "met": {"focus-complete": "focus date length"},
    "running": {"focus-counting": "focus date length earliest"},
    "unknown": {
        "focus-vague": "focus date length",
        "focus-open": "focus",
        "focus-otherwise": "focus",
    },
}


class _Start(Struct, frozen=True):
    """One event that starts a clock: its sentence by outcome, its facts, and its day.

    `day` is None where all are told, whatever their order.
    """

    outcome: str
    told: Told
    facts: tuple[Fact, ...]
    day: DaySpan | None


@teller("observation-clock", **OF_PRIMARY, not_applicable={"primary-in-place": ""})
def observation_clock(view: View, ask: Ask, judged: Judgment) -> Account:
    """Tell the last resection of a primary, or that one is still to be removed."""
    if judged.reason is NotApplicable.COVERED_BY_ANOTHER_CRITERION:
        primaries = [facts.primary(view, key) for key in sorted(view.profile.primaries)]
        return account([say("primary-in-place")], primaries)
    return _deciding(judged, list(_of_primaries(view, months(ask))))


@teller(
    "resection-clock",
    met={**OF_PRIMARY["met"], **OF_FOCUS["met"]},
    running={**OF_PRIMARY["running"], **OF_FOCUS["running"]},
    unknown={**OF_PRIMARY["unknown"], **OF_FOCUS["unknown"]},
)
def resection_clock(view: View, ask: Ask, judged: Judgment) -> Account:
    """Tell the last resection of a primary or of disease outside the liver."""
    length = months(ask)
    of_foci = [one for state in foci_that_count(view) for one in _of_focus(view, state, length)]
    found = _deciding(judged, [*_of_primaries(view, length), *of_foci])
    return account(found.told, found.used, others(view, staged(view, OPTN).foci))


@teller(
    "node-clock",
    met={"node-complete": "focus date length"},
    running={"node-counting": "focus date length earliest"},
    unknown={
        "node-vague": "focus date length",
        "node-open": "focus",
        "node-not-rechecked": "focus date",
        "node-unclear": "focus date why",
    },
    not_applicable={"no-treated-node": ""},
)
def node_clock(view: View, ask: Ask, judged: Judgment) -> Account:
    """Tell every treated node that decides."""
    family = str(ask.parameters["family"])
    nodes = treated_nodes(view, family)
    if not nodes:
        return account([say("no-treated-node")], [])
    starts = [
        _of_node(view, node, end, months(ask))
        for node in nodes
        if (end := node.focus.treatment_end)
    ]
    those = [one for one in starts if one.outcome == _outcome(judged)]
    used = [fact for one in those for fact in one.facts]
    staging = staged(view, family)
    used += gone_since(view, staging, nodes) if judged.status is MET else []
    return account([one.told for one in those], used, others(view, staging.foci))


def _outcome(judged: Judgment) -> str:
    return "running" if judged.running else str(judged.status)


def _deciding(judged: Judgment, starts: Sequence[_Start]) -> Account:
    """Return what decides: all that run or are open; of those that are over, the last."""
    if not starts:
        return account([say(NO_PRIMARY)], [])
    those = [one for one in starts if one.outcome == _outcome(judged)]
    used = [fact for one in those for fact in one.facts]
    if judged.status is MET:
        days = [(one.day.latest, place) for place, one in enumerate(those) if one.day]
        those = [those[max(days)[1]]]
    return account([one.told for one in those], used)


def _counted(
    view: View, what: str, words: Mapping[str, Word], start: DaySpan, length: int
) -> tuple[str, Told]:
    """Return outcome and sentence of one waiting time."""
    status = at_least(start, length, view.as_of)
    words = {**words, "date": start, "length": Months(length)}
    if status is NOT_MET:
        earliest = add_months(start.latest, length)
        return "running", say(f"{what}-counting", **words, earliest=earliest)
    case = "complete" if status is MET else "vague"
    return str(status), say(f"{what}-{case}", **words)


def _of_primaries(view: View, length: int) -> Iterator[_Start]:
    for key, primary in sorted(view.profile.primaries.items()):
        fact, resection = facts.primary(view, key), primary.resection
        never = primary.site == view.tables.sites.unknown_primary
        if resection.performed is False or never:
            continue
        if not resection.performed or resection.date is None:
            case = "primary-undated" if resection.performed else "not-resected-yet"
            yield _Start(str(UNKNOWN), say(case, primary=fact), (fact,), None)
            continue
        outcome, told = _counted(view, "primary", {"primary": fact}, resection.date, length)
        yield _Start(outcome, told, (fact,), resection.date)


def _of_focus(view: View, state: FocusState, length: int) -> Iterator[_Start]:
    end, fact = state.focus.treatment_end, facts.focus(view, state.focus.key)
    if end is None:
        return
    its = tuple(facts_of(view, [state]))
    deposits = view.tables.staging.deposit_classes
    if state.focus.record.treatment == RESECTION:
        outcome, told = _counted(view, "focus", {"focus": fact}, end, length)
        if outcome == "running" and state.open_order:
            outcome, told = str(UNKNOWN), say("focus-open", focus=fact)
        yield _Start(outcome, told, its, end)
    elif state.focus.disease_class is None or state.focus.disease_class in deposits:
        yield _Start(str(UNKNOWN), say("focus-otherwise", focus=fact), its, None)


def _of_node(view: View, state: FocusState, end: DaySpan, length: int) -> _Start:
    fact = facts.focus(view, state.focus.key)
    its = tuple(facts_of(view, [state]))
    if state.open_order or state.order_unclear:
        return _Start(str(UNKNOWN), say("node-open", focus=fact), its, None)
    outcome, told = _counted(view, "node", {"focus": fact}, end, length)
    if outcome == MET and state.state is not State.TREATED_ABSENT:
        why = state.reason
        if why in {None, Reason.NO_RECORD}:
            told = say("node-not-rechecked", focus=fact, date=end)
        else:
            told = say("node-unclear", focus=fact, date=end, why=reason_term(why))
        outcome = str(UNKNOWN)
    return _Start(outcome, told, its, None)
