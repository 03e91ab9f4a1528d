"""Which of several statements about one value counts (attested-entry section 1).

In: statements with date and carrier. Out: one `Settled`: the value with what it rests on and what
was set aside, or none with the reason. The latest statement counts; where values differ and dates
leave the order open they conflict. A standard code and an attested entry that stand beside each
other agree, or one refines the other, or they conflict.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Final

from msgspec import Struct

from nelm_fhir.core.dates import DaySpan
from nelm_fhir.core.evidence import Evidence, SetAside, Unused
from nelm_fhir.core.reading import Reading
from nelm_fhir.core.unknown import Reason, Unknown
from nelm_fhir.profile.findings import Finding, Value

FUTURE: Final = Unused.FUTURE_DATED
SILENT: Final = frozenset(
    {Reason.NO_RECORD, Reason.RECORDED_AS_UNKNOWN, Reason.CODE_NOT_MAPPED, Reason.TEXT_ONLY}
)
"""Reasons that say nothing against a value stated elsewhere; an unreadable value does."""

Finer = Callable[[Value, Value], bool]
"""Whether the first value says the same as the second, only more exactly."""

_READ_AS: Final = {
    Reading.SUSPECTED: Reason.EQUIVOCAL,
    Reading.UNKNOWN: Reason.EQUIVOCAL,  # may hold, so it is not silent
    Reading.PLANNED: Reason.NO_RECORD,
}


class Statement(Struct, frozen=True):
    """One value as stated, the day it is true of, and whether a person attested it."""

    value: Value | Unknown
    evidence: tuple[Evidence, ...]
    day: DaySpan | None = None
    attested: bool = False
    author: str | None = None

    @property
    def speaks(self) -> bool:
        """Whether it says anything that another value could contradict."""
        return not (isinstance(self.value, Unknown) and self.value.reason in SILENT)


class Settled(Struct, frozen=True):
    """The value that counts, the statements it rests on, and what was set aside."""

    value: Value | None = None
    used: tuple[Statement, ...] = ()
    aside: tuple[SetAside, ...] = ()
    reason: Reason | None = None

    def beside_it(
        self, agreeing: Sequence[Statement] = (), aside: Iterable[SetAside] = ()
    ) -> "Settled":
        """Return the same with statements that agree but are coarser, and more set aside."""
        more = tuple(aside)
        if agreeing and self.value is None:
            more += set_aside(agreeing, self.reason and str(self.reason))
        if not agreeing and not more:
            return self
        used = self.used if self.value is None else (*self.used, *agreeing)
        together = tuple(dict.fromkeys((*self.aside, *more)))
        return Settled(self.value, used, together, self.reason)

    @property
    def is_silent(self) -> bool:
        """Whether there is neither a value, nor a reason, nor anything to show."""
        return self.value is None and self.reason is None and not self.used and not self.aside

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Everything the value rests on, each once."""
        return distinct(item for statement in self.used for item in statement.evidence)


NOTHING_SAID: Final = Settled()


def statement(finding: Finding) -> Statement:
    """Return what the finding itself states, as the gate reads its resource."""
    return _of(finding, said(finding), finding.evidence)


def component(finding: Finding, code: str) -> list[Statement]:
    """Return what a component of the finding states; nothing where it has none."""
    if code not in finding.components:
        return []
    return [_of(finding, finding.components[code], finding.evidence)]


def said(finding: Finding) -> Value | Unknown:
    """Return the value under the reading of its resource (terminology 2.3)."""
    value, reading = finding.value, finding.reading
    if reading in {Reading.ABSENT, Reading.NOT_DONE}:
        return False if isinstance(value, bool) else Unknown()
    if reading in _READ_AS and not isinstance(value, Unknown):
        return Unknown(_READ_AS[reading])
    return value


def _of(finding: Finding, value: Value | Unknown, evidence: Evidence) -> Statement:
    return Statement(value, (evidence,), finding.day, finding.attested, finding.author)


def parted(statements: Iterable[Statement], as_of: date) -> tuple[list[Statement], list[Statement]]:
    """Return the statements that could be known on the day, and those certainly dated later.

    A partial date that reaches beyond the day stays as recorded: the judge cuts it off (rules 9.1).
    """
    seen: list[Statement] = []
    later: list[Statement] = []
    for item in statements:
        is_later = item.day is not None and item.day.earliest > as_of
        (later if is_later else seen).append(item)
    return seen, later


def latest(statements: Iterable[Statement], as_of: date, finer: Finer | None = None) -> Settled:
    """Return the latest value not after the evaluation date; differing ones of open order conflict.

    Where only later statements exist there is no value; they are set aside.
    """
    seen, later = parted(statements, as_of)
    return newest(seen, finer).beside_it(aside=set_aside(later, FUTURE))


