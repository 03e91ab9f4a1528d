"""The liver: presence, involvement, judgments, volumes (rules 10.1, 10.3, 15.2).

In: coded and attested statements. Out: one draft. Each estimate of involvement is an entry; an
unreadable one stands without bounds and counts as 0 to 100. `judged_on` and `judged_by` show the
latest of the judgments that count.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from nelm_fhir.core.amounts import Amount
from nelm_fhir.core.unknown import Reason, Unknown
from nelm_fhir.profile.assemble.draft import Draft
from nelm_fhir.profile.assemble.gathered import Gathered, merged
from nelm_fhir.profile.assemble.ids import named
from nelm_fhir.profile.assemble.metastases import liver_metastases
from nelm_fhir.profile.assemble.statements import (
    FUTURE,
    NOTHING_SAID,
    Settled,
    Statement,
    agreed,
    component,
    latest,
    newest,
    parted,
    said,
    set_aside,
    statement,
)
from nelm_fhir.profile.candidate import Involvement, Liver
from nelm_fhir.profile.findings import Finding

_INVOLVEMENT: Final = "liver-involvement"
_SILENT: Final = frozenset({Reason.NO_RECORD, Reason.RECORDED_AS_UNKNOWN})
JUDGED: Final = {
    "distribution": "liver-distribution",
    "resectability": "liver-resectability",
    "extent_judgment": "liver-extent",
}
"""Judgments of clinicians: key of the record, element of the attested entry."""

PLAIN: Final = {
    "frilling_type": "frilling-type",
    "volume_ml": "liver-volume",
    "standard_volume_ml": "standard-liver-volume",
}
"""Other single values, the same way."""


def liver(gathered: Gathered) -> Draft:
    """Return what is known of the liver."""
    draft = Draft(Liver)
    draft.put("metastases_present", liver_metastases(gathered))
    draft.hold("involvement", _estimates(gathered))
    _put_judgments(gathered, draft)
    for key, element in PLAIN.items():
        draft.put(key, latest([statement(f) for f in gathered.of(element)], gathered.as_of))
    return draft


# --- judgments ------------------------------------------------------------------------------------


def _put_judgments(gathered: Gathered, draft: Draft) -> None:
    """Write the judgments; later ones only where no judgment could be known on the day.

    One date stands for all three: a later one of a single judgment would hide the others.
    """
    told = {key: [statement(f) for f in gathered.of(word)] for key, word in JUDGED.items()}
    parts = {key: parted(statements, gathered.as_of) for key, statements in told.items()}
    any_seen = any(item.speaks for seen, _ in parts.values() for item in seen)
    settled = {
        key: _judgment(seen, later, any_seen=any_seen) for key, (seen, later) in parts.items()
    }
    for key, item in settled.items():
        draft.put(key, item)
    used = [item for part in settled.values() for item in part.used]
    last = _last(used, gathered.as_of)
    draft.put("judged_on", last)
    draft.put("judged_by", _authors(used, last.value))


def _judgment(seen: Sequence[Statement], later: Sequence[Statement], *, any_seen: bool) -> Settled:
    if not any_seen and later:
        return newest(later)
    settled = newest(seen) if seen else NOTHING_SAID
    return Settled(
        settled.value, settled.used, settled.aside + set_aside(later, FUTURE), settled.reason
    )


def _last(used: Sequence[Statement], as_of: date) -> Settled:
    """Return the latest day as recorded; what reaches beyond the evaluation date ends there."""
    spans = [(item.day.until(as_of) or item.day, at) for at, item in enumerate(used) if item.day]
    dated = sorted(((span.latest, span.earliest), index) for span, index in spans)
    if not dated:
        return NOTHING_SAID
    last = used[dated[-1][1]]
    return Settled(last.day, (last,))


def _authors(used: Sequence[Statement], day: object) -> Settled:
    """Return who made the latest judgments."""
    last = [item for item in used if item.day == day and item.author]
    names = "; ".join(sorted({item.author for item in last if item.author}))
    return Settled(names, tuple(last)) if names else NOTHING_SAID


# --- involvement ----------------------------------------------------------------------------------


def _estimates(gathered: Gathered) -> Mapping[str, Any]:
    groups = [group for group in merged(gathered.of(_INVOLVEMENT)) if _says_something(group[0])]
    return {name: _estimate(gathered, group) for name, group in named(groups)}


def _says_something(finding: Finding) -> bool:
    """Whether anything was estimated; "asked, not known" is no estimate."""
    value = said(finding)
    return not (isinstance(value, Unknown) and value.reason in _SILENT)


def _estimate(gathered: Gathered, group: tuple[Finding, ...]) -> dict[str, Any]:
    draft = Draft(Involvement)
    used = tuple(statement(item) for item in group)
    value = said(group[0])
    readable = isinstance(value, Amount) and value.unit == gathered.definitions.burden.unit
    draft.put("method", agreed([i for f in group for i in component(f, "involvement-method")]))
    if group[0].day is not None:
        draft.put("date", Settled(group[0].day, used))
    if readable and isinstance(value, Amount):
        _put_bounds(gathered, draft, value, Settled(value, used))
    else:
        _put_unreadable(gathered, draft, agreed(used))
    return draft.record()


def _put_unreadable(gathered: Gathered, draft: Draft, told: Settled) -> None:
    """Write why there are no bounds; an entry that says nothing else gets the whole scale."""
    reason = told.reason or Reason.UNREADABLE
    for key in ("low", "high"):
        draft.explain(key, told, reason)
    if draft.get("date") is None and draft.get("method") is None:
        draft.hold("low", gathered.definitions.burden.lowest)
        draft.hold("high", gathered.definitions.burden.highest)


def _put_bounds(gathered: Gathered, draft: Draft, value: Amount, told: Settled) -> None:
    """Write the bounds that were stated; a missing one is the end of the scale."""
    burden = gathered.definitions.burden
    stated = value.low != burden.lowest or value.high is None or value.low_open
    if stated or value.is_point:
        draft.hold("low", value.low)
        draft.explain("low", told, None)
    if value.high is not None:
        draft.hold("high", value.high)
        draft.explain("high", told, None)
    draft.hold("low_open", value.low_open or None)
    draft.hold("high_open", value.high_open or None)
