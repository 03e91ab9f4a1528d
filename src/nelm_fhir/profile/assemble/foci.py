"""Foci of disease outside the liver (table Assembly, row focus; rules 8.3, 8.4).

In: the register. Out: one draft per focus, and its id by name. First seen is the earliest day; any
firm statement makes a focus confirmed.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec.structs import replace

from nelm_fhir.core.dates import DaySpan
from nelm_fhir.core.reading import Reading
from nelm_fhir.profile.assemble.draft import Draft
from nelm_fhir.profile.assemble.focus_register import (
    ADJUDICATION,
    CLASS,
    UNSPECIFIED,
    Lesion,
    Register,
    is_suspected,
    organ_of,
)
from nelm_fhir.profile.assemble.focus_treatments import focus_treatment
from nelm_fhir.profile.assemble.gathered import Gathered
from nelm_fhir.profile.assemble.statements import (
    Settled,
    Statement,
    beside,
    component,
    known_first,
    latest,
    latest_or_future,
    statement,
)
from nelm_fhir.profile.assemble.tables import Words
from nelm_fhir.profile.candidate import Adjudication, Focus
from nelm_fhir.profile.findings import Finding


def foci(gathered: Gathered, register: Register, ids: dict[str, str]) -> dict[str, Any]:
    """Return the foci by id."""
    return {ids[name]: _focus(gathered, lesion) for name, lesion in register.lesions.items()}


def _focus(gathered: Gathered, lesion: Lesion) -> dict[str, Any]:
    draft = Draft(Focus)
    draft.put("class", _class(gathered, lesion))
    draft.put("organ", _organ(lesion.metastases))
    classed = [f for f in lesion.entries.get(CLASS, ()) if not gathered.is_future(f)]
    draft.put("status", _status(lesion.metastases, classed))
    draft.put("first_seen", first_seen(lesion.metastases))
    treatment, end = focus_treatment(lesion, gathered.as_of)
    draft.put("treatment", treatment)
    draft.put("treatment_end", end)
    entries = lesion.entries.get(CLASS, ())
    removed = [item for f in entries for item in component(f, "removed-with-primary")]
    draft.put("removed_with_primary", latest(removed, gathered.as_of))
    draft.hold("adjudication", _adjudication(gathered, lesion))
    return draft.record()


def _class(gathered: Gathered, lesion: Lesion) -> Settled:
    coded = [item for f in lesion.metastases for item in component(f, CLASS)]
    entries = [statement(finding) for finding in lesion.entries.get(CLASS, ())]
    words = Words(gathered.definitions)
    undated = [replace(item, day=None) for item in coded]
    return beside(known_first([*undated, *entries]), gathered.as_of, words.finer_class)


def _organ(metastases: Sequence[Finding]) -> Settled:
    """Return the organ for people; several names of it stand beside each other."""
    named = [(organ, f) for f in metastases if (organ := organ_of(f)) not in {None, UNSPECIFIED}]
    if not named:
        return Settled()
    organs = "; ".join(sorted({str(organ) for organ, _ in named}))
    return Settled(organs, tuple(statement(finding) for _, finding in named))


def _status(metastases: Sequence[Finding], classed: Sequence[Finding]) -> Settled:
    """Return how firm the focus is; one known by an entry that may not hold does not vanish."""
    firm = [statement(finding) for finding in metastases if not is_suspected(finding)]
    if firm:
        return Settled("confirmed", tuple(firm))
    in_doubt = classed if all(f.reading is Reading.UNKNOWN for f in classed) else ()
    suspected = [statement(finding) for finding in metastases or in_doubt]
    return Settled("suspected", tuple(suspected)) if suspected else Settled()


def first_seen(metastases: Iterable[Finding]) -> Settled:
    """Return the earliest day; of partial dates, the span in which the earliest one must lie."""
    dated = [finding for finding in metastases if finding.day is not None]
    days = [finding.day for finding in dated if finding.day is not None]
    if not days:
        return Settled()
    first = DaySpan(min(day.earliest for day in days), min(day.latest for day in days))
    used = [f for f in dated if f.day is not None and f.day.earliest <= first.latest]
    return Settled(first, tuple(statement(finding) for finding in used))


# --- adjudication ---------------------------------------------------------------------------------


def _adjudication(gathered: Gathered, lesion: Lesion) -> dict[str, Any]:
    """Return the latest judgment; an unsigned one has no effect and replaces no signed one."""
    entries = lesion.entries.get(ADJUDICATION, [])
    counted = [finding for finding in entries if finding.signed] or entries
    settled = latest_or_future([statement(finding) for finding in counted], gathered.as_of)
    draft = Draft(Adjudication)
    draft.put("verdict", settled)
    if settled.value is None:
        return draft.record()
    draft.hold("signed", counted[0].signed)
    draft.hold("by", "; ".join(sorted({i.author for i in settled.used if i.author})) or None)
    draft.put("date", _last_day(settled.used))
    return draft.record()


def _last_day(used: Sequence[Statement]) -> Settled:
    """Return the day of the judgment; of open order, the span in which the last one lies."""
    dated = [item for item in used if item.day is not None]
    days = [item.day for item in dated if item.day is not None]
    if not days:
        return Settled()
    last = DaySpan(max(day.earliest for day in days), max(day.latest for day in days))
    return Settled(last, tuple(dated))
