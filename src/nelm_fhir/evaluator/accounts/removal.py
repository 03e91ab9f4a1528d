"""How the removal of the primary tumor is told: resection, margin, lymph nodes (rules 7.2)."""

from collections.abc import Callable, Sequence
from typing import Final

from nelm_fhir.assessment.told import Fact, Term, Told
from nelm_fhir.core.dates import DaySpan
from nelm_fhir.core.logic import MET, NOT_MET, UNKNOWN, Status, all_of
from nelm_fhir.core.unknown import Reason
from nelm_fhir.evaluator import facts
from nelm_fhir.evaluator.account import Account, Filling, absent, account, reason_term, say, teller
from nelm_fhir.evaluator.accounts.site import NO_PRIMARY, deciding
from nelm_fhir.evaluator.definitions.primary import R0, R1, R2, RX
from nelm_fhir.evaluator.judgment import Judgment
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.criteria import Ask
from nelm_fhir.profile.candidate import Primary
from nelm_fhir.profile.provenance import reason

Said = tuple[Status, Told]
Part = Callable[[View, Primary, Fact], Said]
MARGIN: Final = "primary date margin"
RESECTED: Final = {"removed": MARGIN}
NOT_RESECTED: Final = {
    "never-found": "",
    "not-resected": "primary",
    "residual": "primary date",
}
OPEN: Final = {
    NO_PRIMARY: "",
    "none": "primary",
    "unclear": "primary why",
    "future": "primary date",
}
OPEN_MARGIN: Final = {
    "no-margin": "primary date",
    "unclear-margin": "primary date why",
    "margin-unassessed": MARGIN,
}
OPEN_NODES: Final = {"no-nodes": "primary", "unclear-nodes": "primary why"}
NO_NODES: Final = {"without-nodes": "primary"}


@teller("removed", met={**RESECTED, "resected": "primary date"}, not_met=NOT_RESECTED, unknown=OPEN)
def removed(view: View, _ask: Ask, judged: Judgment) -> Account:
    """Tell the resection of every primary that decides."""
    return _told(view, judged, [_resected])


@teller(
    "curatively-removed",
    met=RESECTED,
    not_met=NOT_RESECTED,
    unknown={**OPEN, **OPEN_MARGIN, "margin-open": MARGIN},
)
def curatively_removed(view: View, _ask: Ask, judged: Judgment) -> Account:
    """Tell resection and margin; a margin is judged only where the resection is certain."""
    return _told(view, judged, [_resected_clear])


@teller(
    "radically-removed",
    met={"removed-with-nodes": MARGIN},
    not_met={**NOT_RESECTED, "margin-fails": MARGIN, **NO_NODES},
    unknown={**OPEN, **OPEN_MARGIN, **OPEN_NODES},
)
def radically_removed(view: View, _ask: Ask, judged: Judgment) -> Account:
    """Tell resection, margin and lymphadenectomy."""
    return _told(view, judged, [_resected, _strictly_clear, _with_nodes])


@teller(
    "nodes-removed",
    met={"nodes-done": "primary"},
    not_met={**NOT_RESECTED, **NO_NODES},
    unknown={NO_PRIMARY: "", **OPEN_NODES},
)
def nodes_removed(view: View, _ask: Ask, judged: Judgment) -> Account:
    """Tell lymphadenectomy, or that the primary itself was not removed."""
    return _told(view, judged, [_nodes_of_removed])


@teller(
    "no-simultaneous-resection",
    not_met={"planned": "primary"},
    not_applicable={"not-planned": ""},
)
def no_simultaneous_resection(view: View, _ask: Ask, _judged: Judgment) -> Account:
    """Tell a resection that is planned for the time of transplantation."""
    planned = [
        facts.primary(view, key)
        for key, primary in sorted(view.profile.primaries.items())
        if primary.resection.planned_at_lt
    ]
    told = [say("planned", primary=fact) for fact in planned] or [say("not-planned")]
    return account(told, planned)


