"""How the course of the disease is told: progression, and how long stability lasts (rules 9.3)."""

from collections.abc import Iterable, Sequence
from typing import Final

from nelm_fhir.assessment.told import Aside, Fact, Months, Told
from nelm_fhir.core.dates import DaySpan
from nelm_fhir.core.evidence import Unused
from nelm_fhir.core.logic import MET, NOT_MET, UNKNOWN
from nelm_fhir.core.unknown import NotApplicable, Reason
from nelm_fhir.evaluator import facts
from nelm_fhir.evaluator.account import Account, Filling, account, say, set_aside, teller
from nelm_fhir.evaluator.definition import months
from nelm_fhir.evaluator.definitions import responses as response
from nelm_fhir.evaluator.definitions.responses import freshness
from nelm_fhir.evaluator.judgment import Judgment
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.criteria import Ask
from nelm_fhir.profile.candidate import ResponseEvent

Events = Sequence[ResponseEvent]
NO_COURSE: Final = {
    "no-assessment": "months",
    "undated": "response months",
    "order-open": "response months",
    "stale": "response months",
    "stale-vague": "response months",
}


@teller(
    "no-progression",
    met={"no-progression": "response"},
    not_met={"progression": "response"},
    unknown=NO_COURSE,
)
def no_progression(view: View, _ask: Ask, judged: Judgment) -> Account:
    """Tell the latest assessment."""
    after = response.after_progression(view)
    if judged.status is MET:
        told = say("no-progression", response=last_fact(view, after.sure))
        return _course(view, [told], after.sure)
    if judged.status is NOT_MET:
        progressions = response.responses(view).progressions
        told = say("progression", response=last_fact(view, progressions))
        return _course(view, [told], progressions)
    return _open(view, judged)


@teller(
    "stability-clock",
    met={"complete": "start length response"},
    running={
        "counting": "start length response earliest",
        "not-started": "response length earliest",
    },
    unknown={**NO_COURSE, "start-vague": "start length response"},
    not_applicable={"progresses": ""},
)
def stability_clock(view: View, ask: Ask, judged: Judgment) -> Account:
    """Tell since when stability is documented, and when the time is complete."""
    events, after = response.responses(view), response.after_progression(view)
    length = Months(months(ask))
    if judged.reason is NotApplicable.COVERED_BY_ANOTHER_CRITERION:
        return _course(view, [say("progresses")], events.progressions)
    start = judged.observed if isinstance(judged.observed, DaySpan) else None
    if judged.running and start is None:
        last = last_fact(view, events.progressions)
        told = say("not-started", response=last, length=length, earliest=judged.earliest)
        return _course(view, [told], events.progressions)
    if start is None:
        return _open(view, judged)
    words: Filling = {"start": start, "length": length, "response": last_fact(view, after.possible)}
    if judged.status is MET:
        return _course(view, [say("complete", **words)], after.possible)
    if judged.running:
        told = say("counting", **words, earliest=judged.earliest)
        return _course(view, [told], after.possible)
    return _course(view, [say("start-vague", **words)], after.possible)


def _open(view: View, judged: Judgment) -> Account:
    """Tell why nothing can be said of the course."""
    events, after = response.responses(view), response.after_progression(view)
    counting = [*events.others, *events.progressions]
    fresh = Months(view.tables.freshness.imaging_months)
    if not counting:
        return _course(view, [say("no-assessment", months=fresh)], [])
    case, last = "order-open", after.possible or counting
    undated = [event for event in counting if event.date is None]
    if judged.reason is Reason.TOO_OLD:
        case, last = "stale", after.sure
    elif undated and (events.undated_progression or not after.possible):
        case, last = "undated", undated
    elif after.sure and freshness(view, response.latest(after.sure)) is UNKNOWN:
        case, last = "stale-vague", after.sure
    return _course(view, [say(case, response=last_fact(view, last), months=fresh)], counting)


def _course(view: View, told: Iterable[Told], used: Events) -> Account:
    """Return the account with every other assessment set aside, each for its reason."""
    return account(told, facts_of(view, used), asides(view))


def asides(view: View) -> list[Aside]:
    """Return every assessment with the reason why it would not decide."""
    later = [facts.response(view, key) for key in facts.later(view, "response_events")]
    found = set_aside(later, Unused.FUTURE_DATED)
    for key, event in sorted(view.profile.response_events.items()):
        found.append(Aside(facts.response(view, key), _why(view, event)))
    return found


def _why(view: View, event: ResponseEvent) -> Unused | Reason:
    if event.category is None:
        return Unused.NO_CATEGORY
    if event in response.responses(view).set_aside:
        return Unused.NOT_IMAGING if event.modality else Unused.MODALITY_NOT_STATED
    if event.date is None:
        return Unused.UNDATED
    if event.category == response.PD:
        return Unused.EARLIER_PROGRESSION
    if event.date in response.dates(response.responses(view).progressions):
        return Unused.DAY_OF_PROGRESSION
    if event in response.after_progression(view).sure:
        return Unused.AFTER_PROGRESSION
    vague = event in response.after_progression(view).possible
    return Reason.DATE_TOO_VAGUE if vague else Unused.BEFORE_PROGRESSION


def last_fact(view: View, events: Events) -> Fact:
    """Return the latest of some assessments, an undated one only where all are."""
    return facts_of(view, [response.latest_event(events) or events[-1]])[0]


def facts_of(view: View, events: Events) -> list[Fact]:
    """Return assessments as facts."""
    everything = sorted(view.profile.response_events.items())
    return [
        facts.response(view, key) for key, event in everything if any(event is e for e in events)
    ]
