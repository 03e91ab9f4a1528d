"""Clock and duty of a listed patient: progression while listed, list updates (rules 9.4)."""

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from nelm_fhir.core.dates import DaySpan, add_months, before, last_of, not_older_than
from nelm_fhir.core.logic import MET, NOT_MET, UNKNOWN, Status
from nelm_fhir.core.unknown import NotApplicable, Reason
from nelm_fhir.evaluator.definition import ANY_STATUS, definition, months
from nelm_fhir.evaluator.definitions import responses as response
from nelm_fhir.evaluator.definitions.clocks import LISTED, MONTHS, elapsed
from nelm_fhir.evaluator.judgment import Judgment, not_applicable, running, unique, unknown
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.criteria import Ask
from nelm_fhir.profile.candidate import ProgressionTreatment
from nelm_fhir.profile.provenance import sources

_TREATMENT_PATHS: Final = ("progression_treatments.<id>.end_date",)


class Treatments(Struct, frozen=True):
    """Treatments by whether they ended on or after the last progression while listed."""

    sure: tuple[DaySpan, ...]
    maybe: tuple[DaySpan, ...]
    unended: bool


class ListedProgressions(Struct, frozen=True):
    """Progressions by whether they lie on or after the listing date."""

    sure: tuple[DaySpan, ...]
    maybe: tuple[DaySpan, ...]
    undated: bool


@definition(*ANY_STATUS, unit=MONTHS)
def listed_progression_clock(view: View, ask: Ask) -> Judgment:
    """Months since the end of treatment of liver progression while listed (9.4, POL-30)."""
    if view.profile.listing.status != LISTED:
        return not_applicable(NotApplicable.NOT_LISTED)
    progressions = while_listed(view)
    if not progressions.sure:
        if progressions.maybe or progressions.undated:
            return unknown(Reason.DATE_TOO_VAGUE, "listing.listing_date", *response.PATHS)
        return not_applicable(NotApplicable.NO_SUCH_EVENT)
    judged = _since_treatment(view, progressions, months(ask))
    if judged.status is MET and progressions.undated:
        return unknown(Reason.DATE_TOO_VAGUE, *response.PATHS, value=judged.value)
    return judged


def while_listed(view: View) -> ListedProgressions:
    """Return the progressions on or after the listing date."""
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
    return ListedProgressions(tuple(sure), tuple(maybe), undated)


def _since_treatment(view: View, progressions: ListedProgressions, length: int) -> Judgment:
    last = last_of(progressions.sure)
    treatments = treatments_after(view, progressions)
    if treatments.sure:
        return _since_last_treatment(view, treatments, length)
    if treatments.maybe or treatments.unended:
        return unknown(Reason.DATE_TOO_VAGUE, *_TREATMENT_PATHS, value=f"PD on {last}")
    words = f"PD on {last}, no treatment documented since"
    events = response.responses(view).progressions
    evidence = response.evidence([event for event in events if event.date in progressions.sure])
    return replace(running(add_months(view.as_of, length), words), evidence=evidence)


def treatments_after(view: View, progressions: ListedProgressions) -> Treatments:
    """Return the documented treatments by whether they ended after the last such progression."""
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
    return Treatments(tuple(sure), tuple(maybe), unended)


def _since_last_treatment(view: View, treatments: Treatments, length: int) -> Judgment:
    surest = last_of(treatments.sure)
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
