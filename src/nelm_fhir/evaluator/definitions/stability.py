"""The stability clock (rules 9.3, POL-08)."""

from collections.abc import Sequence

from msgspec.structs import replace

from nelm_fhir.core.dates import add_months
from nelm_fhir.core.logic import MET, NOT_MET, Status
from nelm_fhir.core.unknown import NotApplicable, Reason
from nelm_fhir.evaluator.definition import THREE, definition, months
from nelm_fhir.evaluator.definitions import responses as response
from nelm_fhir.evaluator.definitions.clocks import MONTHS, elapsed
from nelm_fhir.evaluator.judgment import Judgment, not_applicable, running, unknown
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.criteria import Ask
from nelm_fhir.profile.candidate import ResponseEvent


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
        words = response.latest_in_words(after.possible)
        return unknown(Reason.DATE_TOO_VAGUE, *response.PATHS, value=words)
    return _stable(view, after, length)


def _not_started(view: View, length: int) -> Judgment:
    events = response.responses(view)
    if not events.progressions:
        why = Reason.DATE_TOO_VAGUE if events.others else Reason.NO_RECORD
        return unknown(why, *response.PATHS)
    words = response.latest_in_words(events.progressions) or "PD, undated"
    judged = running(add_months(view.as_of, length), f"{words}, no stability documented since")
    evidence, aside = response.evidence(events.progressions), response.contradicting(events)
    return replace(judged, evidence=evidence, set_aside=aside)


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
    words = f"stable since {start}, {response.latest_in_words(events)}"
    part = elapsed(view, start, length, words, response.evidence(events))
    if part.status is not MET:
        return part
    return response.stale(view, response.latest(events), words, *response.PATHS) or part
