"""How the liver is told: involvement, judgments of clinicians, typical imaging (rules 8.6, 10)."""

from collections.abc import Iterator, Sequence
from typing import Final

from nelm_fhir.assessment.told import Aside, Fact, Months, Term, Told
from nelm_fhir.core.amounts import Amount
from nelm_fhir.core.dates import DaySpan
from nelm_fhir.core.evidence import Unused
from nelm_fhir.core.logic import MET, NOT_MET, UNKNOWN
from nelm_fhir.core.unknown import Reason
from nelm_fhir.evaluator import facts
from nelm_fhir.evaluator.account import (
    Account,
    Filling,
    absent,
    account,
    limit_of,
    say,
    set_aside,
    teller,
)
from nelm_fhir.evaluator.definitions.liver import judge_typical, newest_estimates, newest_typical
from nelm_fhir.evaluator.judgment import Judgment
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.criteria import Ask


@teller(
    "liver-involvement",
    met={"within": "value estimates limit"},
    not_met={"beyond": "value estimates limit"},
    unknown={
        "straddles": "value estimates limit",
        "stale": "value estimates months",
        "stale-vague": "value estimates months",
        "undated": "value estimates months",
        "unreadable": "estimates months",
        "none": "months",
        "unclear": "why months",
    },
)
def liver_involvement(view: View, ask: Ask, judged: Judgment) -> Account:
    """Tell the newest estimates as one amount."""
    newest = view.shared(newest_estimates)
    aside = _other_estimates(view)
    if not newest:
        return account([absent(judged.reason, months=_fresh(view))], [], aside)
    used = [facts.involvement(view, one.key) for one in newest]
    return account([_estimated(view, ask, judged, tuple(used))], used, aside)


def _estimated(view: View, ask: Ask, judged: Judgment, estimates: tuple[Fact, ...]) -> Told:
    amount = judged.observed if isinstance(judged.observed, Amount) else None
    whole = view.tables.burden
    if amount is None or (amount.low, amount.high) == (whole.lowest, whole.highest):
        return say("unreadable", estimates=estimates, months=_fresh(view))
    words: Filling = {"value": amount, "estimates": estimates}
    if judged.reason in {Reason.TOO_OLD, Reason.DATE_TOO_VAGUE}:
        dated = any(fact.value("date") is not None for fact in estimates)
        vague = "stale-vague" if dated else "undated"
        case = "stale" if judged.reason is Reason.TOO_OLD else vague
        return say(case, **words, months=_fresh(view))
    case = {MET: "within", NOT_MET: "beyond"}.get(judged.status, "straddles")
    return say(case, **words, limit=limit_of(ask))


def _fresh(view: View) -> Months:
    return Months(view.tables.freshness.imaging_months)


def _other_estimates(view: View) -> list[Aside]:
    """Return every estimate with the reason why it would not be the one used."""
    seen = view.profile.liver.involvement
    return [
        Aside(
            facts.involvement(view, key), Unused.SUPERSEDED if key in seen else Unused.FUTURE_DATED
        )
        for key in sorted(view.recorded.liver.involvement)
    ]


# --- judgments of clinicians ----------------------------------------------------------------------

JUDGED: Final = {
    "met": {"judged": "judgment date"},
    "not_met": {"judged-otherwise": "judgment date"},
    "unknown": {"none": "", "unclear": "why", "judged-later": "judgment date"},
}


@teller("bilobar", **JUDGED)
def bilobar(view: View, _ask: Ask, judged: Judgment) -> Account:
    """Tell the judged distribution."""
    return _judgment(view, judged, "distribution")


@teller("unresectable", **JUDGED)
def unresectable(view: View, _ask: Ask, judged: Judgment) -> Account:
    """Tell the judged resectability."""
    return _judgment(view, judged, "resectability")


@teller("extended-disease", **JUDGED)
def extended_disease(view: View, _ask: Ask, judged: Judgment) -> Account:
    """Tell the judged extent."""
    return _judgment(view, judged, "extent_judgment")


def _judgment(view: View, judged: Judgment, key: str) -> Account:
    fact = facts.judgment(view, key)
    word = fact.value(key)
    if not isinstance(word, str):
        return account([absent(judged.reason)], [fact] if fact.elements else [])
    day = fact.value("judged_on")
    words: Filling = {
        "judgment": Term(f"judgment.{key}", word),
        "date": day if isinstance(day, DaySpan) else None,
    }
    if judged.status is UNKNOWN:
        return account([say("judged-later", **words)], [], set_aside([fact], Unused.FUTURE_DATED))
    case = "judged" if judged.status is MET else "judged-otherwise"
    return account([say(case, **words)], [fact])


# --- typical imaging ------------------------------------------------------------------------------


@teller(
    "typical-liver-imaging",
    met={"typical": "scan"},
    not_met={"atypical": "scan"},
    unknown={
        "no-such-scan": "test months",
        "not-stated": "scan months",
        "disagree": "scan months",
        "scan-old": "scan months",
        "scan-old-vague": "scan months",
        "scan-undated": "scan months",
    },
)
def typical_liver_imaging(view: View, _ask: Ask, judged: Judgment) -> Account:
    """Tell the newest CT and MRI of the liver."""
    told: list[Told] = []
    used: list[Fact] = []
    for modality, technique in sorted(view.tables.staging.typical_imaging.items()):
        one = judge_typical(view, modality, technique)
        scans = [facts.scan(view, key) for key in newest_typical(view, modality, technique)]
        used += scans
        if one.status is judged.status:
            told.append(_typical(view, one, scans, technique))
    return account(told, used, _older(view))


def _typical(view: View, judged: Judgment, scans: Sequence[Fact], technique: str) -> Told:
    fresh = _fresh(view)
    if not scans:
        return say("no-such-scan", test=Term("typical-imaging", technique), months=fresh)
    if judged.status is not UNKNOWN:
        return say("typical" if judged.status is MET else "atypical", scan=scans[-1])
    if judged.reason is Reason.CONFLICTING:
        return say("disagree", scan=tuple(scans), months=fresh)
    silent = [one for one in scans if one.value("liver_lesions_typical") is None]
    if judged.reason is Reason.NO_RECORD:
        return say("not-stated", scan=silent[-1], months=fresh)
    dated = [one for one in scans if one.value("date") is not None]
    vague = "scan-old-vague" if dated else "scan-undated"
    case = "scan-old" if judged.reason is Reason.TOO_OLD else vague
    return say(case, scan=[*scans, *dated][-1], months=fresh)


def _older(view: View) -> Iterator[Aside]:
    """Yield other scans that say whether the lesions look typical."""
    later = facts.later(view, "scans")
    for key, scan in sorted(view.recorded.scans.items()):
        if scan.liver_lesions_typical is not None:
            yield Aside(
                facts.scan(view, key), Unused.FUTURE_DATED if key in later else Unused.SUPERSEDED
            )
