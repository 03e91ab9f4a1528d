"""Liver transplantation: done or not, when, planned for when (rules 15.2, terminology 3.10).

In: Procedures, orders and attested entries. Out: one draft. As for a resection, a transplantation
beats an earlier statement that there was none, and the latest one counts.
"""

from collections.abc import Sequence
from typing import Final

from nelm_fhir.core.dates import DaySpan
from nelm_fhir.core.reading import Reading
from nelm_fhir.core.unknown import Reason, Unknown
from nelm_fhir.profile.assemble.acts import done, is_knowable
from nelm_fhir.profile.assemble.draft import Draft
from nelm_fhir.profile.assemble.gathered import Gathered
from nelm_fhir.profile.assemble.statements import (
    Settled,
    Statement,
    component,
    latest,
    latest_or_future,
    narrower_date,
    newest,
    parted,
    said,
    statement,
    together,
)
from nelm_fhir.profile.assemble.unplaced import CONTRADICTORY_TRANSPLANT
from nelm_fhir.profile.candidate import LiverTransplant
from nelm_fhir.profile.findings import Finding

_ELEMENT: Final = "liver-transplant"
_DATE: Final = "transplant-date"


def liver_transplant(gathered: Gathered) -> Draft:
    """Return what is known of a liver transplantation."""
    findings = gathered.of(_ELEMENT)
    acts = _knowable(gathered, [f for f in findings if f.reading is not Reading.PLANNED])
    draft = Draft(LiverTransplant)
    performed = done([statement(f) for f in acts], gathered.as_of)
    draft.put("performed", performed)
    if performed.reason is Reason.CONFLICTING:  # else it would be judged as not performed
        gathered.report(CONTRADICTORY_TRANSPLANT, acts[0])
    if draft.get("performed") is True:
        draft.put("date", _date(gathered, acts))
        within = [item for f in acts for item in component(f, "within-milan")]
        draft.put("within_milan_at_lt", latest(within, gathered.as_of))
    draft.put("planned_date", _planned(findings))
    return draft


def _knowable(gathered: Gathered, findings: Sequence[Finding]) -> list[Finding]:
    kept = []
    for finding in findings:
        if is_knowable(finding, gathered.as_of, _DATE):
            kept.append(finding)
        else:
            gathered.report("future-dated", finding)
    return kept


def _date(gathered: Gathered, acts: Sequence[Finding]) -> Settled:
    """Return the day of the latest transplantation, on which codes and entries agree."""
    coded = [_dated(f) for f in acts if not f.attested and said(f) is True]
    seen, later = parted(coded, gathered.as_of)
    entries = [item for f in acts if f.attested for item in component(f, _DATE)]
    entered = latest_or_future(entries, gathered.as_of)
    return together(newest(seen or later, narrower_date), entered, finer=narrower_date)


def _planned(findings: Sequence[Finding]) -> Settled:
    return newest([_dated(f) for f in findings if f.reading is Reading.PLANNED], narrower_date)


def _dated(finding: Finding) -> Statement:
    """Return the day of a Procedure or order; the onset of a Condition is not that day."""
    value = finding.components.get(_DATE, Unknown())
    if finding.reading is Reading.PLANNED and finding.day is not None:
        value = finding.day
    day = value if isinstance(value, DaySpan) else None
    return Statement(value, (finding.evidence,), day)
