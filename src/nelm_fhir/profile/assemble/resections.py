"""The resection of each primary: done or not, its day, margin, nodes (table Assembly, resection).

In: Procedures and attested entries, margins, lymphadenectomies, node counts. Out: one draft per
tumor. The latest completed resection counts; margin and nodes are those linked to it, else the
latest stated of this tumor on or after its day. A margin of either kind that differs from the other
conflicts: neither the signed R0 nor the R1 of the pathologist may vanish.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from nelm_fhir.core.dates import DaySpan, before
from nelm_fhir.core.logic import MET, NOT_MET
from nelm_fhir.core.unknown import Reason, Unknown
from nelm_fhir.profile.assemble.acts import done
from nelm_fhir.profile.assemble.draft import Draft
from nelm_fhir.profile.assemble.gathered import Gathered
from nelm_fhir.profile.assemble.margins import margin
from nelm_fhir.profile.assemble.resection_links import (
    ACT,
    COUNT,
    DATE,
    INVOLVED,
    MARGIN,
    NODE_STAGE,
    NODES,
    About,
    is_count_of_nodes,
    parts_by_tumor,
)
from nelm_fhir.profile.assemble.statements import (
    SILENT,
    Settled,
    Statement,
    beside,
    component,
    latest,
    latest_or_future,
    narrower_date,
    newest,
    parted,
    said,
    set_aside,
    statement,
    together,
)
from nelm_fhir.profile.assemble.tumors import Tumors
from nelm_fhir.profile.candidate import Resection
from nelm_fhir.profile.findings import Finding

_LEFT: Final = "R2"


class _Operation(Struct, frozen=True):
    """The resection that counts: its day, and the resources that are or describe it."""

    day: Settled
    keys: frozenset[str]
    other_keys: frozenset[str]


def resections(gathered: Gathered, tumors: Tumors) -> dict[str, Draft]:
    """Return the resection of each tumor, by the tumor's name."""
    parts = parts_by_tumor(gathered, tumors)
    return {name: _resection(gathered, about) for name, about in parts.items()}


def _resection(gathered: Gathered, about: About) -> Draft:
    draft = Draft(Resection)
    performed = _performed(gathered, about)
    planned = _components(_entries(about), "planned-at-transplantation")
    draft.put("planned_at_lt", latest(planned, gathered.as_of))
    if performed.value is not False:
        operation = _operation(gathered, about)
        status = _margin(gathered, about, operation)
        performed = _unless_left(performed, status, about)
        draft.put("date", operation.day)
        draft.put("margin", status)
        draft.put("lymphadenectomy", _nodes(gathered, about, operation))
        draft.put("pn", _node_stage(gathered, about, operation))
    draft.put("performed", performed)
    return draft


def _entries(about: About) -> list[Finding]:
    """Return the attested entries; they may state components alone."""
    return [finding for finding in about.acts if finding.attested]


def _components(findings: Iterable[Finding], code: str) -> list[Statement]:
    return [item for finding in findings for item in component(finding, code)]


# --- done or not, and when ------------------------------------------------------------------------


def _performed(gathered: Gathered, about: About) -> Settled:
    acts = [replace(statement(f), day=f.day or _stated_date(f)) for f in about.acts]
    return about.against_unlinked(done(acts, gathered.as_of), ACT)


def _stated_date(finding: Finding) -> DaySpan | None:
    stated = finding.components.get(DATE)
    return stated if isinstance(stated, DaySpan) else None


def _operation(gathered: Gathered, about: About) -> _Operation:
    """Return the latest completed resection; a future one only where there is no other."""
    completed = [f for f in about.acts if not f.attested and said(f) is True]
    entries = [f for f in _entries(about) if said(f) is not False]
    seen, later = parted(_dates(completed), gathered.as_of)
    coded = newest(seen or later, narrower_date)
    entered = latest_or_future(_components(entries, DATE), gathered.as_of)
    day = together(coded, entered, finer=narrower_date)
    chosen = [f for f in completed if _can_be(f, day)] + entries
    keys = {key for f in chosen for key in (f.key, *f.links.studies)}
    keys |= {f.key for f in completed if not keys.isdisjoint(f.links.studies)}
    return _Operation(day, frozenset(keys), frozenset({f.key for f in completed} - keys))


def _dates(completed: Sequence[Finding]) -> list[Statement]:
    """Return the day of each Procedure; an undated one beside dated ones may be the last."""
    dated = {f.key for f in completed if f.day is not None}
    parts = {key for f in completed if f.day is not None for key in f.links.studies}
    dates = []
    for finding in completed:
        own = dated.isdisjoint(finding.links.studies) and finding.key not in parts
        vague = Reason.DATE_TOO_VAGUE if dated and own else Reason.NO_RECORD
        dates.append(replace(statement(finding), value=finding.day or Unknown(vague)))
    return dates


