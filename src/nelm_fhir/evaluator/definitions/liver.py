"""The liver: involvement, judgments of clinicians, typical imaging (rules 8.6, 10.1, 10.3)."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from nelm_fhir.core.amounts import Amount, hull
from nelm_fhir.core.dates import DaySpan, last_of
from nelm_fhir.core.evidence import Evidence, SetAside, Unused
from nelm_fhir.core.logic import MET, NOT_MET, UNKNOWN
from nelm_fhir.core.unknown import Reason
from nelm_fhir.evaluator.definition import THREE, compared, definition
from nelm_fhir.evaluator.definitions.proliferation_text import PERCENT
from nelm_fhir.evaluator.definitions.responses import freshness
from nelm_fhir.evaluator.judgment import Judgment, all_met, unique, unknown
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.criteria import Ask
from nelm_fhir.profile.candidate import Involvement, Scan
from nelm_fhir.profile.provenance import reason, set_aside, sources

INVOLVEMENT_PATHS: Final = (
    "liver.involvement.<id>.low",
    "liver.involvement.<id>.high",
    "liver.involvement.<id>.date",
)
_BOUNDS: Final = ("low", "high")


class Estimate(Struct, frozen=True):
    """One estimate as an interval; `readable` is False where its bounds are impossible."""

    key: str
    record: Involvement
    amount: Amount
    readable: bool


def estimate(view: View, key: str, record: Involvement) -> Estimate:
    """Return one estimate as an interval, the whole scale where its bounds are impossible."""
    tables = view.tables.burden
    amount = _interval(view, record)
    if amount is None:
        everything = Amount(tables.lowest, tables.highest, tables.unit)
        return Estimate(key, record, everything, readable=False)
    return Estimate(key, record, amount, readable=True)


def _interval(view: View, record: Involvement) -> Amount | None:
    """Return the interval; None if a bound is out of range or nothing lies between them."""
    tables = view.tables.burden
    low = tables.lowest if record.low is None else record.low
    high = tables.highest if record.high is None else record.high
    if not tables.lowest <= low <= high <= tables.highest:
        return None
    if low == high and (record.low_open or record.high_open):
        return None
    return Amount(low, high, tables.unit, low_open=record.low_open, high_open=record.high_open)


def newest_estimates(view: View) -> tuple[Estimate, ...]:
    """Return the estimates that may be the newest: of the last day, and the undated ones (10.1)."""
    everything = [
        estimate(view, key, record)
        for key, record in sorted(view.profile.liver.involvement.items())
    ]
    return tuple(e for e in everything if _may_be_newest(e.record.date, _dates(everything)))


def _dates(estimates: Sequence[Estimate]) -> list[DaySpan]:
    return [e.record.date for e in estimates if e.record.date is not None]


def _may_be_newest(day: DaySpan | None, dates: Sequence[DaySpan]) -> bool:
    return day is None or day.latest >= max(d.earliest for d in dates)


@definition(*THREE, unit=PERCENT)
def liver_involvement(view: View, ask: Ask) -> Judgment:
    """The newest estimate of the liver volume replaced by tumor, fresh (10.1)."""
    estimates = view.shared(newest_estimates)
    if not estimates:
        liver = view.profile.liver
        aside = set_aside(liver, "involvement")
        why = reason(liver, "involvement")
        return Judgment(UNKNOWN, why, set_aside=aside, paths=INVOLVEMENT_PATHS)
    amount = hull([e.amount for e in estimates])
    judged = _fresh(view, estimates, amount) or _compared(estimates, amount, ask)
    return replace(judged, set_aside=_unread(estimates) + _older(view, estimates))


def _in_words(estimates: Sequence[Estimate], amount: Amount) -> str:
    dates = unique(str(day) for day in _dates(estimates))
    return f"{amount} ({', '.join(dates) or 'undated'})"


def _fresh(view: View, estimates: Sequence[Estimate], amount: Amount) -> Judgment | None:
    """Return the unknown judgment of an estimate that is not certainly fresh, else None."""
    dates = _dates(estimates)
    fresh = freshness(view, last_of(dates)) if dates else UNKNOWN
    if fresh is MET:
        return None
    why = Reason.TOO_OLD if fresh is NOT_MET else Reason.DATE_TOO_VAGUE
    return Judgment(
        UNKNOWN,
        why,
        value=_in_words(estimates, amount),
        observed=amount,
        evidence=_evidence(estimates),
        paths=INVOLVEMENT_PATHS,
    )


def _compared(estimates: Sequence[Estimate], amount: Amount, ask: Ask) -> Judgment:
    status = compared(amount, ask)
    why = Reason.STRADDLES_LIMIT if all(e.readable for e in estimates) else Reason.UNREADABLE
    is_open = status is UNKNOWN
    return Judgment(
        status,
        why if is_open else None,
        value=_in_words(estimates, amount),
        observed=amount,
        evidence=_evidence(estimates),
        paths=INVOLVEMENT_PATHS if is_open else (),
    )


def _evidence(estimates: Sequence[Estimate]) -> tuple[Evidence, ...]:
    return _bounds([estimate.record for estimate in estimates])


def _unread(estimates: Sequence[Estimate]) -> tuple[SetAside, ...]:
    """Return what was recorded where the bounds of an estimate are missing."""
    return unique(item for e in estimates for key in _BOUNDS for item in set_aside(e.record, key))


def _older(view: View, estimates: Sequence[Estimate]) -> tuple[SetAside, ...]:
    """Return the estimates that a newer one replaces."""
    newest = {estimate.key for estimate in estimates}
    everything = sorted(view.profile.liver.involvement.items())
    older = _bounds([record for key, record in everything if key not in newest])
    return tuple(SetAside(item, Unused.SUPERSEDED) for item in older)


def _bounds(records: Sequence[Involvement]) -> tuple[Evidence, ...]:
    return unique(item for record in records for key in _BOUNDS for item in sources(record, key))


def _judged_as(view: View, key: str, qualifying: str) -> Judgment:
    """Judge a clinician's word; undated counts, no freshness limit (8.2, 10.3)."""
    liver = view.profile.liver
    word: str | None = getattr(liver, key)
    path = f"liver.{key}"
    if word is None:
        return Judgment(UNKNOWN, reason(liver, key), set_aside=set_aside(liver, key), paths=(path,))
    status = MET if word == qualifying else NOT_MET
    return Judgment(status, value=word, observed=word, evidence=sources(liver, key))


