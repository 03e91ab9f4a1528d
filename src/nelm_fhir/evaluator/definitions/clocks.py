"""The five clocks (rules 9.2 to 9.4), each from its own start event, never one shared "6 months".

Within one clock a part that runs is reported before a part that is unknown. The earliest date of
a running clock is computed from the last possible start.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from nelm_fhir.core.dates import DaySpan, add_months, at_least, before, not_older_than
from nelm_fhir.core.evidence import Evidence
from nelm_fhir.core.logic import MET, NOT_MET, UNKNOWN, Status
from nelm_fhir.core.unknown import NotApplicable, Reason
from nelm_fhir.evaluator.definition import ANY_STATUS, THREE, definition, months
from nelm_fhir.evaluator.definitions import responses as response
from nelm_fhir.evaluator.definitions.extrahepatic import FAMILIES, OPTN, RESECTION
from nelm_fhir.evaluator.definitions.focus_states import FocusState, State, staged
from nelm_fhir.evaluator.definitions.primary import removal
from nelm_fhir.evaluator.judgment import Judgment, all_met, not_applicable, running, unique, unknown
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.criteria import Ask
from nelm_fhir.profile.candidate import ProgressionTreatment, ResponseEvent
from nelm_fhir.profile.provenance import sources

MONTHS: Final = "mo"
LISTED: Final = "listed"
_TREATMENT_PATHS: Final = ("progression_treatments.<id>.end_date",)


def elapsed(
    view: View, start: DaySpan, length: int, value: str, evidence: tuple[Evidence, ...] = ()
) -> Judgment:
    """Judge one waiting time of that many months from `start`."""
    status = at_least(start, length, view.as_of)
    if status is NOT_MET:
        judged = running(add_months(start.latest, length), value)
    elif status is UNKNOWN:
        judged = unknown(Reason.DATE_TOO_VAGUE, value=value)
    else:
        judged = Judgment(MET, value=value)
    return replace(judged, evidence=evidence, observed=start)


def _since_primary_resections(view: View, length: int) -> list[Judgment]:
    """Judge the time since every resection of a primary; without a date it is unknown."""
    return [
        _since_resection(view, key, length)
        for key, primary in sorted(view.profile.primaries.items())
        if primary.resection.performed is not False
        and primary.site != view.tables.sites.unknown_primary
    ]


def _since_resection(view: View, key: str, length: int) -> Judgment:
    resection = view.profile.primaries[key].resection
    if not resection.performed or resection.date is None:
        return unknown(Reason.NO_RECORD, f"primaries.{key}.resection.date")
    words = f"primary resected {resection.date}"
    return elapsed(view, resection.date, length, words, sources(resection, "date"))


@definition(*ANY_STATUS, unit=MONTHS)
def observation_clock(view: View, ask: Ask) -> Judgment:
    """Months since the last resection of a primary; not judged while one is not *removed*."""
    if removal(view).status is NOT_MET:
        return not_applicable(NotApplicable.COVERED_BY_ANOTHER_CRITERION)
    return _last_decides(_since_primary_resections(view, months(ask)))


@definition(*THREE, unit=MONTHS)
def resection_clock(view: View, ask: Ask) -> Judgment:
    """Months since the last resection of a primary or of a positive extrahepatic focus (9.4)."""
    length = months(ask)
    foci = [
        part
        for focus in staged(view, OPTN).foci
        if focus.focus.positive and focus.state is not State.IGNORED
        for part in _since_focus_resection(view, focus, length)
    ]
    return _last_decides([*_since_primary_resections(view, length), *foci])


def _since_focus_resection(view: View, focus: FocusState, length: int) -> list[Judgment]:
    end = focus.focus.treatment_end
    if end is None:
        return []
    if focus.focus.record.treatment == RESECTION:
        return [_unless_open(elapsed(view, end, length, f"focus resected {end}"), focus)]
    deposits = view.tables.staging.deposit_classes
    if focus.focus.disease_class is None or focus.focus.disease_class in deposits:
        # the text speaks of resection; other treatment of a deposit is not covered (POL-33)
        return [unknown(Reason.AWAITING_JUDGMENT, f"extrahepatic.{focus.focus.key}.treatment")]
    return []


def _unless_open(part: Judgment, focus: FocusState) -> Judgment:
    """A clock that would run is unknown while it is open if the focus is ignored (8.4)."""
    if part.running and focus.open_order:
        return unknown(Reason.DATE_TOO_VAGUE, value=part.value)
    return part


def _last_decides(parts: Sequence[Judgment]) -> Judgment:
    if not parts:
        return unknown(Reason.NO_RECORD, "primaries.<id>.resection.date")
    joined = all_met(parts)
    if joined.status is MET and joined.observed is not None:
        starts = [part.observed for part in parts if isinstance(part.observed, DaySpan)]
        return replace(joined, observed=response.last_of(starts))
    return joined


@definition(*ANY_STATUS, unit=MONTHS, parameters={"family": FAMILIES}, required=("family",))
def node_clock(view: View, ask: Ask) -> Judgment:
    """Months since the end of treatment of every treated node that is not present (9.4)."""
    classes = view.tables.staging.node_classes
    gone = {State.PRESENT, State.IGNORED, State.CLEARED}
    nodes = [
        focus
        for focus in staged(view, str(ask.parameters["family"])).foci
        if focus.focus.disease_class in classes
        and focus.focus.treatment_end is not None
        and focus.state not in gone
    ]
    if not nodes:
        return not_applicable(NotApplicable.NO_SUCH_EVENT)
    return all_met([_since_node_treatment(view, node, months(ask)) for node in nodes])


def _since_node_treatment(view: View, node: FocusState, length: int) -> Judgment:
    end = node.focus.treatment_end
    path = f"extrahepatic.{node.focus.key}.treatment_end"
    if end is None or node.open_order or node.order_unclear:
        return unknown(Reason.DATE_TOO_VAGUE, path)
    part = elapsed(view, end, length, f"node treated until {end}", node.focus.evidence)
    if part.status is MET and node.state is not State.TREATED_ABSENT:
        why = node.reason or Reason.NO_RECORD
        return unknown(why, "scans.<id>.extrahepatic_result", value=part.value)
    return part


@definition(
    *THREE,
    unit=MONTHS,
    parameters={"progression": ("covered",)},
    adds={"progression": (Status.NOT_APPLICABLE,)},
)
def stability_clock(view: View, ask: Ask) -> Judgment:
    """Months of documented stability by imaging, the latest assessment fresh (9.3)."""
    covered = "progression" in ask.parameters
    if covered and view.shared(response.judge_progression).status is NOT_MET:
        return not_applicable(NotApplicable.COVERED_BY_ANOTHER_CRITERION)
    events, after = response.responses(view), response.after_progression(view)
    length = months(ask)
    if not after.possible:
        return _not_started(view, length)
    # while it is open if the disease progresses, it is open if the clock is judged at all
    if events.undated_progression or (covered and not after.sure):
        words = response.latest_in_words(after.possible, view.as_of)
        return unknown(Reason.DATE_TOO_VAGUE, *response.PATHS, value=words)
    return _stable(view, after, length)


def _not_started(view: View, length: int) -> Judgment:
    events = response.responses(view)
    if not events.progressions:
        why = Reason.DATE_TOO_VAGUE if events.others else Reason.NO_RECORD
        return unknown(why, *response.PATHS)
    words = response.latest_in_words(events.progressions, view.as_of) or "PD, undated"
    judged = running(add_months(view.as_of, length), f"{words}, no stability documented since")
    return replace(judged, evidence=response.evidence(events.progressions))


def _stable(view: View, after: response.AfterProgression, length: int) -> Judgment:
    """Judge with the sure assessments alone and with all; only what agrees is definite."""
    widest = _since_start(view, after.possible, length)
    if len(after.sure) == len(after.possible):
        return widest
    surest = _since_start(view, after.sure, length) if after.sure else _not_started(view, length)
    if surest.status is MET or (surest.running and widest.running):
        return surest
    return unknown(Reason.DATE_TOO_VAGUE, *response.PATHS, value=widest.value)


def _since_start(view: View, events: Sequence[ResponseEvent], length: int) -> Judgment:
    start = response.first(events)
    words = f"stable since {start}, {response.latest_in_words(events, view.as_of)}"
    part = elapsed(view, start, length, words, response.evidence(events))
    if part.status is not MET:
        return part
    return response.stale(view, response.latest(events), words, *response.PATHS) or part


@dataclass(frozen=True, slots=True)
class _Treatments:
    """Treatments by whether they ended on or after the last progression while listed."""

    sure: tuple[DaySpan, ...]
    maybe: tuple[DaySpan, ...]
    unended: bool


@dataclass(frozen=True, slots=True)
class _ListedProgressions:
    """Progressions by whether they lie on or after the listing date."""

    sure: tuple[DaySpan, ...]
    maybe: tuple[DaySpan, ...]
    undated: bool


@definition(*ANY_STATUS, unit=MONTHS)
def listed_progression_clock(view: View, ask: Ask) -> Judgment:
    """Months since the end of treatment of liver progression while listed (9.4, POL-30)."""
    if view.profile.listing.status != LISTED:
        return not_applicable(NotApplicable.NOT_LISTED)
    progressions = _while_listed(view)
    if not progressions.sure:
        if progressions.maybe or progressions.undated:
            return unknown(Reason.DATE_TOO_VAGUE, "listing.listing_date", *response.PATHS)
        return not_applicable(NotApplicable.NO_SUCH_EVENT)
    judged = _since_treatment(view, progressions, months(ask))
    if judged.status is MET and progressions.undated:
        return unknown(Reason.DATE_TOO_VAGUE, *response.PATHS, value=judged.value)
    return judged


def _while_listed(view: View) -> _ListedProgressions:
    listed_on = view.profile.listing.listing_date
    sure, maybe = [], []
    events = response.responses(view).progressions
    for day in response.dates(events):
        earlier = UNKNOWN if listed_on is None else before(day, listed_on)
        if earlier is NOT_MET:
            sure.append(day)
        elif earlier is UNKNOWN:
            maybe.append(day)
    undated = any(event.date is None for event in events)
    return _ListedProgressions(tuple(sure), tuple(maybe), undated)


def _since_treatment(view: View, progressions: _ListedProgressions, length: int) -> Judgment:
    last = response.last_of(progressions.sure)
    treatments = _treatments(view, progressions)
    if treatments.sure:
        return _since_last_treatment(view, treatments, length)
    if treatments.maybe or treatments.unended:
        return unknown(Reason.DATE_TOO_VAGUE, *_TREATMENT_PATHS, value=f"PD on {last}")
    return running(add_months(view.as_of, length), f"PD on {last}, no treatment documented since")


def _treatments(view: View, progressions: _ListedProgressions) -> _Treatments:
    documented: list[ProgressionTreatment] = list(view.profile.progression_treatments.values())
    sure, maybe = [], []
    for end in (t.end_date for t in documented if t.end_date is not None):
        before_sure = {before(end, pd) for pd in progressions.sure}
        before_any = before_sure | {before(end, pd) for pd in progressions.maybe}
        if before_any == {NOT_MET}:
            sure.append(end)
        elif MET not in before_sure:
            maybe.append(end)
    unended = any(t.end_date is None for t in documented)
    return _Treatments(tuple(sure), tuple(maybe), unended)


def _since_last_treatment(view: View, treatments: _Treatments, length: int) -> Judgment:
    surest = response.last_of(treatments.sure)
    ends = (*treatments.sure, *treatments.maybe)
    end = DaySpan(surest.earliest, max(span.latest for span in ends))
    evidence = unique(
        item
        for _, treatment in sorted(view.profile.progression_treatments.items())
        for item in sources(treatment, "end_date")
    )
    words = f"progression treated until {end}"
    part = elapsed(view, end, length, words, evidence)
    if part.status is not MET:
        return part
    if treatments.unended:
        return unknown(Reason.NO_RECORD, *_TREATMENT_PATHS, value=words)
    return _stable_after(view, end, part)


def _stable_after(view: View, end: DaySpan, part: Judgment) -> Judgment:
    others = response.responses(view).others
    after = [e for e in others if e.date is not None and before(end, e.date) is MET]
    if not after:
        return unknown(Reason.NO_RECORD, *response.PATHS, value=part.value)
    return response.stale(view, response.latest(after), part.value, *response.PATHS) or part


@definition(MET, UNKNOWN, Status.NOT_APPLICABLE, unit=MONTHS)
def list_update(view: View, ask: Ask) -> Judgment:
    """The last complete update of a listed patient is fresh; older or missing is unknown."""
    listing = view.profile.listing
    if listing.status != LISTED:
        return not_applicable(NotApplicable.NOT_LISTED)
    day = listing.last_update_date
    path = "listing.last_update_date"
    if day is None:
        return unknown(Reason.NO_RECORD, path)
    return _updated(view, day, months(ask), path)


def _updated(view: View, day: DaySpan, length: int, path: str) -> Judgment:
    words = f"updated {day}"
    fresh = not_older_than(day, length, view.as_of)
    if fresh is MET:
        evidence = sources(view.profile.listing, "last_update_date")
        return Judgment(MET, value=words, observed=day, evidence=evidence)
    why = Reason.TOO_OLD if fresh is NOT_MET else Reason.DATE_TOO_VAGUE
    return unknown(why, path, value=words)
