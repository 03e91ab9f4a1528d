"""Response events: which count, what stands after the last progression (rules 9.3, POL-08).

Where partial dates leave the order open, an assessment is after the last progression surely or
only maybe. Adding assessments can only move the start earlier and the latest later, so a result
that is the same with the sure ones alone and with all of them holds in every case.
"""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from nelm_fhir.core.dates import DaySpan, before, first_of, last_of, not_older_than
from nelm_fhir.core.evidence import Evidence, SetAside
from nelm_fhir.core.logic import MET, NOT_MET, Status, all_of
from nelm_fhir.core.unknown import Reason
from nelm_fhir.evaluator.definition import THREE, definition
from nelm_fhir.evaluator.judgment import Judgment, unique, unknown
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.criteria import Ask
from nelm_fhir.profile.candidate import ResponseEvent
from nelm_fhir.profile.provenance import sources

PD: Final = "PD"
PATHS: Final = ("response_events.<id>.date", "response_events.<id>.category")


class Responses(Struct, frozen=True):
    """Assessments that count: progressions and others, dated and undated."""

    progressions: tuple[ResponseEvent, ...]
    others: tuple[ResponseEvent, ...]
    set_aside: tuple[ResponseEvent, ...]

    @property
    def undated_progression(self) -> bool:
        """Whether a progression has no date, which makes every order undecidable."""
        return any(event.date is None for event in self.progressions)


class AfterProgression(Struct, frozen=True):
    """Dated assessments after the last progression: surely, and also with those only maybe so."""

    sure: tuple[ResponseEvent, ...]
    possible: tuple[ResponseEvent, ...]


def _sorted_out(view: View) -> Responses:
    imaging = view.tables.staging.imaging
    categorized = [e for _, e in sorted(view.profile.response_events.items()) if e.category]
    counting = [
        e for e in categorized if e.modality in imaging or (e.modality is None and e.category == PD)
    ]
    return Responses(
        tuple(e for e in counting if e.category == PD),
        tuple(e for e in counting if e.category != PD),
        tuple(e for e in categorized if e not in counting),
    )


def responses(view: View) -> Responses:
    """Return the assessments that count, computed once per view."""
    return view.shared(_sorted_out)


def _after_progression(view: View) -> AfterProgression:
    events = responses(view)
    sure, possible = [], []
    for event in events.others:
        if event.date is None:
            continue
        order = _after_all(event.date, events.progressions)
        if order is MET:
            sure.append(event)
        if order is not NOT_MET:
            possible.append(event)
    return AfterProgression(tuple(sure), tuple(possible))


def after_progression(view: View) -> AfterProgression:
    """Return what stands after the last dated progression, computed once per view."""
    return view.shared(_after_progression)


def _after_all(day: DaySpan, progressions: Sequence[ResponseEvent]) -> Status:
    """Whether a day lies after every dated progression; on the same day PD counts as later."""
    return all_of(before(pd.date, day) for pd in progressions if pd.date is not None)


def first(events: Sequence[ResponseEvent]) -> DaySpan:
    """Return the days on which the first of the dated events can lie."""
    return first_of(dates(events))


def latest(events: Sequence[ResponseEvent]) -> DaySpan:
    """Return the days on which the latest of the dated events can lie."""
    return last_of(dates(events))


def dates(events: Sequence[ResponseEvent]) -> list[DaySpan]:
    """Return the dates of the dated events."""
    return [event.date for event in events if event.date is not None]


def freshness(view: View, span: DaySpan) -> Status:
    """Return whether imaging-derived evidence of that date is fresh (8.2)."""
    return not_older_than(span, view.tables.freshness.imaging_months, view.as_of)


def evidence(events: Sequence[ResponseEvent]) -> tuple[Evidence, ...]:
    """Return what the events rest on."""
    return unique(item for event in events for item in sources(event, "category"))


def contradicting(events: Responses) -> tuple[SetAside, ...]:
    """Return the assessments of the day of a progression; the progression counts (9.3)."""
    days = dates(events.progressions)
    same = [event for event in events.others if event.date in days]
    return tuple(SetAside(item, Reason.CONFLICTING) for item in evidence(same))


def latest_event(events: Sequence[ResponseEvent]) -> ResponseEvent | None:
    """Return the latest of the dated events; None if none has a date."""
    dated = [(e.date.latest, str(e.category), place) for place, e in enumerate(events) if e.date]
    return events[max(dated)[2]] if dated else None


def latest_in_words(events: Sequence[ResponseEvent]) -> str | None:
    """Return the latest assessment as a coordinator would say it."""
    last = latest_event(events)
    return None if last is None else f"{last.category} on {last.date}"


def stale(view: View, span: DaySpan, value: str | None, *paths: str) -> Judgment | None:
    """Return the unknown judgment if evidence of that date is not certainly fresh, else None."""
    fresh = freshness(view, span)
    if fresh is MET:
        return None
    why = Reason.TOO_OLD if fresh is NOT_MET else Reason.DATE_TOO_VAGUE
    return unknown(why, *paths, value=value)


@definition(*THREE)
def no_progression(view: View, _ask: Ask) -> Judgment:
    """The latest imaging response is not progression (9.3, 5)."""
    return view.shared(judge_progression)


def judge_progression(view: View) -> Judgment:
    """Judge whether the disease progresses; progression with nothing after it fails."""
    events, after = responses(view), after_progression(view)
    undated = [e for e in events.others if e.date is None]
    if not after.possible:
        return _nothing_after(view, undated=bool(undated))
    words = latest_in_words(after.possible)
    if events.undated_progression or not after.sure:
        return unknown(Reason.DATE_TOO_VAGUE, *PATHS, value=words)
    old = stale(view, latest(after.sure), words, *PATHS)
    return old or Judgment(MET, value=words, evidence=evidence(after.sure))


def _nothing_after(view: View, *, undated: bool) -> Judgment:
    events = responses(view)
    if events.progressions and not undated:
        words = latest_in_words(events.progressions) or "PD, undated"
        worse, aside = evidence(events.progressions), contradicting(events)
        return Judgment(NOT_MET, value=words, evidence=worse, set_aside=aside)
    why = Reason.DATE_TOO_VAGUE if undated else Reason.NO_RECORD
    return unknown(why, *PATHS)
