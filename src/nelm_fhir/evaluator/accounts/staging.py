"""How staging is told: what scans and foci show outside the liver (rules 8)."""

from collections.abc import Sequence
from typing import Final

from nelm_fhir.assessment.told import Aside, Told
from nelm_fhir.core.logic import NOT_MET, UNKNOWN
from nelm_fhir.core.unknown import Reason
from nelm_fhir.evaluator import facts
from nelm_fhir.evaluator.account import Account, account, beside, say, teller
from nelm_fhir.evaluator.accounts.focus import (
    CONTRADICTED,
    PRESENT,
    UNNAMED,
    UNNAMED_CONTRADICTED,
    UNSURE,
    facts_of,
    gone_since,
    is_unnamed,
    others,
    sightings,
    told_present,
    told_uncertain,
)
from nelm_fhir.evaluator.accounts.scans import NO_SCAN, Scans, latest, no_scan, unused
from nelm_fhir.evaluator.definitions.extrahepatic import (
    GALLIUM_PET,
    SSTR_PET,
    may_be_solid,
    resected_deposits,
    solid_history,
    treated_otherwise,
)
from nelm_fhir.evaluator.definitions.foci import NEGATIVE
from nelm_fhir.evaluator.definitions.focus_states import (
    FocusState,
    Staged,
    State,
    accepted,
    staged,
)
from nelm_fhir.evaluator.judgment import Judgment
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.criteria import Ask

HISTORY: Final = {"history-no-text": "focus", "history-judgment": "focus"}


@teller(
    "extrahepatic-state",
    met={"absent": "scan", "absent-but-ignored": "scan"},
    not_met=PRESENT,
    unknown={
        **UNSURE,
        **CONTRADICTED,
        **UNNAMED,
        **UNNAMED_CONTRADICTED,
        **NO_SCAN,
        **HISTORY,
        "only-hilar": "focus",
    },
    beside={"absent-now": "scan"},
)
def extrahepatic_state(view: View, ask: Ask, judged: Judgment) -> Account:
    """Tell the foci that decide, else the scan that shows none, else why no scan does."""
    staging = staged(view, str(ask.parameters["family"]))
    present, unclear = staging.of_state(State.PRESENT), staging.of_state(State.UNCERTAIN)
    if judged.status is NOT_MET:
        return _of_foci(view, staging, [told_present(view, one) for one in present], present)
    if present:
        told = [say("only-hilar", focus=facts.focus(view, one.focus.key)) for one in present]
        return _of_foci(view, staging, told, present)
    if unclear:
        return _uncertain(view, staging, unclear)
    return _absent(view, staging, judged) if staging.fresh else _no_scan(view, staging)


def _uncertain(view: View, staging: Staged, unclear: Sequence[FocusState]) -> Account:
    told = [told_uncertain(view, staging, one) for one in unclear]
    return _of_foci(view, staging, told, unclear)


def _of_foci(
    view: View, staging: Staged, told: Sequence[Told], states: Sequence[FocusState]
) -> Account:
    return account(told, facts_of(view, states), _others(view, staging))


def _others(view: View, staging: Staged) -> list[Aside]:
    return [*others(view, staging.foci), *unused(view, staging.family)]


def _absent(view: View, staging: Staged, judged: Judgment) -> Account:
    """Tell the scan that shows nothing, and a history that keeps the answer open."""
    scans: Scans = [(one.key, one.scan) for one in staging.fresh]
    last = latest(scans)
    used = [facts.scan(view, key) for key, _ in scans]
    if judged.status is UNKNOWN:
        history, case = _history(view, staging, judged)
        past = [say(case, focus=facts.focus(view, one.focus.key)) for one in history]
        now = beside("absent-now", scan=facts.scan(view, last))
        return account([*past, now], [*facts_of(view, history), *used], _others(view, staging))
    negative = view.profile.scans[last].extrahepatic_result == NEGATIVE
    case = "absent" if negative else "absent-but-ignored"
    return account([say(case, scan=facts.scan(view, last))], used, _others(view, staging))