def latest_or_future(
    statements: Sequence[Statement], as_of: date, finer: Finer | None = None
) -> Settled:
    """Return the same, and the future value where there is no other, for paths with a date."""
    seen, later = parted(statements, as_of)
    return latest(statements, as_of, finer) if seen else newest(later, finer)


def newest(statements: Sequence[Statement], finer: Finer | None = None) -> Settled:
    """Return the value of the latest statements, or conflict, whatever the evaluation date."""
    if not statements:
        return NOTHING_SAID
    exact, coarse = _refined(statements, finer)
    current, older = _by_order(exact)
    return agreed(current).beside_it(coarse, set_aside(older, Unused.SUPERSEDED))


def beside(statements: Iterable[Statement], as_of: date, finer: Finer | None = None) -> Settled:
    """Return the value that standard codes and attested entries agree on, or conflict.

    For facts that do not change with time: a later entry replaces an earlier one of the same
    carrier, never one of the other.
    """
    everything = list(statements)
    attested = latest([item for item in everything if item.attested], as_of, finer)
    coded = latest([item for item in everything if not item.attested], as_of, finer)
    return together(attested, coded, finer=finer)


def together(*sides: Settled, finer: Finer | None = None) -> Settled:
    """Return what several sides agree on in the end, each side settled by itself, or conflict."""
    heard = [side for side in sides if not side.is_silent]
    if len(heard) <= 1:
        return heard[0] if heard else NOTHING_SAID
    exact, coarse = _refined([item for side in heard for item in _standing(side)], finer)
    return agreed(exact).beside_it(coarse, (note for side in heard for note in side.aside))


def agreed(statements: Sequence[Statement]) -> Settled:
    """Return the one value that all statements with something to say give, or conflict."""
    if not statements:
        return NOTHING_SAID
    speaking = [item for item in statements if item.speaks]
    silent = [item for item in statements if not item.speaks]
    if not speaking:
        return _unknown(silent)
    if len({_spoken(item.value) for item in speaking}) > 1:
        return Settled(
            aside=set_aside(speaking, Reason.CONFLICTING) + set_aside(silent),
            reason=Reason.CONFLICTING,
        )
    value = speaking[0].value
    if isinstance(value, Unknown):
        return _unknown(speaking)
    return Settled(value, tuple(speaking), set_aside(silent))


def set_aside(statements: Iterable[Statement], reason: str | None = None) -> tuple[SetAside, ...]:
    """Return the evidence of statements that were not used, with the reason or their own one."""
    return tuple(
        SetAside(evidence, reason or str(_reason(item)))
        for item in statements
        for evidence in item.evidence
    )


def distinct(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Return each piece of evidence once, in the order given."""
    return tuple(dict.fromkeys(evidence))


def narrower_date(first: Value, second: Value) -> bool:
    """Whether the first date lies within the second and is more exact."""
    return (
        isinstance(first, DaySpan)
        and isinstance(second, DaySpan)
        and first != second
        and second.earliest <= first.earliest
        and first.latest <= second.latest
    )


def _refined(
    statements: Sequence[Statement], finer: Finer | None
) -> tuple[list[Statement], list[Statement]]:
    """Part the statements into the most exact ones and those that another one refines."""
    if finer is None or len(statements) == 1:
        return list(statements), []
    values = {item.value for item in statements if not isinstance(item.value, Unknown)}
    coarse = {value for value in values if any(finer(other, value) for other in values)}
    exact = [item for item in statements if item.value not in coarse]
    return exact, [item for item in statements if item.value in coarse]


def _by_order(statements: Sequence[Statement]) -> tuple[list[Statement], list[Statement]]:
    """Part the statements into those that may be the latest and those certainly before another."""
    if len(statements) == 1:
        return list(statements), []
    last = max((item.day.earliest for item in statements if item.day), default=date.min)
    current = [item for item in statements if item.day is None or item.day.latest >= last]
    return current, [item for item in statements if item.day and item.day.latest < last]


def known_first(statements: Iterable[Statement]) -> list[Statement]:
    """Return the statements that give a value if any does: of a site or class, any refines none."""
    everything = list(statements)
    return [item for item in everything if not isinstance(item.value, Unknown)] or everything


def _standing(side: Settled) -> list[Statement]:
    """Return what one carrier says in the end: its statements, or that it is unknown."""
    if side.used:
        return list(side.used)
    return [] if side.reason is None else [Statement(Unknown(side.reason), ())]


def _spoken(value: Value | Unknown) -> object:
    return Unknown if isinstance(value, Unknown) else value


def _unknown(statements: Sequence[Statement]) -> Settled:
    if not statements:
        return NOTHING_SAID
    reasons = sorted({_reason(item) for item in statements}, key=lambda r: (r in SILENT, r))
    return Settled(aside=set_aside(statements), reason=reasons[0])


def _reason(item: Statement) -> Reason:
    return item.value.reason if isinstance(item.value, Unknown) else Reason.NO_RECORD
