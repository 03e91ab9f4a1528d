"""Sentences for people: why a criterion is met or not, what a verdict rests on, what is missing.

In: types of the result, and the words for reasons (`catalogue.texts.reasons`; without them the bare
word of rules 1.1 stands). Out: plain English for a transplant coordinator. The words keep to rules
13: a record meets, does not meet or cannot be judged against a set; nothing more is ever said.
"""

from collections.abc import Mapping
from typing import Final

from nelm_fhir.assessment.result import (
    Counts,
    CriterionResult,
    Limit,
    Missing,
    SetVerdict,
    Text,
    Verdict,
)
from nelm_fhir.core.amounts import Amount
from nelm_fhir.core.issues import Issue
from nelm_fhir.core.logic import Status
from nelm_fhir.core.unknown import Reason
from nelm_fhir.knowledge.texts import NO_WORDS

_UNITS: Final = {"a": "years", "mo": "months", "/(2.mm2)": "per 2 mm2"}
_MONTHS: Final = "mo"
_WHOLE: Final = 100  # percent
_MONTH_TESTS: Final = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than"}

Words = Mapping[str, str]


def criterion_sentence(
    result: CriterionResult, reasons: Words = NO_WORDS, *, settle: bool = True, asked: bool = True
) -> str:
    """Say why the criterion has its status.

    `settle`: also what would settle it when unknown. `asked`: also what is asked, where limits are
    alternatives; a page that shows the statement leaves it out.
    """
    statement = _statement(result) if asked else ""
    if result.status is Status.MET:
        return _met(result)
    if result.status is Status.NOT_MET:
        return _running(result) if result.running else f"{_not_met(result)}{statement}"
    if result.status is Status.NOT_APPLICABLE:
        return f"{_label(result)}: does not apply, because {reason_words(result.reason, reasons)}."
    sentence = f"{_unknown(result, reasons)}{statement}"
    return f"{sentence} {settle_sentence(result.settle)}" if settle and result.settle else sentence


def verdict_sentence(verdict: SetVerdict) -> str:
    """Say what the verdict of one set is and which criteria it rests on."""
    name, deciding = set_name(verdict), deciding_words(verdict)
    match verdict.verdict:
        case Verdict.CRITERIA_MET:
            return f"The record meets {name}."
        case Verdict.CRITERIA_NOT_MET:
            return f"The record does not meet {name}: {deciding}."
        case Verdict.DEFERRED:
            return (
                f"The record cannot meet {name} before {verdict.earliest}:"
                f" a waiting time is running ({deciding})."
            )
        case Verdict.INDETERMINATE:
            return f"The record cannot be judged against {name} yet: {deciding}."
        case Verdict.NOT_APPLICABLE:
            return f"{name} does not apply: outside its scope ({deciding})."


def missing_sentence(missing: Missing, reasons: Words = NO_WORDS) -> str:
    """Say why a counting criterion is unknown and what would settle it."""
    why = f"{missing.criterion}: {reason_words(missing.reason, reasons)}."
    return f"{why} {settle_sentence(missing.settle)}" if missing.settle else why


def settle_sentence(settle: str) -> str:
    """Say which datum would settle a criterion."""
    return f"To settle it: {settle.rstrip('.')}."


def set_name(verdict: SetVerdict) -> str:
    """Return the set as it is named on screen; its version always stands beside it (rules 13)."""
    return f"{verdict.title} (version {verdict.version})"


def deciding_words(verdict: SetVerdict) -> str:
    """Return the deciding criteria, each with its label where the set has it."""
    labels = {result.id: result.label for result in verdict.criteria}
    return "; ".join(f"{name} {labels.get(name, '')}".rstrip() for name in verdict.deciding)


def reason_words(reason: str | None, reasons: Words = NO_WORDS) -> str:
    """Return a reason in words; the bare word, hyphens opened, where no words are given."""
    return reasons.get(reason or "", (reason or "no reason given").replace("-", " "))


