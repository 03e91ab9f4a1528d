"""The five clocks (rules 9.2 to 9.4), each from its own start event, never one shared "6 months".

Within one clock a part that runs is reported before a part that is unknown. The earliest date of
a running clock is computed from the last possible start.
"""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from nelm_fhir.core.dates import DaySpan, add_months, at_least, last_of
from nelm_fhir.core.evidence import Evidence
from nelm_fhir.core.logic import MET, NOT_MET, UNKNOWN
from nelm_fhir.core.unknown import NotApplicable, Reason
from nelm_fhir.evaluator.definition import ANY_STATUS, THREE, definition, months
from nelm_fhir.evaluator.definitions.extrahepatic import FAMILIES, OPTN, RESECTION
from nelm_fhir.evaluator.definitions.focus_states import FocusState, State, staged
from nelm_fhir.evaluator.definitions.primary import removal
from nelm_fhir.evaluator.judgment import Judgment, all_met, not_applicable, running, unknown
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.criteria import Ask
from nelm_fhir.profile.provenance import sources

MONTHS: Final = "mo"
LISTED: Final = "listed"


def elapsed(
    view: View, start: DaySpan, length: int, value: str, evidence: tuple[Evidence, ...] = ()
) -> Judgment:
    """Judge one waiting time of that many months from `start`."""
    status = at_least(start, length, view.as_of)
    if status is NOT_MET:
        judged = running(add_months(start.latest, length), value)
    elif status is UNKNOWN:
        judged = unknown(Reason.DATE_TOO_VAGUE, value=value)
    else:
        judged = Judgment(MET, value=value)
    return replace(judged, evidence=evidence, observed=start)


def _since_primary_resections(view: View, length: int) -> list[Judgment]:
    """Judge the time since every resection of a primary; without a date it is unknown."""
    return [
        _since_resection(view, key, length)
        for key, primary in sorted(view.profile.primaries.items())
        if primary.resection.performed is not False
        and primary.site != view.tables.sites.unknown_primary
    ]


def _since_resection(view: View, key: str, length: int) -> Judgment:
    resection = view.profile.primaries[key].resection
    if not resection.performed or resection.date is None:
        return unknown(Reason.NO_RECORD, f"primaries.{key}.resection.date")
    words = f"primary resected {resection.date}"
    return elapsed(view, resection.date, length, words, sources(resection, "date"))


@definition(*ANY_STATUS, unit=MONTHS)
def observation_clock(view: View, ask: Ask) -> Judgment:
    """Months since the last resection of a primary; not judged while one is not *removed*."""
    if removal(view).status is NOT_MET:
        return not_applicable(NotApplicable.COVERED_BY_ANOTHER_CRITERION)
    return _last_decides(_since_primary_resections(view, months(ask)))


@definition(*THREE, unit=MONTHS)
def resection_clock(view: View, ask: Ask) -> Judgment:
    """Months since the last resection of a primary or of a positive extrahepatic focus (9.4)."""
    length = months(ask)
    foci = [
        part
        for focus in foci_that_count(view)
        for part in _since_focus_resection(view, focus, length)
    ]
    return _last_decides([*_since_primary_resections(view, length), *foci])


def foci_that_count(view: View) -> list[FocusState]:
    """Return the foci whose treatment may start the resection clock."""
    states = staged(view, OPTN).foci
    return [one for one in states if one.focus.positive and one.state is not State.IGNORED]


def _since_focus_resection(view: View, focus: FocusState, length: int) -> list[Judgment]:
    end = focus.focus.treatment_end
    if end is None:
        return []
    if focus.focus.record.treatment == RESECTION:
        evidence = sources(focus.focus.record, "treatment_end")
        part = elapsed(view, end, length, f"focus resected {end}", evidence)
        return [_unless_open(part, focus)]
    deposits = view.tables.staging.deposit_classes
    if focus.focus.disease_class is None or focus.focus.disease_class in deposits:
        # the text speaks of resection; other treatment of a deposit is not covered (POL-33)
        return [unknown(Reason.AWAITING_JUDGMENT, f"extrahepatic.{focus.focus.key}.treatment")]
    return []


def _unless_open(part: Judgment, focus: FocusState) -> Judgment:
    """A clock that would run is unknown while it is open if the focus is ignored (8.4)."""
    if part.running and focus.open_order:
        return unknown(Reason.DATE_TOO_VAGUE, value=part.value)
    return part


def _last_decides(parts: Sequence[Judgment]) -> Judgment:
    if not parts:
        return unknown(Reason.NO_RECORD, "primaries.<id>.resection.date")
    joined = all_met(parts)
    if joined.status is MET and joined.observed is not None:
        starts = [part.observed for part in parts if isinstance(part.observed, DaySpan)]
        return replace(joined, observed=last_of(starts))
    return joined


@definition(*ANY_STATUS, unit=MONTHS, parameters={"family": FAMILIES}, required=("family",))
def node_clock(view: View, ask: Ask) -> Judgment:
    """Months since the end of treatment of every treated node that is not present (9.4)."""
    nodes = treated_nodes(view, str(ask.parameters["family"]))
    if not nodes:
        return not_applicable(NotApplicable.NO_SUCH_EVENT)
    return all_met([_since_node_treatment(view, node, months(ask)) for node in nodes])


def treated_nodes(view: View, family: str) -> list[FocusState]:
    """Return the treated node foci that are not present, ignored or cleared."""
    classes = view.tables.staging.node_classes
    gone = {State.PRESENT, State.IGNORED, State.CLEARED}
    return [
        focus
        for focus in staged(view, family).foci
        if focus.focus.disease_class in classes
        and focus.focus.treatment_end is not None
        and focus.state not in gone
    ]


def _since_node_treatment(view: View, node: FocusState, length: int) -> Judgment:
    end = node.focus.treatment_end
    path = f"extrahepatic.{node.focus.key}.treatment_end"
    if end is None or node.open_order or node.order_unclear:
        return unknown(Reason.DATE_TOO_VAGUE, path)
    part = elapsed(view, end, length, f"node treated until {end}", node.focus.evidence)
    if part.status is MET and node.state is not State.TREATED_ABSENT:
        why = node.reason or Reason.NO_RECORD
        return unknown(why, "scans.<id>.extrahepatic_result", value=part.value)
    return part
