"""Acts that were done or not: a completed one beats an earlier statement that it was not done.

In: statements with value true or false, dated by the act or, for an attested one, by its day. Out:
whether it was done. Source: table Assembly, row resection; terminology 2.3.
"""

from collections.abc import Sequence
from datetime import date

from nelm_fhir.core.dates import DaySpan, before
from nelm_fhir.core.evidence import Unused
from nelm_fhir.core.logic import MET
from nelm_fhir.core.unknown import Reason
from nelm_fhir.profile.assemble.statements import (
    Settled,
    Statement,
    newest,
    parted,
    set_aside,
)
from nelm_fhir.profile.findings import Finding


def done(statements: Sequence[Statement], as_of: date) -> Settled:
    """Return whether the act was done on or before the evaluation date.

    A future act counts only where nothing else is known: its date then says so.
    """
    seen, later = parted(statements, as_of)
    considered = seen if any(item.speaks for item in seen) else (later or seen)
    yes = [item for item in considered if item.value is True]
    no = [item for item in considered if item.value is False]
    if not yes or not no:
        return newest(considered) if not yes else _with_rest(yes, considered)
    return _weighed(yes, no)


def is_knowable(finding: Finding, as_of: date, date_code: str) -> bool:
    """Whether an act can be entered so that its own date shows what could be known on the day.

    An entry made after the evaluation date about an earlier act could not, and is left out.
    """
    if not finding.attested or finding.day is None or finding.day.earliest <= as_of:
        return True
    stated = finding.components.get(date_code)
    return isinstance(stated, DaySpan) and stated.earliest > as_of


def _with_rest(yes: Sequence[Statement], considered: Sequence[Statement]) -> Settled:
    rest = [item for item in considered if item.value is not True]
    return Settled(value=True, used=tuple(yes), aside=set_aside(rest))


def _weighed(yes: Sequence[Statement], no: Sequence[Statement]) -> Settled:
    if all(any(_earlier(item.day, act.day) for act in yes) for item in no):
        return Settled(value=True, used=tuple(yes), aside=set_aside(no, Unused.SUPERSEDED))
    if all(item.attested for item in yes):
        return newest([*yes, *no])
    return Settled(aside=set_aside([*yes, *no], Reason.CONFLICTING), reason=Reason.CONFLICTING)


def _earlier(first: DaySpan | None, second: DaySpan | None) -> bool:
    return first is not None and second is not None and before(first, second) is MET