def only_possible(result: CriterionResult) -> bool:
    """Whether the amount only says what is possible: nothing of it stands in the record.

    That is so without any record, and where an unreadable one leaves the whole scale open.
    """
    amount = result.observed
    if not isinstance(amount, Amount):
        return False
    if result.reason != Reason.UNREADABLE:
        return result.reason == Reason.NO_RECORD
    to_the_end = amount.high is None or (amount.unit == "%" and amount.high == _WHOLE)
    return amount.low == 0 and not amount.low_open and to_the_end


def value_words(result: CriterionResult) -> str | None:
    """Return the value considered with its unit in words; None where there was none.

    An amount that only says what is possible without any record is none.
    """
    if result.value is None or only_possible(result):
        return None
    return result.value.replace("/(2.mm2)", _UNITS["/(2.mm2)"])


def limit_words(limits: tuple[Limit, ...]) -> str:
    """Return the limits with their units in words, alternatives joined by or."""
    return " or ".join(_limit(limit) for limit in limits)


def reference_sentence(text: Text) -> str:
    """Return a published figure with all that must stand beside it (safety rule 5)."""
    n = f"n {text.n}" if text.n and text.n[0].isdigit() else text.n
    beside = [part for part in (text.population, n, text.era, text.source) if part]
    return f"{text.text} ({'; '.join(beside)})"


def issue_sentence(issue: Issue) -> str:
    """Return what a problem of the record means and where it is."""
    return f"{issue.text} ({issue.location})" if issue.location else issue.text


def counts_sentence(counts: Counts) -> str:
    """Return how many resources of the record were read, passed over and unusable."""
    read, passed, unusable = (
        sum(part.values()) for part in (counts.read, counts.passed_over, counts.unusable)
    )
    resources = counted(counts.total, "resource")
    return f"{resources}: {read} read, {passed} passed over, {unusable} unusable."


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural unless there is one."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _limit(limit: Limit) -> str:
    unit = _UNITS.get(limit.unit, limit.unit)
    return f"{limit.test} {limit.value} {unit}"


def _measured(result: CriterionResult) -> bool:
    """Whether the value is one amount that was compared with one limit."""
    value = value_words(result)
    one_value = value is not None and ";" not in value
    return isinstance(result.observed, Amount) and one_value and len(result.limits) == 1


def _label(result: CriterionResult) -> str:
    """Return the label without the kind that a table shows beside it."""
    return result.label.removesuffix(f" ({result.kind})")


def _because(result: CriterionResult) -> str:
    parts = [part for part in (value_words(result), _asked(result)) if part]
    return f" ({'; '.join(parts)})" if parts else ""


def _asked(result: CriterionResult) -> str | None:
    """Return the limit beside a value that is more than one amount; of several, none is quoted."""
    if len(result.limits) != 1 or value_words(result) is None:
        return None
    limit = result.limits[0]
    if limit.unit == _MONTHS:
        return f"{_MONTH_TESTS[limit.test]} {limit.value} months are asked"
    return f"the limit is {_limit(limit)}"


def _met(result: CriterionResult) -> str:
    if _measured(result):
        return f"{_amount(result)} satisfies {limit_words(result.limits)}."
    return f"{_label(result)}: met{_because(result)}."


def _not_met(result: CriterionResult) -> str:
    if _measured(result):
        return f"{_amount(result)} does not satisfy {limit_words(result.limits)}."
    return f"{_label(result)}: not met{_because(result)}."


def _running(result: CriterionResult) -> str:
    return (
        f"{_label(result)}: still running{_because(result)};"
        f" it can be satisfied from {result.earliest} at the earliest."
    )


def _unknown(result: CriterionResult, reasons: Words) -> str:
    why = reason_words(result.reason, reasons)
    if not _measured(result):
        label, because = _label(result), _because(result)
        return f"{label}: cannot be judged{because}, because {why}."
    if result.reason == Reason.STRADDLES_LIMIT:
        return f"{_amount(result)} spans the limit of {limit_words(result.limits)}."
    return f"{_amount(result)} cannot be judged, because {why}."


def _amount(result: CriterionResult) -> str:
    return f"{_label(result)} {value_words(result)}"


def _statement(result: CriterionResult) -> str:
    """Return what is asked, where alternatives with limits of their own are joined."""
    return f" Asked: {result.statement}" if len(result.limits) > 1 else ""