def _history(view: View, staging: Staged, judged: Judgment) -> tuple[Sequence[FocusState], str]:
    if judged.reason is Reason.NO_SOURCE_TEXT:
        return solid_history(staging), "history-no-text"
    return treated_otherwise(view, staging), "history-judgment"


def _no_scan(view: View, staging: Staged) -> Account:
    certain: Scans = [(one.key, one.scan) for one in staging.negatives if one.certain]
    undated: Scans = [
        (key, scan)
        for key, scan in sorted(view.profile.scans.items())
        if accepted(scan, staging.family) and scan.date is None and scan.extrahepatic_result
    ]
    told = no_scan(view, staging.family, certain or undated)
    used = [facts.scan(view, key) for key, _ in certain or undated]
    return account([told], used, _others(view, staging))


# --- history --------------------------------------------------------------------------------------


@teller(
    "no-resected-deposits",
    not_met={"resected-and-gone": "focus"},
    unknown={**UNSURE, **CONTRADICTED},
    not_applicable={"no-deposits": ""},
)
def no_resected_deposits(view: View, _ask: Ask, judged: Judgment) -> Account:
    """Tell deposits that were resected."""
    staging = staged(view, GALLIUM_PET)
    if judged.status is NOT_MET:
        gone = resected_deposits(view)
        told = [say("resected-and-gone", focus=facts.focus(view, one.focus.key)) for one in gone]
        rests_on = [*facts_of(view, gone), *gone_since(view, staging, gone)]
        return account(told, rests_on, others(view, staging.foci))
    unclear = resected_deposits(view, State.UNCERTAIN)
    if judged.status is UNKNOWN:
        return _uncertain(view, staging, unclear)
    return account([say("no-deposits")], [])


HISTORY_OPEN: Final = {
    "class-open": "focus",
    "class-open-unnamed": "scan",
    "history-order-open": "focus",
}


@teller(
    "solid-organ-history",
    met={"no-history": ""},
    not_met={"history": "focus"},
    unknown=HISTORY_OPEN,
)
def solid_organ_history(view: View, _ask: Ask, judged: Judgment) -> Account:
    """Tell disease of a solid organ or bone, now or in the past."""
    return _solid(view, staged(view, SSTR_PET), judged, [])


@teller(
    "solid-organ-exclusion",
    not_met={"history": "focus"},
    unknown={**HISTORY_OPEN, **UNSURE, **UNNAMED},
    not_applicable={"no-history": ""},
)
def solid_organ_exclusion(view: View, ask: Ask, judged: Judgment) -> Account:
    """Tell disease that excludes for life, or that may."""
    staging = staged(view, str(ask.parameters["family"]))
    return _solid(view, staging, judged, [one for one in staging.foci if may_be_solid(one)])


def _solid(view: View, staging: Staged, judged: Judgment, maybe: Sequence[FocusState]) -> Account:
    history = solid_history(staging)
    if judged.status is NOT_MET:
        certain = [one for one in history if one.focus.solid and not one.open_order]
        told = [say("history", focus=facts.focus(view, one.focus.key)) for one in certain]
        return account(told, facts_of(view, history))
    if judged.status is not UNKNOWN:
        cleared = [
            one for one in staging.foci if one.focus.disease_class is None or one.focus.solid
        ]
        return account([say("no-history")], [], others(view, cleared))
    told = [_open_history(view, one) for one in history]
    told += [told_uncertain(view, staging, one) for one in maybe]
    return account(told, facts_of(view, [*history, *maybe]))


def _open_history(view: View, state: FocusState) -> Told:
    if is_unnamed(view, state):
        return say("class-open-unnamed", scan=facts.scan(view, latest(sightings(view, state))))
    case = "history-order-open" if state.focus.solid else "class-open"
    return say(case, focus=facts.focus(view, state.focus.key))
