"""The primary tumor: its site and its removal (rules 7). Every primary must qualify."""

from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from nelm_fhir.core.evidence import Evidence
from nelm_fhir.core.logic import MET, NOT_MET, UNKNOWN, Status
from nelm_fhir.core.unknown import NotApplicable, Reason
from nelm_fhir.evaluator.definition import THREE, definition
from nelm_fhir.evaluator.judgment import Judgment, all_met, not_applicable, unique, unknown
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.criteria import Ask
from nelm_fhir.profile.candidate import Primary, Resection
from nelm_fhir.profile.provenance import reason, set_aside, sources

R0: Final = "R0"
R1: Final = "R1"
R2: Final = "R2"
RX: Final = "RX"
PANCREATIC_HEAD: Final = "pancreas-head"
COLUMNS: Final = ("gep", "portal", "m07-range", "optn-sitex", "b-sitex")

One = Callable[[View, str, Primary], Judgment]


def every_primary(view: View, judge: One, *lacking: str) -> Judgment:
    """Judge each primary and join; without any primary documented nothing is known."""
    primaries = sorted(view.profile.primaries.items())
    if not primaries:
        return _undocumented(view, lacking)
    return all_met([judge(view, key, primary) for key, primary in primaries])


def _undocumented(view: View, lacking: tuple[str, ...]) -> Judgment:
    """Return unknown; what was read of the site of a tumor that nothing else is known of is why."""
    paths = tuple(f"primaries.<id>.{key}" for key in lacking)
    if "site" not in lacking:
        return unknown(Reason.NO_RECORD, *paths)
    why, aside = reason(view.profile, "primaries"), set_aside(view.profile, "primaries")
    return Judgment(UNKNOWN, why, set_aside=aside, paths=paths)


def site_status(view: View, column: str) -> Judgment:
    """Return whether every primary qualifies in that column of table 7.1."""
    return every_primary(view, lambda v, key, p: _site(v, key, p, column), "site")


def _site(view: View, key: str, primary: Primary, column: str) -> Judgment:
    path = f"primaries.{key}.site"
    if primary.site is None:
        return Judgment(
            UNKNOWN, reason(primary, "site"), set_aside=set_aside(primary, "site"), paths=(path,)
        )
    evidence = sources(primary, "site")
    row = view.tables.sites.sites.get(primary.site)
    status = UNKNOWN if row is None else row.columns.get(column, UNKNOWN)
    if status is not UNKNOWN:
        return Judgment(status, value=primary.site, observed=primary.site, evidence=evidence)
    why = Reason.SITE_NOT_CLASSIFIED if row is None else row.reason
    return Judgment(
        UNKNOWN, why, value=primary.site, observed=primary.site, evidence=evidence, paths=(path,)
    )


@definition(*THREE, parameters={"column": COLUMNS}, required=("column",))
def primary_site(view: View, ask: Ask) -> Judgment:
    """Every primary qualifies in one column of the site table (7.1)."""
    return site_status(view, str(ask.parameters["column"]))


@definition(*THREE)
def not_pancreatic_head(view: View, _ask: Ask) -> Judgment:
    """No primary lies in the pancreatic head (C-PANC)."""
    return every_primary(view, _outside_head, "site")


def _outside_head(_view: View, key: str, primary: Primary) -> Judgment:
    if primary.site is None:
        return unknown(reason(primary, "site"), f"primaries.{key}.site")
    status = NOT_MET if primary.site == PANCREATIC_HEAD else MET
    return Judgment(status, value=primary.site, evidence=sources(primary, "site"))


def _resection_evidence(resection: Resection, *keys: str) -> tuple[Evidence, ...]:
    return unique(item for key in keys for item in sources(resection, key))


def _in_words(resection: Resection) -> str | None:
    if resection.performed is None:
        return None
    if not resection.performed:
        return "not resected"
    parts = ["resected", str(resection.date) if resection.date else "", resection.margin or ""]
    return " ".join(part for part in parts if part)


