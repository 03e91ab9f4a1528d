"""Specimens of this tumor with what was found on them (table Assembly, row specimen).

In: findings on tissue. Out: one draft per specimen. Dated by its collection, else by the
Observations, else by the report. Source: rules 6.2, 6.3, 15.2; attested-entry section 2.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from typing import Any, Final

from nelm_fhir.core.dates import DaySpan
from nelm_fhir.core.unknown import Reason, Unknown
from nelm_fhir.profile.assemble.draft import Draft
from nelm_fhir.profile.assemble.gathered import Gathered
from nelm_fhir.profile.assemble.histologies import Graded, histology, net_grades
from nelm_fhir.profile.assemble.ids import readable_ids
from nelm_fhir.profile.assemble.index_texts import index_text
from nelm_fhir.profile.assemble.origins import Origins
from nelm_fhir.profile.assemble.specimen_groups import KI67, MITOSES, Tissue, tissues
from nelm_fhir.profile.assemble.statements import (
    Settled,
    Statement,
    agreed,
    beside,
    component,
    narrower_date,
    newest,
    set_aside,
    statement,
)
from nelm_fhir.profile.assemble.tumors import Tumors
from nelm_fhir.profile.assemble.unplaced import CONTRADICTORY_PATHOLOGY
from nelm_fhir.profile.candidate import Specimen
from nelm_fhir.profile.findings import Finding

_MAY_BE_WORSE: Final = frozenset({Reason.CONFLICTING, Reason.EQUIVOCAL})


_POOR: Final = "poor"
_HIGHEST: Final = "G3"


class _Whose(Enum):
    """Of which tumor the tissue is: of this one, or of any in the record."""

    OURS = "ours"
    ANY = "any"


@dataclass(slots=True)
class _Shared:
    """What the specimens of one record are judged with."""

    gathered: Gathered
    tumors: Tumors
    origins: Origins
    graded: list[Graded]


def specimens(gathered: Gathered, tumors: Tumors) -> dict[str, Any]:
    """Return the specimens of this tumor, by id."""
    own = [t for t in tissues(gathered) if not _is_of_another(gathered, tumors, t)]
    dated = [(tissue, _known_day(_date(gathered, tissue))) for tissue in own]
    graded = net_grades(gathered, tumors, dated)
    shared = _Shared(gathered, tumors, Origins.of(gathered, tumors), graded)
    ids = readable_ids(tissue.key for tissue in own)
    return {ids[tissue.key]: _specimen(shared, tissue) for tissue in own}


def _is_of_another(gathered: Gathered, tumors: Tumors, tissue: Tissue) -> bool:
    """Whether the specimen is linked to another malignancy and not to this one."""
    others = {finding.key for finding in tumors.others}
    linked = {key for f in tissue.everything for key in (f.key, *f.links.focus)}
    ours = any(tumors.named_by(finding) is not None for finding in tissue.everything)
    if ours or others.isdisjoint(linked):
        return False
    gathered.report("specimen-of-another-tumor", tissue.found[0])
    return True


def _may_be_of_another(tumors: Tumors, tissue: Tissue, origin: Settled) -> bool:
    """Whether neither a link nor a place tells of which malignancy it is (terminology 2.7)."""
    ours = any(tumors.named_by(finding) is not None for finding in tissue.everything)
    return bool(tumors.others) and not ours and origin.value is None


def _known_day(settled: Settled) -> DaySpan | None:
    return settled.value if isinstance(settled.value, DaySpan) else None


# --- the date -------------------------------------------------------------------------------------


def _date(gathered: Gathered, tissue: Tissue) -> Settled:
    """Return the day the tissue was taken, as far as anything tells it."""
    collected = newest(_days(tissue.source), narrower_date)
    if collected.value is not None or collected.reason is Reason.CONFLICTING:
        return collected
    current = [finding for finding in tissue.found if not gathered.is_future(finding)]
    observed = _spanning(_days(current or tissue.found))
    return observed or _spanning(_days(tissue.reports)) or Settled()


def _days(findings: list[Finding]) -> list[Statement]:
    return [
        Statement(finding.day, (finding.evidence,))
        for finding in findings
        if finding.day is not None
    ]


def _spanning(days: list[Statement]) -> Settled | None:
    """Return the date that all agree on, else the span from the first to the last of them."""
    if not days:
        return None
    settled = newest(days, narrower_date)
    if settled.value is not None:
        return settled
    spans = [item.value for item in days if isinstance(item.value, DaySpan)]
    whole = DaySpan(min(s.earliest for s in spans), max(s.latest for s in spans))
    return Settled(whole, tuple(days))


# --- the values -----------------------------------------------------------------------------------


def _specimen(shared: _Shared, tissue: Tissue) -> dict[str, Any]:
    gathered = shared.gathered
    draft = Draft(Specimen)
    dated = _date(gathered, tissue)
    draft.put("date", dated)
    horizon = _horizon(gathered, tissue, _known_day(dated))
    origin = shared.origins.origin(tissue, horizon)
    draft.put("origin", origin)
    known = [f for f in tissue.found if f.day is None or f.day.earliest <= horizon]
    tissue = replace(tissue, found=known)
    whose = _Whose.ANY if _may_be_of_another(shared.tumors, tissue, origin) else _Whose.OURS
    _put_index_values(draft, tissue, horizon, whose)
    _put_typing(
        gathered,
        draft,
        tissue,
        {
            "histology": histology(gathered, shared.tumors, tissue, shared.graded, horizon),
            "differentiation": _differentiation(tissue, horizon, whose),
            "reported_grade": _reported_grade(tissue, horizon),
        },
    )
    draft.put("material", _told(tissue, "specimen-material", horizon))
    draft.put("who_edition", _told(tissue, "who-edition", horizon))
    return draft.record()


def _put_typing(
    gathered: Gathered, draft: Draft, tissue: Tissue, typing: Mapping[str, Settled]
) -> None:
    """Write what the tissue is; where statements contradict each other or may not hold, say so.

    One of them may be a carcinoma, and dropping it would drop that, too.
    """
    for key, settled in typing.items():
        draft.put(key, settled)
    if any(settled.reason in _MAY_BE_WORSE for settled in typing.values()):
        gathered.report(CONTRADICTORY_PATHOLOGY, tissue.found[0])


def _horizon(gathered: Gathered, tissue: Tissue, day: DaySpan | None) -> date:
    """Return the last day on which a result counts.

    A result that became known after the evaluation date is left out, unless the specimen itself is
    dated later, which then says so (rules 9.1).
    """
    if day is not None and day.earliest > gathered.as_of:
        return date.max
    for finding in tissue.found:
        if gathered.is_future(finding):
            gathered.report("future-dated", finding)
    return gathered.as_of


def _put_index_values(draft: Draft, tissue: Tissue, horizon: date, whose: _Whose) -> None:
    doubted = whose is _Whose.ANY
    ki67 = (f for f in tissue.found if f.element == KI67)
    mitoses = (f for f in tissue.found if f.element == MITOSES)
    draft.put("ki67_text", index_text(ki67, doubted=doubted))
    draft.put("cells_counted", _told(tissue, "cells-counted", horizon))
    draft.put("mitoses_text", index_text(mitoses, doubted=doubted))


def _differentiation(tissue: Tissue, horizon: date, whose: _Whose) -> Settled:
    """Return the differentiation; poor, and perhaps of another malignancy, contradicts itself."""
    settled = _told(tissue, "differentiation", horizon)
    if whose is _Whose.OURS or settled.value != _POOR:
        return settled
    aside = settled.aside + set_aside(settled.used, Reason.CONFLICTING)
    return Settled(aside=aside, reason=Reason.CONFLICTING)


def _reported_grade(tissue: Tissue, horizon: date) -> Settled:
    """Return the WHO grade; a grade of unknown scale is evidence and contradicts none.

    Except that one which is high on every scale contradicts G1 and G2.
    """
    told = _statements(tissue, "reported-grade")
    known = {item.value for item in told if not isinstance(item.value, Unknown)}
    silent = {Reason.MAP_NOT_EXACT} | ({Reason.EQUIVOCAL} if known == {_HIGHEST} else set())
    beside_it = [i for i in told if isinstance(i.value, Unknown) and i.value.reason in silent]
    if not known or not beside_it:
        return _settled(told, horizon)
    counted = [item for item in told if item not in beside_it]
    return _settled(counted, horizon).beside_it(aside=set_aside(beside_it))


def _told(tissue: Tissue, element: str, horizon: date) -> Settled:
    """Return what findings of an element, or components of that name, say of the specimen."""
    return _settled(_statements(tissue, element), horizon)


def _statements(tissue: Tissue, element: str) -> list[Statement]:
    own = [statement(finding) for finding in tissue.found if finding.element == element]
    return own + [item for finding in tissue.everything for item in component(finding, element)]


def _settled(told: list[Statement], horizon: date) -> Settled:
    return beside(told, horizon) if told else agreed([])
