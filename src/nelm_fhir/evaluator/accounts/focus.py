"""How one focus outside the liver is told: where it is, when it was seen, what became of it.

In: the state of a focus for one test family (rules 8.4). Out: one sentence, and the facts it rests
on: the focus, and the scans that report it.
"""

from collections.abc import Sequence
from typing import Final

from nelm_fhir.assessment.told import Aside, Fact, Term, Told
from nelm_fhir.core.dates import DaySpan, before
from nelm_fhir.core.evidence import Unused
from nelm_fhir.core.logic import MET
from nelm_fhir.core.unknown import Reason
from nelm_fhir.evaluator import facts
from nelm_fhir.evaluator.account import Filling, say
from nelm_fhir.evaluator.accounts.scans import Scans, latest
from nelm_fhir.evaluator.definitions.foci import EQUIVOCAL, POSITIVE, Ignored, unnamed_key
from nelm_fhir.evaluator.definitions.focus_states import FocusState, Staged, State
from nelm_fhir.evaluator.view import View

PRESENT: Final = {
    "present-unnamed": "scan",
    "present-on-scan": "focus scan",
    "present-since": "focus date",
    "present": "focus",
    "back-on-scan": "focus date scan",
    "back": "focus date",
}
UNSURE: Final = {
    "suspected": "focus",
    "equivocal-on-scan": "focus scan",
    "equivocal-after": "focus date",
    "not-rechecked": "focus date family",
    "order-open": "focus",
    "judgment-date-open": "focus",
}
CONTRADICTED: Final = {"contradicted": "focus negative"}
UNNAMED: Final = {"equivocal-unnamed": "scan"}
UNNAMED_CONTRADICTED: Final = {"contradicted-unnamed": "scan negative"}
_ASIDE: Final = {
    State.TREATED_ABSENT: Unused.TREATED_AND_GONE,
    State.CLEARED: Unused.NOT_CONFIRMED,
    State.UNCERTAIN: Unused.ALSO_UNCERTAIN,
    State.PRESENT: Unused.ALSO_PRESENT,
}


def told_present(view: View, state: FocusState) -> Told:
    """Tell a focus that is present."""
    seen = [one for one in sightings(view, state) if one[1].foci.get(state.focus.key) != EQUIVOCAL]
    if is_unnamed(view, state):
        return say("present-unnamed", scan=facts.scan(view, latest(seen)))
    words: Filling = {"focus": facts.focus(view, state.focus.key)}
    end = state.focus.treatment_end
    if end is not None:
        after = [one for one in seen if one[1].date and before(end, one[1].date) is MET]
        if after:
            return say("back-on-scan", date=end, scan=facts.scan(view, latest(after)), **words)
        return say("back", date=end, **words)
    if seen:
        return say("present-on-scan", scan=facts.scan(view, latest(seen)), **words)
    if state.focus.record.first_seen is not None:
        return say("present-since", date=state.focus.record.first_seen, **words)
    return say("present", **words)


def told_uncertain(view: View, staging: Staged, state: FocusState) -> Told:
    """Tell why a focus is uncertain."""
    if is_unnamed(view, state):
        return _unnamed_uncertain(view, staging, state)
    words: Filling = {"focus": facts.focus(view, state.focus.key)}
    if state.reason is Reason.DATE_TOO_VAGUE:
        return say("judgment-date-open" if state.open_order else "order-open", **words)
    end = state.focus.treatment_end
    if end is not None:
        return _uncertain_after(staging, state, end, words)
    if state.reason is Reason.AWAITING_JUDGMENT:
        return say("contradicted", negative=_negative(view, staging), **words)
    seen = sightings(view, state)
    if not seen:
        return say("suspected", **words)
    return say("equivocal-on-scan", scan=facts.scan(view, latest(seen)), **words)


def _uncertain_after(staging: Staged, state: FocusState, end: DaySpan, words: Filling) -> Told:
    """Tell a treated focus that is seen equivocally, or that no later scan shows to be gone."""
    if state.reason is Reason.EQUIVOCAL:
        return say("equivocal-after", date=end, **words)
    return say("not-rechecked", date=end, family=Term("family", staging.family.id), **words)


def _unnamed_uncertain(view: View, staging: Staged, state: FocusState) -> Told:
    scan = facts.scan(view, latest(sightings(view, state)))
    if state.reason is Reason.AWAITING_JUDGMENT:
        return say("contradicted-unnamed", scan=scan, negative=_negative(view, staging))
    return say("equivocal-unnamed", scan=scan)


def _negative(view: View, staging: Staged) -> Fact:
    """Return the latest scan that does not show what another one does."""
    return facts.scan(view, latest([(one.key, one.scan) for one in staging.negatives]))


def sightings(view: View, state: FocusState) -> Scans:
    """Return the scans that report the focus positive or equivocal, named or unnamed."""
    key = state.focus.key
    return [
        (name, scan)
        for name, scan in sorted(view.profile.scans.items())
        if scan.foci.get(key) in {POSITIVE, EQUIVOCAL} or unnamed_key(name) == key
    ]


def is_unnamed(view: View, state: FocusState) -> bool:
    """Whether the focus is known only from a scan that names no place."""
    return any(unnamed_key(name) == state.focus.key for name in view.profile.scans)


def facts_of(view: View, states: Sequence[FocusState]) -> list[Fact]:
    """Return the foci and the scans that report them."""
    found: list[Fact] = []
    for state in states:
        if not is_unnamed(view, state):
            found.append(facts.focus(view, state.focus.key))
        found += [facts.scan(view, key) for key, _ in sightings(view, state)]
    return found


def gone_since(view: View, staging: Staged, states: Sequence[FocusState]) -> list[Fact]:
    """Return the scans that no longer show treated foci."""
    ends = [state.focus.treatment_end for state in states]
    return [
        facts.scan(view, one.key)
        for one in staging.negatives
        if one.certain and any(end and before(end, one.date) is MET for end in ends)
    ]


def others(view: View, states: Sequence[FocusState]) -> list[Aside]:
    """Return foci, each with the reason why it would not decide."""
    return [Aside(fact, _why(state)) for state in states for fact in facts_of(view, [state])]


def _why(state: FocusState) -> Unused:
    if state.state is not State.IGNORED:
        return _ASIDE[state.state]
    removed = state.ignored is Ignored.REMOVED
    return Unused.REMOVED_WITH_PRIMARY if removed else Unused.FALSE_POSITIVE
