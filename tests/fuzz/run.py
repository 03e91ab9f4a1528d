"""One run and its report: a plan is carried out, and the oracle is asked of what came out."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import combinations
from random import Random

from tests.fuzz.bases import CATALOGUE
from tests.fuzz.errors_of_ours import of_error
from tests.fuzz.line import Outcome, judged, original
from tests.fuzz.oracle import Failure, judge
from tests.fuzz.order import of_order
from tests.fuzz.plan import Plan, carried_out, plan
from tests.fuzz.sent import Sent

from nelm_fhir import pipeline
from nelm_fhir.errors import NelmError, NoPatient

EVERY = 8
"""Every eighth run is also written as FHIR, and every eighth read in another order."""
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@dataclass
class Tally:
    """What many runs came to."""

    runs: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    excuses: Counter[str] = field(default_factory=Counter)
    reports: list[str] = field(default_factory=list)

    @property
    def assessed(self) -> int:
        """How many runs ended in an Assessment."""
        return self.runs - sum(self.refused.values())


def run(seed: int, number: int, pool: str, tally: Tally) -> None:
    """Carry out one run and add it to the tally; a failure is minimized and reported."""
    whole = plan(seed, number, pool)
    tally.runs += 1
    failures = failures_of(whole, number, tally)
    if failures:
        part = smallest(whole, number, {failure.clause for failure in failures})
        tally.reports.append(report(seed, number, pool, part))


def failures_of(chosen: Plan, number: int, tally: Tally) -> list[Failure]:
    """Carry out a plan and return every clause that its outcome breaks."""
    before = original(chosen.record)
    sent, touches = carried_out(chosen)
    subject = before.record.subject if chosen.asks else None
    try:
        after = judged(sent.text(), sent.base, subject)
        more = _more(sent, after, subject, number)
    except Exception as error:  # noqa: BLE001 - that nothing else comes is what is asked
        if isinstance(error, NelmError):
            tally.refused[type(error).__name__] += 1
        return list(of_error(error, sent))
    found = judge(before, sent, touches, after)
    tally.excuses.update(found.excuses)
    return found.failures + more


def _more(sent: Sent, after: Outcome, subject: str | None, number: int) -> list[Failure]:
    """Ask what is too costly for every run."""
    if number % EVERY == 0:
        return of_order(sent, after, subject, Random(number))  # noqa: S311 - a fixed walk
    if number % EVERY == 1:
        _written(after)
    return []


def _written(after: Outcome) -> None:
    try:
        pipeline.to_fhir(after.assessment, CATALOGUE, recorded=NOW, validated=False)
    except NoPatient:
        return


def smallest(whole: Plan, number: int, clauses: set[str]) -> Plan:
    """Return the fewest steps of a plan that still break one of the clauses."""
    steps = range(len(whole.steps))
    for count in range(1, len(whole.steps)):
        for some in combinations(steps, count):
            part = whole.only(*some)
            if clauses & {failure.clause for failure in failures_of(part, number, Tally())}:
                return part
    return whole


def report(seed: int, number: int, pool: str, failing: Plan) -> str:
    """Return what failed, where, and the command that shows it again; no value of a record."""
    sent, touches = carried_out(failing)
    failures = failures_of(failing, number, Tally())
    lines = [f"run {number}: {failing.record}" + (" for its patient" if failing.asks else "")]
    lines += [f"  {touch.told(sent)}" for touch in touches]
    lines += [f"  broken: {failure.clause}: {failure.where}" for failure in failures]
    again = f"python -m tests.fuzz --seed {seed} --start {number} --runs 1 --pool {pool}"
    return "\n".join([*lines, f"  again:  {again}"])