def _judged(status: Status, key: str, resection: Resection, lacking: str, *used: str) -> Judgment:
    """Return the judgment on one element of a resection, with its reason if unknown."""
    judged = Judgment(
        status,
        value=_in_words(resection),
        evidence=_resection_evidence(resection, *used),
        set_aside=set_aside(resection, lacking),
    )
    if status is not UNKNOWN:
        return judged
    path = f"primaries.{key}.resection.{lacking}"
    return replace(judged, reason=reason(resection, lacking), paths=(path,))


def _removed(view: View, key: str, primary: Primary) -> Judgment:
    resection = primary.resection
    if primary.site == view.tables.sites.unknown_primary:
        return Judgment(NOT_MET, value="unknown primary", evidence=sources(primary, "site"))
    if resection.margin == R2 or resection.performed is False:
        status = NOT_MET
    else:
        status = MET if resection.performed else UNKNOWN
    return _judged(status, key, resection, "performed", "performed", "date", "margin")


def removal(view: View) -> Judgment:
    """Return whether every primary is *removed* (7.2)."""
    return every_primary(view, _removed, "resection.performed")


@definition(*THREE)
def removed(view: View, _ask: Ask) -> Judgment:
    """Every primary resected on or before the evaluation date, margin not R2 (7.2)."""
    return removal(view)


@definition(*THREE)
def curatively_removed(view: View, _ask: Ask) -> Judgment:
    """Every primary *removed* with R0 (7.2)."""
    return every_primary(view, _curatively, "resection.performed", "resection.margin")


def _curatively(view: View, key: str, primary: Primary) -> Judgment:
    basic = _removed(view, key, primary)
    if basic.status is not MET:
        return basic
    return _margin(key, primary.resection)


def _margin(key: str, resection: Resection) -> Judgment:
    status = MET if resection.margin == R0 else UNKNOWN
    judged = _judged(status, key, resection, "margin", "performed", "date", "margin")
    if resection.margin is None or status is MET:
        return judged
    # R1 is neither curative nor certainly not; only a person can say which (POL-16)
    why = Reason.RECORDED_AS_UNKNOWN if resection.margin == RX else Reason.AWAITING_JUDGMENT
    return Judgment(UNKNOWN, why, value=judged.value, evidence=judged.evidence, paths=judged.paths)


@definition(*THREE)
def radically_removed(view: View, _ask: Ask) -> Judgment:
    """Every primary *removed* with R0 and lymphadenectomy (7.2)."""
    return every_primary(
        view,
        _radically,
        "resection.performed",
        "resection.margin",
        "resection.lymphadenectomy",
    )


def _radically(view: View, key: str, primary: Primary) -> Judgment:
    resection = primary.resection
    margin = _margin(key, resection)
    if resection.margin == R1:
        margin = _judged(NOT_MET, key, resection, "margin", "margin")
    return all_met([_removed(view, key, primary), margin, _nodes(key, resection)])


def _nodes(key: str, resection: Resection) -> Judgment:
    done = resection.lymphadenectomy
    status = UNKNOWN if done is None else (MET if done else NOT_MET)
    judged = _judged(status, key, resection, "lymphadenectomy", "lymphadenectomy")
    words = {MET: "lymphadenectomy done", NOT_MET: "no lymphadenectomy", UNKNOWN: None}
    return replace(judged, value=words[status])


@definition(*THREE)
def nodes_removed(view: View, _ask: Ask) -> Judgment:
    """Lymphadenectomy done with every primary (7.2)."""
    return every_primary(view, _nodes_removed, "resection.lymphadenectomy")


def _nodes_removed(view: View, key: str, primary: Primary) -> Judgment:
    basic = _removed(view, key, primary)
    return basic if basic.status is NOT_MET else _nodes(key, primary.resection)


@definition(NOT_MET, Status.NOT_APPLICABLE)
def no_simultaneous_resection(view: View, _ask: Ask) -> Judgment:
    """No resection of a primary is planned at the time of transplantation (C-SIM)."""
    planned = [p.resection for p in view.profile.primaries.values() if p.resection.planned_at_lt]
    if not planned:
        return not_applicable(NotApplicable.NO_SUCH_EVENT)
    evidence = unique(item for r in planned for item in sources(r, "planned_at_lt"))
    return Judgment(NOT_MET, value="planned at transplantation", evidence=evidence)
