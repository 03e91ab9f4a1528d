"""Runs worked cases, and reports which status and which limit no case reaches."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from msgspec import Struct

from nelm_fhir.assessment.result import Assessment, CriterionResult
from nelm_fhir.core.amounts import Amount, plain
from nelm_fhir.core.dates import DaySpan, add_months
from nelm_fhir.evaluator.assess import assess_profile
from nelm_fhir.evaluator.registry import DEFINITIONS
from nelm_fhir.knowledge.cases import Case
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.knowledge.criteria import Ask, Criterion, Kind, asks_of
from nelm_fhir.profile.record_format import CandidateProfile


class Failure(Struct, frozen=True):
    """One expectation that does not hold."""

    case: str
    file: str
    what: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.file} {self.case}: {self.what}: expected {self.expected}, found {self.found}"


@dataclass(slots=True)
class Report:
    """Outcome of a run: how many cases, what failed, what no case reaches."""

    cases: int = 0
    failures: list[Failure] = field(default_factory=list)
    unreached: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether every case holds and everything is reached."""
        return not self.failures and not self.unreached


def run_cases(cases: Iterable[Case], catalogue: Catalogue) -> Report:
    """Run every case, compare, and look for statuses and limits that no case reaches."""
    report = Report()
    reached: dict[str, set[str]] = defaultdict(set)
    at_limit: set[tuple[str, str]] = set()
    for case in cases:
        assessment = assess_profile(CandidateProfile.from_record(case.record), catalogue)
        report.cases += 1
        report.failures.extend(compare(case, assessment))
        for result in _results(assessment):
            if result.id in case.criteria:
                reached[result.id].add(str(result.status))
            at_limit.update((result.id, limit) for limit in _exactly_at(result, assessment))
    report.unreached = list(_unreached(catalogue, reached, at_limit))
    return report


def compare(case: Case, assessment: Assessment) -> Iterator[Failure]:
    """Yield every expectation of the case that the assessment does not satisfy."""

    def failed(what: str, expected: object, found: object) -> Failure:
        return Failure(case.id, case.file, what, str(expected), str(found))

    verdicts = {verdict.set: verdict for verdict in assessment.verdicts}
    for set_id, expected in case.expected.items():
        if verdicts[set_id].verdict != expected:
            yield failed(set_id, expected, verdicts[set_id].verdict)
    if case.deciding is not None:
        deciding = {id_ for set_id in case.expected for id_ in verdicts[set_id].deciding}
        if deciding != case.deciding:
            yield failed("deciding", sorted(case.deciding), sorted(deciding))
    for set_id, day in case.earliest.items():
        if verdicts[set_id].earliest != day:
            yield failed(f"earliest {set_id}", day, verdicts[set_id].earliest)
    yield from _compare_flags(case, assessment)
    yield from _compare_lists(case, assessment)
    yield from _compare_criteria(case, assessment)


def _compare_flags(case: Case, assessment: Assessment) -> Iterator[Failure]:
    raised = {verdict.set: set(verdict.flags) for verdict in assessment.verdicts}
    raised["patient"] = set(assessment.flags)
    for where, flags in case.flags.items():
        for flag in set(flags) - raised[where]:
            yield Failure(case.id, case.file, f"flag {flag} of {where}", "raised", "absent")
    for where, flags in case.flags_absent.items():
        for flag in set(flags) & raised[where]:
            yield Failure(case.id, case.file, f"flag {flag} of {where}", "absent", "raised")


def _compare_lists(case: Case, assessment: Assessment) -> Iterator[Failure]:
    for name in ("references", "reference_notes", "surveillance"):
        expected, found = getattr(case, name), getattr(assessment, name)
        if expected is not None and sorted(expected) != sorted(found):
            yield Failure(case.id, case.file, name, str(expected), str(found))


def _compare_criteria(case: Case, assessment: Assessment) -> Iterator[Failure]:
    found: dict[str, list[CriterionResult]] = defaultdict(list)
    for result in _results(assessment):
        found[result.id].append(result)
    for criterion, expected in case.criteria.items():
        if criterion not in found:
            yield Failure(case.id, case.file, criterion, expected, "no such criterion")
        status, _, reason = (part.strip() for part in expected.partition(":"))
        for result in found[criterion]:
            if result.status != status or (reason and result.reason != reason):
                words = f"{result.status}: {result.reason}" if result.reason else result.status
                yield Failure(case.id, case.file, criterion, expected, words)


def _results(assessment: Assessment) -> Iterator[CriterionResult]:
    for verdict in assessment.verdicts:
        yield from verdict.criteria


def _exactly_at(result: CriterionResult, assessment: Assessment) -> Iterator[str]:
    """Yield the limits that the value considered lies exactly on."""
    for limit in result.limits:
        number = Decimal(limit.value)
        observed = result.observed
        if isinstance(observed, Amount) and observed.is_point and observed.low == number:
            yield str(limit)
        if isinstance(observed, DaySpan) and _due_on(observed, int(number), assessment.as_of):
            yield str(limit)


def _due_on(start: DaySpan, months: int, day: date) -> bool:
    return start.is_day and add_months(start.earliest, months) == day


def _unreached(
    catalogue: Catalogue,
    reached: Mapping[str, set[str]],
    at_limit: set[tuple[str, str]],
) -> Iterator[str]:
    for criteria_set in catalogue.sets.values():
        for criterion in criteria_set.criteria:
            for status in sorted(possible_statuses(criterion) - reached[criterion.id]):
                yield f"{criteria_set.id} {criterion.id}: no case brings it to {status}"
            for limit in _limits(criterion):
                if (criterion.id, limit) not in at_limit:
                    yield f"{criteria_set.id} {criterion.id}: no case lies exactly on {limit}"


def _limits(criterion: Criterion) -> Iterator[str]:
    for question in (criterion.question, *(option.question for option in criterion.options)):
        for ask in asks_of(question):
            if ask.limit is not None:
                yield f"{ask.test} {plain(ask.limit)} {ask.unit}"


def _statuses_of(ask: Ask) -> frozenset[str]:
    spec = DEFINITIONS[ask.asks].spec
    return spec.statuses.union(*(spec.adds.get(key, ()) for key in ask.parameters))


def possible_statuses(criterion: Criterion) -> set[str]:
    """Return the statuses that the definitions of a criterion can give, scope left aside."""
    asks: Sequence[Ask] = list(asks_of(criterion.question))
    if not asks:
        return set()
    if criterion.kind is Kind.GUARD:
        return {"unknown", "not-applicable"}
    given = [_statuses_of(ask) for ask in asks]
    together = set().union(*given)
    if not all("not-applicable" in statuses for statuses in given):
        together.discard("not-applicable")
    return together
