"""Recurrence after liver transplantation (table Assembly, row recurrence; rules 15.2).

In: attested recurrence; Conditions of this tumor with clinicalStatus recurrence or relapse;
metastases first seen after the transplantation; chromogranin A. Out: one draft. Codes count only
after it, and never what is linked to another malignancy.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from msgspec.structs import replace

from nelm_fhir.core.dates import DaySpan, before
from nelm_fhir.core.logic import MET
from nelm_fhir.core.reading import Reading
from nelm_fhir.core.unknown import Unknown
from nelm_fhir.profile.assemble.draft import Draft
from nelm_fhir.profile.assemble.gathered import Gathered
from nelm_fhir.profile.assemble.metastases import ELEMENT as LIVER
from nelm_fhir.profile.assemble.statements import (
    Settled,
    Statement,
    component,
    latest,
    latest_or_future,
    parted,
    said,
    statement,
)
from nelm_fhir.profile.assemble.tumors import Tumors
from nelm_fhir.profile.candidate import Recurrence
from nelm_fhir.profile.findings import Finding

_ELEMENT: Final = "recurrence"
_MARKER: Final = "chromogranin-a"
_CONFIRMED: Final = "confirmed"
_SUSPECTED: Final = "suspected"
_PARTS: Final = {
    "mib1_text": "recurrence-mib1",
    "resectable": "recurrence-resectable",
    "under_treatment": "recurrence-under-treatment",
}


def recurrence(
    gathered: Gathered, tumors: Tumors, *, transplanted: bool, day: DaySpan | None
) -> dict[str, Any]:
    """Return what is known of recurrence; `day` is that of the transplantation."""
    entries = [f for f in gathered.of(_ELEMENT) if f.attested]
    coded = _firmest(_coded(gathered, tumors, day)) if transplanted else []
    draft = Draft(Recurrence)
    status = latest_or_future([*map(statement, entries), *coded], gathered.as_of)
    draft.put("status", status)
    draft.put("date", _date(gathered, entries, [*status.used, *coded], status))
    for key, code in _PARTS.items():
        draft.put(key, latest(_parts(gathered, entries, code), gathered.as_of))
    _put_sites(gathered, draft, entries)
    if transplanted:
        draft.put("chromogranin_a", _marker(gathered, day))
    return draft.record()


def _firmest(coded: Iterable[Statement]) -> list[Statement]:
    """Return the confirmed ones if there are any: a suspicion beside them says nothing else."""
    everything = list(coded)
    return [item for item in everything if item.value == _CONFIRMED] or everything


def _coded(gathered: Gathered, tumors: Tumors, day: DaySpan | None) -> Iterable[Statement]:
    """Return what codes say of the time after the transplantation."""
    for finding in gathered.of(_ELEMENT):
        if not finding.attested and _is_ours(finding, tumors):
            yield _after(statement(finding), day)
    for finding in gathered.of("metastasis", LIVER):
        absent = finding.reading is Reading.ABSENT or said(finding) is False
        if not absent and _is_ours(finding, tumors):
            told = _after(statement(finding), day)
            if told.day is not None:
                suspected = isinstance(told.value, Unknown)
                yield replace(told, value=_SUSPECTED if suspected else _CONFIRMED)


def _is_ours(finding: Finding, tumors: Tumors) -> bool:
    """Whether nothing says that the Condition is, or is of, another malignancy."""
    others = {other.key for other in tumors.others}
    return finding.key not in others and not tumors.is_of_another(finding)


def _marker(gathered: Gathered, day: DaySpan | None) -> Settled:
    """Return the latest chromogranin A that was taken after the transplantation."""
    told = [_after(statement(finding), day) for finding in gathered.of(_MARKER)]
    return latest([item for item in told if item.day is not None], gathered.as_of)


def _after(told: Statement, day: DaySpan | None) -> Statement:
    """Return the statement, without a date that may not lie after the transplantation."""
    later = day is not None and told.day is not None and before(day, told.day) is MET
    return told if later else replace(told, day=None)


def _date(
    gathered: Gathered, entries: Sequence[Finding], told: Sequence[Statement], status: Settled
) -> Settled:
    """Return when it recurred: as stated, else the first onset of the Conditions that tell it.

    An entry made after the evaluation date carries its own day, so that it is seen as future.
    """
    stated = latest_or_future(_parts(gathered, entries, "recurrence-date"), gathered.as_of)
    if stated.value is not None or stated.reason is not None:
        return stated
    dated = [item for item in told if item.day is not None and item.value == status.value]
    onsets = [item for item in dated if not item.attested or _late(gathered, item)]
    days = [item.day for item in onsets if item.day is not None]
    if not days:
        return Settled()
    first = DaySpan(min(day.earliest for day in days), min(day.latest for day in days))
    return Settled(first, tuple(onsets))


def _late(gathered: Gathered, item: Statement) -> bool:
    return bool(parted([item], gathered.as_of)[1])


def _parts(gathered: Gathered, entries: Sequence[Finding], code: str) -> list[Statement]:
    own = [statement(finding) for finding in gathered.of(code)]
    return own + [item for finding in entries for item in component(finding, code)]


def _put_sites(gathered: Gathered, draft: Draft, entries: Sequence[Finding]) -> None:
    """Write the sites of the latest entry that names any."""
    told = _parts(gathered, entries, "recurrence-site")
    seen, _ = parted([item for item in told if isinstance(item.value, str)], gathered.as_of)
    last = max((item.day.earliest for item in seen if item.day), default=None)
    kept = [i for i in seen if not (i.day and last and i.day.latest < last)]
    if kept:
        draft.hold("sites", sorted({str(item.value) for item in kept}))
        draft.explain("sites", Settled(used=tuple(kept)), None)
