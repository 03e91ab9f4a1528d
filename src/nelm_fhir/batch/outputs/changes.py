"""Which verdicts differ from the last run, in the order of patients and sets.

In: two runs of a ledger, both read by patient id. Out: one Change per patient and set; what is
behind it is found by `causes.py`. A set that only one of the runs judged has not changed. The
deceased have no verdict.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import msgspec
from msgspec import Struct

from nelm_fhir.batch.outcome import JUDGED
from nelm_fhir.ledger.patients import Standing, standings
from nelm_fhir.ledger.runs import Run
from nelm_fhir.ledger.store import Ledger
from nelm_fhir.report.worklist_line import SetLine, decoded


class Behind(StrEnum):
    """What a change of a verdict is owed to."""

    NEW = "new-patient"
    GONE = "no-longer-there"
    DECEASED = "deceased"
    NOT_ASSESSED = "not-assessed"
    RULES = "rules"
    OPTIONS = "options"
    TIME = "time"
    DATA = "data"


class Fate(StrEnum):
    """What became of a resource version that a criterion rests on."""

    APPEARED = "appeared"
    CHANGED = "changed"
    VANISHED = "vanished"


class Datum(Struct, frozen=True):
    """A resource that appeared, changed or vanished, and the criteria that look at it."""

    resource: str
    fate: Fate
    version_before: str | None
    version: str | None
    recorded: str | None
    criteria: tuple[str, ...]


class Turned(Struct, frozen=True):
    """A criterion whose answer is another one; `running` is a waiting time that has not ended."""

    id: str
    label: str
    before: str
    reason_before: str | None
    after: str
    reason: str | None


class Change(Struct, frozen=True):
    """A verdict that differs; None where there is or was none."""

    patient: str
    set: str
    title: str
    version_before: str | None
    version: str | None
    before: str | None
    after: str | None
    as_of_before: str
    as_of: str
    behind: tuple[Behind, ...]
    criteria: tuple[Turned, ...] = ()
    data: tuple[Datum, ...] = ()


class Why(Struct, frozen=True):
    """What is behind a change, and where it shows."""

    behind: tuple[Behind, ...]
    criteria: tuple[Turned, ...] = ()
    data: tuple[Datum, ...] = ()


Explain = Callable[[Standing, Standing, str], Why]
"""Says why a verdict differs, for a patient whom both runs judged, and one set."""
KEPT: Final = 201
"""Changes that are held: one more than a page shows, so that it can tell that there are more."""
_NONE: Final[Mapping[str, SetLine]] = {}
_ABSENT: Final = Standing("", "", "", deceased=False, line=b"")


def changes(ledger: Ledger, before: Run, after: Run, explain: Explain) -> Iterator[Change]:
    """Yield every verdict of the later run that differs from the earlier one."""
    judged = _sets(before) & _sets(after)
    for was, now in _pairs(ledger, before, after):
        if was.line == now.line and was.deceased == now.deceased:
            continue
        old, new = _verdicts(was), _verdicts(now)
        for name, line in {**old, **new}.items():
            one, other = old.get(name), new.get(name)
            if name not in judged or _verdict(one) == _verdict(other):
                continue
            why = explain(was, now, name) if one and other else Why((_fate(now),))
            yield Change(
                patient=now.patient or was.patient,
                set=name,
                title=line.title,
                version_before=one.version if one else None,
                version=other.version if other else None,
                before=_verdict(one),
                after=_verdict(other),
                as_of_before=before.asked.as_of.isoformat(),
                as_of=after.asked.as_of.isoformat(),
                behind=why.behind,
                criteria=why.criteria,
                data=why.data,
            )


@dataclass(slots=True)
class Changed:
    """Counts changes as they pass by, and keeps the first for those who are shown no more."""

    first: list[Change] = field(default_factory=list)
    _causes: Counter[Behind] = field(default_factory=Counter)

    def passing(self, every: Iterable[Change]) -> Iterator[Change]:
        """Yield the changes as they are, each counted."""
        for change in every:
            self._causes.update(change.behind)
            if len(self.first) < KEPT:
                self.first.append(change)
            yield change

    def by_cause(self) -> dict[str, int]:
        """Return how many verdicts differ, by what is behind; one with two causes counts twice."""
        return {str(one): self._causes[one] for one in Behind if self._causes[one]}


def encoded(change: Change) -> bytes:
    """Return the change as JSON without line end."""
    return msgspec.json.encode(change)


def _pairs(ledger: Ledger, before: Run, after: Run) -> Iterator[tuple[Standing, Standing]]:
    """Yield where each patient stood in both runs; who is in one of them only is absent there."""
    old, new = standings(ledger, before), standings(ledger, after)
    was, now = next(old, None), next(new, None)
    while was or now:
        if now is None or (was is not None and was.patient < now.patient):
            yield was or _ABSENT, _ABSENT
            was = next(old, None)
        elif was is None or now.patient < was.patient:
            yield _ABSENT, now
            now = next(new, None)
        else:
            yield was, now
            was, now = next(old, None), next(new, None)


def _sets(run: Run) -> frozenset[str]:
    return frozenset(run.asked.options["sets"])


def _verdicts(standing: Standing) -> Mapping[str, SetLine]:
    if standing.deceased or not standing.line:
        return _NONE
    return {one.set: one for one in decoded(standing.line).verdicts}


def _verdict(line: SetLine | None) -> str | None:
    return None if line is None else line.verdict


def _fate(now: Standing) -> Behind:
    """Return why there is a verdict in one of the runs only."""
    if now is _ABSENT:
        return Behind.GONE
    if now.deceased:
        return Behind.DECEASED
    if now.state != JUDGED:
        return Behind.NOT_ASSESSED
    return Behind.NEW
