"""How the clock and the duty of a listed patient are told (rules 9.4)."""

from typing import Final

from nelm_fhir.assessment.told import Months, Told
from nelm_fhir.core.dates import DaySpan, last_of
from nelm_fhir.core.evidence import Unused
from nelm_fhir.core.logic import MET, UNKNOWN
from nelm_fhir.core.unknown import NotApplicable, Reason
from nelm_fhir.evaluator import facts
from nelm_fhir.evaluator.account import Account, Filling, account, say, set_aside, teller
from nelm_fhir.evaluator.accounts.course import asides, facts_of, last_fact
from nelm_fhir.evaluator.definition import months
from nelm_fhir.evaluator.definitions import responses as response
from nelm_fhir.evaluator.definitions.clocks import LISTED
from nelm_fhir.evaluator.definitions.listed import treatments_after, while_listed
from nelm_fhir.evaluator.judgment import Judgment
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.criteria import Ask
from nelm_fhir.profile.candidate import ResponseEvent

NOT_LISTED: Final = {"not-listed": "", "listing-unknown": "", "listed-later": "date"}


@teller(
    "listed-progression-clock",
    met={"treated-complete": "date length response"},
    running={
        "untreated": "response length earliest",
        "treated-counting": "date length earliest",
    },
    unknown={
        "listing-open": "months",
        "treatment-open": "response months",
        "treatment-unended": "date months",
        "treated-vague": "date length months",
        "not-reassessed": "date months",
        "reassessed-stale": "response months",
        "undated-progression": "response months",
    },
    not_applicable={**NOT_LISTED, "none-while-listed": ""},
)
def listed_progression_clock(view: View, ask: Ask, judged: Judgment) -> Account:
    """Tell progression while listed, and the end of its treatment."""
    listing = [facts.listing(view)] if facts.listing(view).elements else []
    if judged.reason is NotApplicable.NOT_LISTED:
        return account([_not_listed(view)], listing)
    if judged.reason is NotApplicable.NO_SUCH_EVENT:
        earlier = facts_of(view, response.responses(view).progressions)
        return account(
            [say("none-while-listed")], listing, set_aside(earlier, Unused.BEFORE_LISTING)
        )
    told = _told(view, ask, judged)
    progressions = facts_of(view, response.responses(view).progressions)
    treated = [facts.treatment(view, key) for key in sorted(view.profile.progression_treatments)]
    return account([told], [*listing, *progressions, *treated], asides(view))


def _not_listed(view: View) -> Told:
    if view.profile.listing.status is None:
        return say("listing-unknown")
    if view.recorded.listing.status == LISTED:
        return say("listed-later", date=view.recorded.listing.listing_date)
    return say("not-listed")


def _told(view: View, ask: Ask, judged: Judgment) -> Told:
    if judged.status is UNKNOWN:
        case, words = _open(view, ask, judged)
        return say(case, **words, months=Months(view.tables.freshness.imaging_months))
    length = Months(months(ask))
    if not isinstance(judged.observed, DaySpan):
        last = last_fact(view, response.responses(view).progressions)
        return say("untreated", response=last, length=length, earliest=judged.earliest)
    counted: Filling = {"date": judged.observed, "length": length}
    if judged.running:
        return say("treated-counting", **counted, earliest=judged.earliest)
    return say("treated-complete", **counted, response=last_fact(view, _others(view)))


def _open(view: View, ask: Ask, judged: Judgment) -> tuple[str, Filling]:
    """Return why it is open, in the order of the definition, and what fills the sentence."""
    progressions = while_listed(view)
    if not progressions.sure:
        return "listing-open", {}
    events = response.responses(view).progressions
    treatments = treatments_after(view, progressions)
    if not treatments.sure:
        return "treatment-open", {"response": last_fact(view, events)}
    if isinstance(judged.observed, DaySpan):
        return "treated-vague", {"date": judged.observed, "length": Months(months(ask))}
    end: Filling = {"date": last_of(treatments.sure)}
    if treatments.unended:
        return "treatment-unended", end
    if judged.reason is Reason.NO_RECORD:
        return "not-reassessed", end
    undated = [one for one in events if one.date is None]
    if undated and judged.reason is Reason.DATE_TOO_VAGUE:
        return "undated-progression", {"response": last_fact(view, undated)}
    return "reassessed-stale", {"response": last_fact(view, _others(view))}


def _others(view: View) -> tuple[ResponseEvent, ...]:
    return response.responses(view).others


@teller(
    "list-update",
    met={"updated": "date months"},
    unknown={"update-stale": "date months", "update-vague": "date months", "no-update": ""},
    not_applicable=NOT_LISTED,
)
def list_update(view: View, ask: Ask, judged: Judgment) -> Account:
    """Tell the last complete update on the waiting list."""
    listing = [facts.listing(view)] if facts.listing(view).elements else []
    if judged.reason is NotApplicable.NOT_LISTED:
        return account([_not_listed(view)], listing)
    day = view.profile.listing.last_update_date
    if day is None:
        return account([say("no-update")], listing)
    old = "update-stale" if judged.reason is Reason.TOO_OLD else "update-vague"
    case = "updated" if judged.status is MET else old
    return account([say(case, date=day, months=Months(months(ask)))], listing)