def _can_be(finding: Finding, day: Settled) -> bool:
    """Whether the Procedure can be the resection of that day."""
    if finding.day is None or not isinstance(day.value, DaySpan):
        return True
    return finding.day.latest >= day.value.earliest


# --- margin and nodes -----------------------------------------------------------------------------


def _margin(gathered: Gathered, about: About, operation: _Operation) -> Settled:
    linked, later = _parted(about, operation, (MARGIN, INVOLVED))
    stated = _components(_current(about, operation), MARGIN)
    own = margin(linked, stated, gathered.as_of)
    others = margin(later, (), gathered.as_of)
    settled = own if _agrees(others, own) else together(own, others)
    if own.value is None and own.reason is None:
        settled = others
    doubtful = _components(about.doubtful, MARGIN)
    perhaps = margin(_perhaps(about, operation, (MARGIN, INVOLVED)), doubtful, gathered.as_of)
    if settled.value is not None and not _agrees(perhaps, settled):
        settled = together(settled, perhaps)
    return about.against_unlinked(settled, MARGIN)


def _agrees(other: Settled, settled: Settled) -> bool:
    """Whether another side says the same, or nothing that could speak against it."""
    silent = other.value is None and other.reason in {None, *SILENT}
    return silent or other.value == settled.value


def _unless_left(performed: Settled, status: Settled, about: About) -> Settled:
    """Return conflict where one of several margins is R2: then it is open what was removed."""
    told = [said(f) for f in about.statements.get(MARGIN, ())]
    told += [item.value for item in _components(about.acts, MARGIN)]
    if status.reason is not Reason.CONFLICTING or _LEFT not in told:
        return performed
    aside = performed.aside + set_aside(performed.used, Reason.CONFLICTING) + status.aside
    return Settled(aside=tuple(dict.fromkeys(aside)), reason=Reason.CONFLICTING)


def _nodes(gathered: Gathered, about: About, operation: _Operation) -> Settled:
    linked, later = _parted(about, operation, (NODES, COUNT))
    stated = _components(_current(about, operation), NODES)
    settled = beside([*stated, *_removed(linked)], gathered.as_of)
    if settled.value is None and settled.reason is None:
        settled = latest(_removed(later), gathered.as_of)
    return about.against_unlinked(settled, NODES)


def _current(about: About, operation: _Operation) -> list[Finding]:
    """Return the acts that are or describe the operation, not those before it or not done."""
    acts = (finding for finding in about.acts if said(finding) is not False)
    return [finding for finding in acts if finding.key not in operation.other_keys]


def _removed(findings: Iterable[Finding]) -> list[Statement]:
    """Return what shows that nodes were removed: the act itself, or a count of nodes."""
    acts = [replace(statement(f), value=True) for f in findings if is_count_of_nodes(f)]
    return acts + [statement(f) for f in findings if f.element == NODES]


def _node_stage(gathered: Gathered, about: About, operation: _Operation) -> Settled:
    linked, later = _parted(about, operation, (NODE_STAGE,))
    return latest([statement(f) for f in linked or later], gathered.as_of)


def _parted(
    about: About, operation: _Operation, elements: tuple[str, ...]
) -> tuple[list[Finding], list[Finding]]:
    """Part the statements into those linked to the operation and others on or after its day."""
    findings = [f for element in elements for f in about.statements.get(element, ())]
    linked = [f for f in findings if _belongs(f, operation.keys)]
    return linked, [f for f in _free(about, operation, elements) if _not_before(f, operation)]


def _perhaps(about: About, operation: _Operation, elements: tuple[str, ...]) -> list[Finding]:
    """Return the statements whose date leaves open whether they are of the operation.

    They show nothing, but what they say against it must not be lost (I12).
    """
    free = [f for f in _free(about, operation, elements) if not _not_before(f, operation)]
    return [f for f in free if not _is_before(f, operation)]


def _free(about: About, operation: _Operation, elements: tuple[str, ...]) -> list[Finding]:
    """Return the statements that are linked to no operation."""
    keys = operation.keys | operation.other_keys
    findings = (f for element in elements for f in about.statements.get(element, ()))
    return [f for f in findings if not _belongs(f, keys)]


def _is_before(finding: Finding, operation: _Operation) -> bool:
    """Whether it was certainly stated before the day of the operation."""
    day = operation.day.value
    if finding.day is None or not isinstance(day, DaySpan):
        return False
    return before(finding.day, day) is MET


def _belongs(finding: Finding, keys: frozenset[str]) -> bool:
    return finding.key in keys or not keys.isdisjoint(finding.links.studies)


def _not_before(finding: Finding, operation: _Operation) -> bool:
    """Whether it was stated on or after the day; without a day, whether it can be of no other."""
    day = operation.day.value
    if isinstance(day, DaySpan) and finding.day is not None:
        return before(finding.day, day) is NOT_MET
    if isinstance(day, DaySpan):
        return not operation.other_keys
    return operation.day.reason in {None, Reason.NO_RECORD} and not operation.other_keys
