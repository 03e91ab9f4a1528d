"""How the site of the primary tumor is told: where it lies, and what the set makes of that."""

from collections.abc import Callable
from typing import Final

from nelm_fhir.assessment.told import Fact, Recorded, Term, Told
from nelm_fhir.core.logic import MET, NOT_MET, UNKNOWN, Status
from nelm_fhir.evaluator import facts
from nelm_fhir.evaluator.account import Account, absent, account, say, teller
from nelm_fhir.evaluator.definitions.primary import PANCREATIC_HEAD
from nelm_fhir.evaluator.judgment import Judgment
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.criteria import Ask
from nelm_fhir.profile.candidate import Primary
from nelm_fhir.profile.provenance import reason

NO_PRIMARY: Final = "no-primary"
Said = tuple[Status, list[Told]]
NOT_STATED: Final = {"none": "", "unclear": "why", NO_PRIMARY: ""}


@teller(
    "primary-site",
    met={"qualifies": "site quality"},
    not_met={"fails": "site quality", "never-found-fails": ""},
    unknown={
        "open": "site quality",
        "never-found": "quality",
        "unlisted": "site quality",
        **NOT_STATED,
    },
)
def primary_site(view: View, ask: Ask, judged: Judgment) -> Account:
    """Tell the site of every primary that decides."""
    column = str(ask.parameters["column"])
    return deciding(view, judged, lambda primary, _: _site(view, primary, column))


def _site(view: View, primary: Primary, column: str) -> Said:
    if primary.site is None:
        return UNKNOWN, [absent(reason(primary, "site"))]
    sites = view.tables.sites
    row = sites.sites.get(primary.site)
    status = UNKNOWN if row is None else row.columns.get(column, UNKNOWN)
    quality = (Term("quality", f"{column}.{status}"),)
    if row is None:
        return status, [say("unlisted", site=Recorded(primary.site), quality=quality)]
    if primary.site == sites.unknown_primary:
        never_found = say("never-found", quality=quality)
        return status, [say("never-found-fails") if status is NOT_MET else never_found]
    case = {MET: "qualifies", NOT_MET: "fails"}.get(status, "open")
    return status, [say(case, site=Term("primary.site", primary.site), quality=quality)]


@teller(
    "not-pancreatic-head",
    met={"elsewhere": "site"},
    not_met={"head": "site"},
    unknown=NOT_STATED,
)
def not_pancreatic_head(view: View, _ask: Ask, judged: Judgment) -> Account:
    """Tell the site of every primary, as far as it is the pancreatic head or not."""
    return deciding(view, judged, lambda primary, _: _head(primary))


def _head(primary: Primary) -> Said:
    if primary.site is None:
        return UNKNOWN, [absent(reason(primary, "site"))]
    in_head = primary.site == PANCREATIC_HEAD
    site = Term("primary.site", primary.site)
    if in_head:
        return NOT_MET, [say("head", site=site)]
    return MET, [say("elsewhere", site=site)]


def deciding(view: View, judged: Judgment, tell: Callable[[Primary, Fact], Said]) -> Account:
    """Return the account of the primaries that have the status of all of them together."""
    primaries = sorted(view.profile.primaries.items())
    if not primaries:
        return account([say(NO_PRIMARY)], [])
    told: list[Told] = []
    used: list[Fact] = []
    for key, primary in primaries:
        fact = facts.primary(view, key)
        status, sentences = tell(primary, fact)
        if status is judged.status:
            told += sentences
            used.append(fact)
    return account(told, used)