@definition(*THREE)
def bilobar(view: View, _ask: Ask) -> Judgment:
    """Metastases in both lobes, as judged by a person."""
    return _judged_as(view, "distribution", "bilobar")


@definition(*THREE)
def unresectable(view: View, _ask: Ask) -> Judgment:
    """Liver metastases not amenable to resection, as judged by a person."""
    return _judged_as(view, "resectability", "unresectable")


@definition(*THREE)
def extended_disease(view: View, _ask: Ask) -> Judgment:
    """Extended liver disease, as judged by a person; no percentage stands for it (POL-26)."""
    return _judged_as(view, "extent_judgment", "extended")


@definition(*THREE)
def typical_liver_imaging(view: View, _ask: Ask) -> Judgment:
    """The newest multiphase CT and hepatobiliary MRI are fresh and show typical features (8.6)."""
    pairs = sorted(view.tables.staging.typical_imaging.items())
    return all_met([judge_typical(view, modality, technique) for modality, technique in pairs])


def newest_typical(view: View, modality: str, technique: str) -> list[str]:
    """Return the keys of the scans of that kind that may be the newest, undated ones too (8.6)."""
    scans = {
        key: scan
        for key, scan in sorted(view.profile.scans.items())
        if scan.modality == modality and scan.technique == technique
    }
    dates = [scan.date for scan in scans.values() if scan.date is not None]
    return [key for key, scan in scans.items() if _may_be_newest(scan.date, dates)]


def judge_typical(view: View, modality: str, technique: str) -> Judgment:
    """Judge the newest scans of one kind."""
    path = "scans.<id>.liver_lesions_typical"
    newest = [view.profile.scans[key] for key in newest_typical(view, modality, technique)]
    dates = [scan.date for scan in newest if scan.date is not None]
    said = {scan.liver_lesions_typical for scan in newest}
    words = _imaging_in_words(modality, newest)
    if not newest or None in said:
        return unknown(Reason.NO_RECORD, path, value=words)
    if len(said) > 1:
        return unknown(Reason.CONFLICTING, path, value=words)
    fresh = freshness(view, last_of(dates)) if dates else UNKNOWN
    if fresh is not MET:
        why = Reason.TOO_OLD if fresh is NOT_MET else Reason.DATE_TOO_VAGUE
        return unknown(why, path, value=words)
    evidence = unique(i for scan in newest for i in sources(scan, "liver_lesions_typical"))
    return Judgment(MET if said == {True} else NOT_MET, value=words, evidence=evidence)


def _imaging_in_words(modality: str, scans: Sequence[Scan]) -> str | None:
    words = {True: "typical", False: "atypical", None: "features not stated"}
    said = [f"{modality} {s.date or 'undated'} {words[s.liver_lesions_typical]}" for s in scans]
    return "; ".join(said) or None
