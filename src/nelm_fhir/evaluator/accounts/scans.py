"""How scans are told: which one shows what, and why one was not used (rules 8.1, 8.2)."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from nelm_fhir.assessment.told import Aside, Fact, Months, Term, Told
from nelm_fhir.core.evidence import Unused
from nelm_fhir.core.logic import MET, NOT_MET
from nelm_fhir.core.unknown import Reason
from nelm_fhir.evaluator import facts
from nelm_fhir.evaluator.account import (
    Account,
    Filling,
    account,
    reason_term,
    say,
    set_aside,
    teller,
)
from nelm_fhir.evaluator.definitions.extrahepatic import OPTN
from nelm_fhir.evaluator.definitions.foci import NEGATIVE
from nelm_fhir.evaluator.definitions.focus_states import accepted
from nelm_fhir.evaluator.definitions.responses import freshness
from nelm_fhir.evaluator.judgment import Judgment
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.criteria import Ask
from nelm_fhir.knowledge.tables import TestFamily
from nelm_fhir.profile.candidate import Scan
from nelm_fhir.profile.provenance import reason

Scans = Sequence[tuple[str, Scan]]
NO_SCAN: Final = {
    "scan-none": "family months",
    "scan-stale": "family months scan",
    "scan-vague": "family months scan",
    "scan-undated": "family months scan",
    "scan-silent": "family months scan",
    "scan-unclear": "family months scan why",
    "scan-other-test": "family months scan",
}
"""Why no scan of a family can be used; one examination settles all of these."""


@teller(
    "reported-scan",
    met={"reported": "scan family months"},
    unknown=NO_SCAN,
)
def reported_scan(view: View, ask: Ask, judged: Judgment) -> Account:
    """Tell the latest fresh scan of the family that has a result, or why there is none."""
    family = view.tables.staging.families[str(ask.parameters["family"])]
    scans = [(key, scan) for key, scan in sorted(view.profile.scans.items())]
    reported = [one for one in scans if accepted(one[1], family) and one[1].extrahepatic_result]
    if judged.status is MET:
        fresh = [one for one in reported if fresh_scan(view, one[1])]
        told = say("reported", scan=facts.scan(view, latest(fresh)), **_words(view, family))
        return account([told], scan_facts(view, fresh), unused(view, family))
    told = no_scan(view, family, reported)
    return account([told], scan_facts(view, reported), unused(view, family))


def no_scan(view: View, family: TestFamily, usable: Scans) -> Told:
    """Tell why no scan of a family can be used, the reason of the best one first.

    `usable` are accepted scans that say what is wanted, whatever their date.
    """
    words = _words(view, family)
    dated = [one for one in usable if one[1].date is not None]
    if dated:
        stale = all(one[1].date and freshness(view, one[1].date) is NOT_MET for one in dated)
        case = "scan-stale" if stale else "scan-vague"
        return say(case, scan=facts.scan(view, latest(dated)), **words)
    if usable:
        return say("scan-undated", scan=facts.scan(view, latest(usable)), **words)
    return _without_result(view, family)


def _without_result(view: View, family: TestFamily) -> Told:
    words = _words(view, family)
    of_family = [one for one in sorted(view.profile.scans.items()) if accepted(one[1], family)]
    silent = [one for one in of_family if one[1].extrahepatic_result is None]
    if silent:
        key = latest(silent)
        why = reason(view.profile.scans[key], "extrahepatic_result")
        fact = facts.scan(view, key)
        if why is Reason.NO_RECORD:
            return say("scan-silent", scan=fact, **words)
        return say("scan-unclear", scan=fact, why=reason_term(why), **words)
    others = list(_of_other_tests(view, family))
    if others:
        return say("scan-other-test", scan=facts.scan(view, others[-1][0]), **words)
    return say("scan-none", **words)


def _of_other_tests(view: View, family: TestFamily) -> Iterator[tuple[str, Scan]]:
    """Yield functional scans with a result that a set does not accept which names the tracers."""
    if family.tracers is None:
        return
    functional = view.tables.staging.families[OPTN]
    for key, scan in sorted(view.profile.scans.items()):
        if scan.extrahepatic_result and accepted(scan, functional) and not accepted(scan, family):
            yield key, scan


def _words(view: View, family: TestFamily) -> Filling:
    months = Months(view.tables.freshness.imaging_months)
    return {"family": Term("family", family.id), "months": months}


def fresh_scan(view: View, scan: Scan) -> bool:
    """Whether the scan has a date and is certainly fresh."""
    return scan.date is not None and freshness(view, scan.date) is MET


def latest(scans: Scans) -> str:
    """Return the key of the latest scan, of an undated one only where all are."""
    days = [(scan.date.latest if scan.date else date.min, key) for key, scan in scans]
    return max(days)[1]


def scan_facts(view: View, scans: Scans) -> list[Fact]:
    """Return the scans as facts."""
    return [facts.scan(view, key) for key, _ in scans]


def unused(view: View, family: TestFamily) -> list[Aside]:
    """Return every scan with a result outside the liver, and why it would not be used."""
    aside = set_aside(
        [facts.scan(view, key) for key in facts.later(view, "scans")], Unused.FUTURE_DATED
    )
    functional = view.tables.staging.families[OPTN]
    for key, scan in sorted(view.profile.scans.items()):
        if scan.extrahepatic_result:
            aside.append(Aside(facts.scan(view, key), _why_unused(view, family, scan)))
        elif accepted(scan, functional):
            aside.append(Aside(facts.scan(view, key), Unused.NO_RESULT))
    return aside


def _why_unused(view: View, family: TestFamily, scan: Scan) -> str:
    if not accepted(scan, family):
        return str(Reason.TEST_NOT_ACCEPTED)
    if scan.date is None:
        return Unused.UNDATED
    fresh = freshness(view, scan.date)
    if fresh is MET:
        negative = scan.extrahepatic_result == NEGATIVE
        return Unused.OUTWEIGHED if negative else Unused.JUDGED_APART
    return str(Reason.TOO_OLD if fresh is NOT_MET else Reason.DATE_TOO_VAGUE)
