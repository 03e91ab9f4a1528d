"""The state of each focus, and of the patient, per test family (rules 8.4)."""

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from nelm_fhir.core.dates import DaySpan, before, due, last_of, not_after
from nelm_fhir.core.logic import MET, NOT_MET, UNKNOWN, Status
from nelm_fhir.core.unknown import Reason
from nelm_fhir.evaluator.definitions.foci import (
    EQUIVOCAL,
    NEGATIVE,
    POSITIVE,
    Ignored,
    RegisteredFocus,
    foci,
    ignored,
    reported_foci,
)
from nelm_fhir.evaluator.definitions.responses import freshness
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.tables import TestFamily
from nelm_fhir.profile.candidate import Scan


class State(StrEnum):
    """State of a focus (8.4), and of the patient as far as the words are shared."""

    IGNORED = "ignored"
    PRESENT = "present"
    UNCERTAIN = "uncertain"
    TREATED_ABSENT = "treated-absent"
    CLEARED = "cleared"
    ABSENT = "absent"


class FocusState(Struct, frozen=True):
    """The state of one focus for one test family.

    `ignored` tells why it is ignored, or that a partial date leaves that open. `reason` says why
    it is uncertain. `order_unclear` tells that positive evidence may or may not lie after the
    treatment.
    """

    focus: RegisteredFocus
    state: State
    ignored: Ignored
    reason: Reason | None
    order_unclear: bool

    @property
    def open_order(self) -> bool:
        """Whether it is open if the focus is ignored."""
        return self.ignored is Ignored.OPEN


class NegativeScan(Struct, frozen=True):
    """A dated scan of an accepted test that shows absence; not `certain` if that is open."""

    key: str
    scan: Scan
    date: DaySpan
    certain: bool


class Staged(Struct, frozen=True):
    """All foci and accepted negative scans of one test family, and the state of the patient."""

    family: TestFamily
    foci: tuple[FocusState, ...]
    negatives: tuple[NegativeScan, ...]
    fresh: tuple[NegativeScan, ...]
    state: State

    def of_state(self, state: State) -> tuple[FocusState, ...]:
        """Return the foci of that state."""
        return tuple(focus for focus in self.foci if focus.state is state)


def staged(view: View, family: str) -> Staged:
    """Return the staging by one test family, computed once per view."""
    return view.shared(_staged, family)


def accepted(scan: Scan, family: TestFamily) -> bool:
    """Whether the test of a scan belongs to the family (8.1)."""
    if scan.modality not in family.modalities:
        return False
    return family.tracers is None or scan.tracer in family.tracers


def _ignored_by_key(view: View) -> dict[str, Ignored]:
    return {focus.key: ignored(view, focus) for focus in foci(view)}


def _staged(view: View, family_id: str) -> Staged:
    family = view.tables.staging.families[family_id]
    negatives = tuple(_negative_scans(view, family))
    states = tuple(_state_of(view, focus, negatives) for focus in foci(view))
    fresh = tuple(n for n in negatives if n.certain and freshness(view, n.date) is MET)
    return Staged(family, states, negatives, fresh, _of_patient(states, fresh))


def _of_patient(states: Sequence[FocusState], fresh: Sequence[NegativeScan]) -> State:
    found = {focus.state for focus in states}
    if State.PRESENT in found:
        return State.PRESENT
    return State.UNCERTAIN if State.UNCERTAIN in found or not fresh else State.ABSENT


def _negative_scans(view: View, family: TestFamily) -> list[NegativeScan]:
    by_key = view.shared(_ignored_by_key)
    found = []
    for key, scan in sorted(view.profile.scans.items()):
        if scan.date is None or not accepted(scan, family):
            continue
        reported = [by_key[focus] for focus in reported_foci(key, scan)]
        if _shows_absence(scan, reported):
            found.append(NegativeScan(key, scan, scan.date, Ignored.OPEN not in reported))
    return found


def _shows_absence(scan: Scan, reported: Sequence[Ignored]) -> bool:
    if Ignored.NO in reported:
        return False
    if scan.extrahepatic_result == NEGATIVE:
        return True
    return scan.extrahepatic_result in {POSITIVE, EQUIVOCAL} and bool(reported)


def _state_of(view: View, focus: RegisteredFocus, negatives: Sequence[NegativeScan]) -> FocusState:
    ground = view.shared(_ignored_by_key)[focus.key]
    end = focus.treatment_end
    if ground in {Ignored.REMOVED, Ignored.FALSE_POSITIVE}:
        state, reason = State.IGNORED, None
    elif end is not None:
        state, reason = _treated(focus, end, negatives)
    elif focus.positive:
        state, reason = _untreated(view, focus, negatives)
    else:
        state, reason = _suspected(view, focus, negatives)
    if ground is Ignored.OPEN and state is State.PRESENT:
        state, reason = State.UNCERTAIN, Reason.DATE_TOO_VAGUE
    return FocusState(focus, state, ground, reason, _order_unclear(focus, end))


def _order_unclear(focus: RegisteredFocus, end: DaySpan | None) -> bool:
    return end is not None and any(
        before(end, day) is UNKNOWN for day in focus.dates(positive=True)
    )


def _treated(
    focus: RegisteredFocus, end: DaySpan, negatives: Sequence[NegativeScan]
) -> tuple[State, Reason | None]:
    after_positive = {before(end, day) for day in focus.dates(positive=True)}
    after_equivocal = {before(end, day) for day in focus.dates(positive=False)}
    if MET in after_positive:
        return State.PRESENT, None
    if UNKNOWN in after_positive | after_equivocal or focus.undated_on_scan:
        return State.UNCERTAIN, Reason.DATE_TOO_VAGUE
    if MET in after_equivocal:
        return State.UNCERTAIN, Reason.EQUIVOCAL
    if any(n.certain and before(end, n.date) is MET for n in negatives):
        return State.TREATED_ABSENT, None
    return State.UNCERTAIN, Reason.NO_RECORD


def _untreated(
    view: View, focus: RegisteredFocus, negatives: Sequence[NegativeScan]
) -> tuple[State, Reason | None]:
    dated = focus.dates(positive=True)
    if not dated:
        unclear = bool(negatives)
    else:
        unclear = any(
            _a_month_later(view, last_of(dated), n.date) is not NOT_MET for n in negatives
        )
    if unclear:
        return State.UNCERTAIN, Reason.AWAITING_JUDGMENT
    return State.PRESENT, None


def _suspected(
    view: View, focus: RegisteredFocus, negatives: Sequence[NegativeScan]
) -> tuple[State, Reason | None]:
    dated = focus.dates(positive=False)
    all_dated = bool(dated) and len(dated) == len(focus.sightings)
    if all_dated and any(
        n.certain and _a_month_later(view, last_of(dated), n.date) is MET for n in negatives
    ):
        return State.CLEARED, None
    return State.UNCERTAIN, Reason.EQUIVOCAL


def _a_month_later(view: View, evidence: DaySpan, scan: DaySpan) -> Status:
    """Whether a scan lies at least the month of 8.4 after the evidence."""
    limit = due(evidence, view.tables.staging.confirm_months)
    return not_after(limit, scan)