def _told(view: View, judged: Judgment, parts: Sequence[Part]) -> Account:
    def tell(primary: Primary, fact: Fact) -> tuple[Status, list[Told]]:
        return _joined([part(view, primary, fact) for part in parts])

    return deciding(view, judged, tell)


def _joined(parts: Sequence[Said]) -> tuple[Status, list[Told]]:
    """Return what decides of one primary; while it is not removed, nothing else needs saying."""
    status = all_of(status for status, _ in parts)
    those = [told for its, told in parts if its is status]
    if status is MET:
        return status, those[-1:]
    return status, those[:1] if parts[0][0] is status else those


def _resected(view: View, primary: Primary, fact: Fact) -> Said:
    resection = primary.resection
    if primary.site == view.tables.sites.unknown_primary:
        return NOT_MET, say("never-found")
    if resection.performed is False:
        return NOT_MET, say("not-resected", primary=fact)
    if resection.margin == R2:
        return NOT_MET, say("residual", primary=fact, date=resection.date)
    if resection.performed and resection.margin is None:
        return MET, say("resected", primary=fact, date=resection.date)
    if resection.performed:
        return MET, say("removed", primary=fact, date=resection.date, margin=_margin(primary))
    return UNKNOWN, _not_documented(primary, fact)


def _not_documented(primary: Primary, fact: Fact) -> Told:
    planned = fact.value("date")
    if fact.value("performed") is True and isinstance(planned, DaySpan):
        return say("future", primary=fact, date=planned)
    told = absent(reason(primary.resection, "performed"))
    return say(told.case, primary=fact, **told.words)


def _margin(primary: Primary) -> Term:
    """Return the margin, which must be documented."""
    return Term("resection.with-margin", str(primary.resection.margin))


def _resected_clear(view: View, primary: Primary, fact: Fact) -> Said:
    basic = _resected(view, primary, fact)
    return _clear(primary, fact) if basic[0] is MET else basic


def _clear(primary: Primary, fact: Fact) -> Said:
    resection = primary.resection
    words: Filling = {"primary": fact, "date": resection.date}
    if resection.margin == R0:
        return MET, say("removed", **words, margin=_margin(primary))
    if resection.margin is None:
        why = reason(resection, "margin")
        if why is Reason.NO_RECORD:
            return UNKNOWN, say("no-margin", **words)
        return UNKNOWN, say("unclear-margin", **words, why=reason_term(why))
    case = "margin-unassessed" if resection.margin == RX else "margin-open"
    return UNKNOWN, say(case, **words, margin=_margin(primary))


def _strictly_clear(_view: View, primary: Primary, fact: Fact) -> Said:
    if primary.resection.margin == R1:
        words: Filling = {"primary": fact, "date": primary.resection.date}
        return NOT_MET, say("margin-fails", **words, margin=_margin(primary))
    return _clear(primary, fact)


def _with_nodes(_view: View, primary: Primary, fact: Fact) -> Said:
    status, told = _nodes(primary, fact)
    if status is not MET:
        return status, told
    words: Filling = {"primary": fact, "date": primary.resection.date, "margin": _margin(primary)}
    return MET, say("removed-with-nodes", **words)


def _nodes_of_removed(view: View, primary: Primary, fact: Fact) -> Said:
    basic = _resected(view, primary, fact)
    return basic if basic[0] is NOT_MET else _nodes(primary, fact)


def _nodes(primary: Primary, fact: Fact) -> Said:
    resection = primary.resection
    if resection.lymphadenectomy is not None:
        case = "nodes-done" if resection.lymphadenectomy else "without-nodes"
        return (MET if resection.lymphadenectomy else NOT_MET), say(case, primary=fact)
    why = reason(resection, "lymphadenectomy")
    if why is Reason.NO_RECORD:
        return UNKNOWN, say("no-nodes", primary=fact)
    return UNKNOWN, say("unclear-nodes", primary=fact, why=reason_term(why))
