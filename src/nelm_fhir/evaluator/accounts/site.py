"""How the site of the primary tumor is told: where it lies, and what the set makes of that."""

from collections.abc import Sequence
from typing import Final

from nelm_fhir.assessment.told import Recorded, Term, Told
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
    return deciding(view, judged, [_site(view, one, column) for one in _primaries(view)])


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
    return deciding(view, judged, [_head(one) for one in _primaries(view)])


def _head(primary: Primary) -> Said:
    if primary.site is None:
        return UNKNOWN, [absent(reason(primary, "site"))]
    in_head = primary.site == PANCREATIC_HEAD
    site = Term("primary.site", primary.site)
    if in_head:
        return NOT_MET, [say("head", site=site)]
    return MET, [say("elsewhere", site=site)]


def _primaries(view: View) -> list[Primary]:
    return [primary for _, primary in sorted(view.profile.primaries.items())]


def deciding(
    view: View, judged: Judgment, told: Sequence[tuple[Status, Sequence[Told]]]
) -> Account:
    """Return the account of the primaries that have the status of all of them together."""
    keys = sorted(view.profile.primaries)
    if not keys:
        return account([say(NO_PRIMARY)], [])
    those = [
        (facts.primary(view, key), sentences)
        for key, (status, sentences) in zip(keys, told, strict=True)
        if status is judged.status
    ]
    return account([one for _, several in those for one in several], [fact for fact, _ in those])
